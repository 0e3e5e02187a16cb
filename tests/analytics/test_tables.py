import json
from collections.abc import Iterator

import numpy as np
import pytest

from tests.analytics.worlds import BALL, passing, walk
from touchline.analytics import (
    Chapter,
    Chapters,
    Sightings,
    Tally,
    pass_table,
    passes,
    row_table,
    team_table,
)
from touchline.analytics.sightings import joined
from touchline.frame import ClassId, FrameState, Objects, no_pitch


@pytest.fixture(scope="module")
def chapter() -> Chapter:
    return Chapter.of(joined(passing()))


def states(seen: Sightings) -> Iterator[FrameState]:
    """Frame states that say what the sightings say."""
    for frame in np.unique(seen.frame):
        now = seen[seen.frame == frame]
        n = len(now)
        objects = Objects(
            xyxy=np.tile([0.0, 0.0, 10.0, 20.0], (n, 1)),
            confidence=np.ones(n),
            class_id=now.class_id,
            tracker_id=now.tracker_id,
            source=np.array(["detected"] * n),
            detected_class_id=now.class_id,
            extra={"position": now.place.astype(np.float32), "team": now.team},
        )
        yield FrameState(
            int(frame), float(now.time[0]), int(now.shot[0]), objects.to_supervision(), no_pitch()
        )


def test_a_row_is_somebody_in_a_frame(chapter: Chapter):
    rows = row_table(chapter).to_pylist()
    assert len(rows) == 3 * 125
    first = next(row for row in rows if row["tracker_id"] == 1 and row["frame"] == 20)
    assert first["speed"] == pytest.approx(0.0, abs=0.1)
    assert (first["team"], first["has_ball"], first["reason"]) == (0, True, None)
    assert BALL not in {row["tracker_id"] for row in rows}


def test_what_is_not_known_is_null_and_says_why():
    seen = joined(passing())
    seen.place[(seen.tracker_id == 2) & (seen.frame > 60)] = np.nan
    rows = row_table(Chapter.of(seen)).to_pylist()
    last = next(row for row in rows if row["tracker_id"] == 2 and row["frame"] == 100)
    assert (last["speed"], last["x"], last["distance"]) == (None, None, None)
    assert last["reason"] == "no_place"


def test_players_add_up_over_chapters(chapter: Chapter):
    runner = walk(lambda t: (4.0 * t, 0.0), times=np.arange(0, 10, 0.04))
    whole, parts = Tally(), Tally()
    whole.see(Chapter.of(runner))
    for begin, end in ((-np.inf, 3.0), (3.0, np.inf)):
        parts.see(Chapter.of(runner, begin=begin, end=end))
    (one,), (two,) = whole.player_table().to_pylist(), parts.player_table().to_pylist()
    assert one["distance"] == pytest.approx(4.0 * one["known_seconds"], rel=0.02)
    assert one["top_speed"] == pytest.approx(4.0, abs=0.1)
    for name, value in one.items():
        assert two[name] == (pytest.approx(value) if isinstance(value, float) else value)


def test_who_was_never_placed_has_no_distance():
    seen = walk(lambda t: (np.nan, np.nan))
    tally = Tally()
    tally.see(Chapter.of(seen))
    (row,) = tally.player_table().to_pylist()
    assert (row["distance"], row["top_speed"], row["x"]) == (None, None, None)
    assert row["no_place"] == 100


def test_the_report_says_what_is_not_known_and_why(chapter: Chapter):
    tally = Tally()
    tally.see(chapter)
    report = tally.report(passes(chapter.held))
    assert report["speeds"]["rows"] == 375
    assert set(report["speeds"]["unknown"]) == {"no_place", "unsure", "jump"}
    assert sum(report["possession"]["seconds"].values()) == pytest.approx(5.0, abs=0.1)
    assert report["passes"]["count"] == 1
    json.dumps(report, allow_nan=False)


def test_passes_are_a_table_also_where_there_are_none(chapter: Chapter):
    assert pass_table(passes(chapter.held)).to_pylist()[0]["receiver"] == 2
    assert pass_table([]).num_rows == 0


def test_teams_have_a_row_a_second(chapter: Chapter):
    places = [(-30 + 20 * (k % 3), 6.0 * k - 27) for k in range(10)]
    seen = [walk(lambda t, p=p: p, number=k + 1) for k, p in enumerate(places)]
    keeper = walk(lambda t: (-48.0, 0.0), number=20, kind=ClassId.GOALKEEPER)
    rows = team_table(Chapter.of(joined([*seen, keeper]))).to_pylist()
    assert [(row["second"], row["team"]) for row in rows[:3]] == [(0, 0), (0, 1), (1, 0)]
    assert rows[0]["people"] == 10
    assert rows[0]["length"] == pytest.approx(40.0, abs=0.5)
    assert rows[0]["defence"] == pytest.approx(22.5, abs=0.5)
    assert rows[1]["length"] is None


def test_frames_that_come_one_by_one_give_what_they_give_at_once(monkeypatch):
    monkeypatch.setattr("touchline.analytics.chapters.PIECE", 4.0)
    times = np.arange(0, 14, 0.04)
    seen = joined(
        [
            walk(lambda t: (3 * np.sin(t), t), times=times, noise=0.02),
            walk(lambda t: (t, -t), number=2, times=times, noise=0.02),
        ]
    )
    seen.shot[seen.time > 10.1] = 1
    chapters = Chapters()
    found = [each for state in states(seen) for each in chapters.push(state)] + chapters.flush()
    assert len(found) == 3
    whole = Chapter.of(Sightings.of_states(states(seen)))
    assert np.concatenate([each.sightings.frame for each in found]).tolist() == (
        whole.sightings.frame.tolist()
    )
    speeds = np.concatenate([each.moving.speed for each in found])
    assert speeds == pytest.approx(whole.moving.speed, abs=0.02, nan_ok=True)
    assert chapters.flush() == []
