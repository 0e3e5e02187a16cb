"""Who is paid for an element, from published files."""

import json
from pathlib import Path

import pytest

from touchline.errors import InputError
from touchline.turbovision.live import Sample, read_samples, standings

ELEMENT = "manak0/Detect-x"


def published(folder: Path, rows: list[tuple[str, int, int, float]], **more: object) -> str:
    """An index with a file for each (hotkey, commit, block, score)."""
    keys = []
    for hotkey, commit, block, score in rows:
        key = f"manako/manak0_Detect-x/{hotkey}/{commit:09d}/evaluation/{block:09d}-{block}.json"
        payload = {
            "element_id": ELEMENT,
            "telemetry": {"miner": {"hotkey": hotkey}},
            "metrics": {"composite_score": score},
            "meta": {"task_id": block},
            **more,
        }
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_text(json.dumps([{"hotkey": "5V", "payload": payload}, {}]))
        keys += [key, key.replace("evaluation", "responses")]
    index = folder / "manako" / "index.json"
    index.write_text(json.dumps([*keys, "manako/winners/index.json"]))
    return f"{index}"


def test_samples_are_those_of_the_last_blocks_and_the_latest_commit(tmp_path: Path) -> None:
    rows = [
        ("A", 10, 500, 0.1),
        ("A", 20, 900, 0.2),
        ("B", 15, 950, 0.3),
        ("B", 15, 90, 0.4),
    ]
    found = read_samples(published(tmp_path, rows), ELEMENT, blocks=500)
    assert found == [Sample("A", 20, 900, "5V:900", 0.2), Sample("B", 15, 950, "5V:950", 0.3)]
    assert not read_samples(published(tmp_path, rows), "manak0/Detect", blocks=500)


@pytest.mark.parametrize(
    "more",
    [
        {"element_id": "other"},
        {"telemetry": {}},
        {"meta": None},
        {"metrics": {"composite_score": "?"}},
    ],
)
def test_a_record_that_lacks_something_is_passed_over(
    tmp_path: Path, more: dict[str, object]
) -> None:
    assert not read_samples(published(tmp_path, [("A", 1, 2, 0.5)], **more), ELEMENT, blocks=9)


def test_an_index_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text('{"a": 1}')
    with pytest.raises(InputError, match="is no index"):
        read_samples(f"{tmp_path / 'index.json'}", ELEMENT, blocks=9)


def samples(hotkey: str, commit: int, score: float, *, count: int = 40) -> list[Sample]:
    return [Sample(hotkey, commit, 30_000 + n, f"5V:{n}", score) for n in range(count)]


def test_the_best_mean_of_thirty_takes_the_whole_weight() -> None:
    given = samples("A", 9, 0.5) + samples("B", 5, 0.3) + samples("C", 7, 0.9, count=29)
    table = standings(given, private=False)
    assert [(each.hotkey, each.share) for each in table] == [("C", 0), ("A", 1), ("B", 0)]
    assert table[0].why == "29 of 30 samples"


def test_a_copy_does_not_overtake_its_original() -> None:
    given = samples("copy", 9, 0.51) + samples("original", 5, 0.5)
    table = standings(given, private=False, theta=0.24, window_id="w")
    assert [(each.hotkey, each.share) for each in table] == [("copy", 0), ("original", 1)]
    assert "committed before" in table[1].why


def test_first_zeros_of_a_new_commit_do_not_count() -> None:
    zeros = [Sample("new", 29_000, 29_990 + n, f"5V:z{n}", 0.0) for n in range(6)]
    old = [Sample("old", 1, each.block, each.challenge, each.score) for each in zeros]
    table = standings(
        zeros + samples("new", 29_000, 0.5) + old + samples("old", 1, 0.6), private=False
    )
    assert {each.hotkey: each.samples for each in table} == {"new": 41, "old": 46}


def test_three_share_a_private_element_and_nobody_whose_answers_are_worth_nothing() -> None:
    given = [s for n, k in enumerate("ABCD") for s in samples(k, 1, (4 - n) / 10)]
    given += samples("Z", 1, 0.0)
    table = standings(given, private=True)
    assert [(each.hotkey, each.share) for each in table] == [
        ("A", 0.8),
        ("B", 0.15),
        ("C", 0.05),
        ("D", 0),
        ("Z", 0),
    ]
    assert table[-1].why.startswith("inactive")
    assert not standings([], private=True)
