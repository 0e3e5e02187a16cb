"""What exporting 90 minutes takes: a run's table, looped to 135,000 frames, into each format.

``python -m benchmarks.exports results --match match.toml``
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from touchline.outputs import EXPORTS, SavedRun
from touchline.outputs.saved import TRACKS

FRAMES = 135_000
"""90 minutes at 25 a second."""
LEFT_OUT = ("overlay", "analytics")
"""One needs the video, the other is measured by itself."""


def loop(run: SavedRun, target: Path, frames: int) -> None:
    """Write the folder of a run again and again, under new frames, times and ids, until it is full.

    The shot stays the same: a camera that is never cut is the worst case for tracks.
    """
    with (run.folder / TRACKS).open("rb") as file:
        table = pq.read_table(file)
    ids = (pc.max(table["id"]).as_py() or 0) + 1
    seconds = run.frames / run.clip.info.fps
    with pq.ParquetWriter(target / TRACKS, table.schema, compression="zstd") as out:
        for times in range(-(-frames // run.frames)):
            more = {"frame": times * run.frames, "time": times * seconds, "id": times * ids}
            columns = [
                pc.add(table[name], more[name]) if name in more else table[name]
                for name in table.column_names
            ]
            looped = pa.table(columns, names=table.column_names)
            kept = looped.filter(pc.less(looped["frame"], frames))
            out.write_table(kept.cast(table.schema), row_group_size=8192)
    summary = json.loads((run.folder / "summary.json").read_text())
    (target / "summary.json").write_text(json.dumps({**summary, "frames": frames}))


def measured(name: str, folder: Path, match: Path | None) -> dict[str, float | str]:
    """Minutes, processor minutes and megabytes of one export, in a process of its own."""
    with tempfile.TemporaryDirectory() as target:
        command = ["export", str(folder), "--to", name, "--output", target]
        started = time.perf_counter()
        program = (
            "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=-3); "
            "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
            "print(used.ru_maxrss, used.ru_utime + used.ru_stime); sys.exit(done.returncode)"
        )
        told = subprocess.run(
            [
                *(sys.executable, "-c", program, sys.executable, "-m", "touchline", *command),
                *(["--match", str(match)] if match else []),
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        peak, processor = map(float, told.stdout.split())
        return {
            "format": name,
            "minutes": round((time.perf_counter() - started) / 60, 2),
            "processor_minutes": round(processor / 60, 2),
            "peak_mb": round(peak / 1024),
            "files_mb": round(sum(each.stat().st_size for each in Path(target).iterdir()) / 1e6),
        }


def main() -> None:
    """Measure and print a line of JSON for each format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of a run")
    parser.add_argument("--match", type=Path, help="a match sheet, for cdf")
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--to", help="formats, by commas; else all that are installed")
    arguments = parser.parse_args()
    without = LEFT_OUT if arguments.match else (*LEFT_OUT, "cdf")
    names = arguments.to.split(",") if arguments.to else [n for n in EXPORTS if n not in without]
    with tempfile.TemporaryDirectory() as scratch:
        loop(SavedRun.open(arguments.folder), Path(scratch), arguments.frames)
        for name in names:
            print(json.dumps(measured(name, Path(scratch), arguments.match)), flush=True)


if __name__ == "__main__":
    main()
