"""A run in pandas: ``python examples/to_pandas.py results``.

Who was seen how long, and where on average; then the same run as a kloppy dataset, which other
libraries take. Needs pandas and kloppy: ``pip install pandas "touchline[kloppy]"``.
"""

import sys
from pathlib import Path

import pandas as pd

import touchline as tl


def people(tracks: pd.DataFrame) -> pd.DataFrame:
    """A row for each id: class, team, seconds from first to last, mean place in metres."""
    known = tracks[tracks["class"].ne("ball") & tracks["id"].notna()]
    each = known.groupby("id")
    return pd.DataFrame(
        {
            "class": each["class"].agg(lambda column: column.mode()[0]),
            "team": each["team"].median() if "team" in tracks else -1,
            "seconds": each["time"].max() - each["time"].min(),
            "x": each["x"].mean(),
            "y": each["y"].mean(),
        }
    ).sort_values("seconds", ascending=False)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    print(people(pd.read_parquet(folder / "tracks.parquet")).to_string())
    dataset = tl.to_kloppy(folder)
    print(f"kloppy: {len(dataset.records)} frames at {dataset.metadata.frame_rate:g} a second")
    print(dataset.to_df(engine="pandas").dropna(axis="columns", how="all").head())
