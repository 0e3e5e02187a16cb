import numpy as np
import pytest

from tests.analytics.worlds import FPS, walk
from touchline.analytics import Reason, motions
from touchline.analytics.sightings import joined
from touchline.frame import NO_ID, ClassId


def reasons(found):
    return {*found.reason.tolist()}


def test_a_run_has_its_speed_its_direction_and_its_length():
    found = motions(walk(lambda t: (4.0 * t, -3.0 * t), noise=0.02))
    inner = slice(15, -15)
    assert found.speed[inner] == pytest.approx(5.0, abs=0.4)
    assert found.velocity[inner].mean(axis=0) == pytest.approx([4.0, -3.0], abs=0.1)
    assert np.nansum(found.distance) / (5.0 * np.isfinite(found.distance).sum() / FPS) == (
        pytest.approx(1.0, abs=0.02)
    )


def test_somebody_who_speeds_up_accelerates_and_who_slows_down_does_the_reverse():
    faster = motions(walk(lambda t: (t**2, 0.0)))
    slower = motions(walk(lambda t: (16 * t - 2 * t**2 / 2, 0.0), times=np.arange(5, 8, 0.04)))
    assert faster.acceleration[30:-20] == pytest.approx(2.0, abs=0.2)
    assert slower.acceleration[20:-20] == pytest.approx(-2.0, abs=0.3)


def test_who_stands_still_has_run_next_to_nothing():
    found = motions(walk(lambda t: (1.0, 2.0), noise=0.03))
    assert np.nansum(found.distance) < 0.8


def test_without_a_place_there_is_no_speed():
    seen = walk(lambda t: (3.0 * t, 0.0))
    seen.place[40:60] = np.nan
    found = motions(seen)
    assert {*found.reason[40:60]} == {Reason.NO_PLACE.value}
    assert np.isnan(found.speed[40:60]).all()
    assert np.isfinite(found.speed[35])
    assert np.isfinite(found.speed[65])


def test_a_track_that_jumps_to_somebody_else_begins_anew_there():
    found = motions(walk(lambda t: (2.0 * t + 8.0 * (t > 2), 0.0)))
    assert np.nanmax(found.speed) < 3.0
    assert np.nansum(found.distance) == pytest.approx(8.0, abs=0.5)


def test_a_track_that_slides_over_to_somebody_else_has_no_speed_there():
    found = motions(walk(lambda t: (2.0 * t + 20.0 * np.clip(t - 2, 0, 0.4), 0.0)))
    assert np.nanmax(found.speed) < 3.5
    assert {*found.reason[50:60]} <= {Reason.JUMP.value, Reason.UNSURE.value}
    assert {*found.reason[10:30]} == {Reason.NONE.value}


def test_nobody_runs_faster_than_anybody():
    found = motions(walk(lambda t: (20.0 * t, 0.0), error=0.5))
    assert np.isnan(found.speed).all()
    assert Reason.JUMP.value in reasons(found)


def test_a_glimpse_of_somebody_gives_no_speed():
    found = motions(walk(lambda t: (2.0 * t, 0.0), times=np.arange(0, 0.12, 0.04)))
    assert reasons(found) == {Reason.UNSURE.value}


def test_neither_the_ball_nor_who_has_no_id_is_said_to_run():
    ball = walk(lambda t: (2.0 * t, 0.0), number=5, kind=ClassId.BALL)
    nobody = walk(lambda t: (2.0 * t, 0.0), number=NO_ID)
    assert reasons(motions(joined([ball, nobody]))) == {Reason.NO_PLACE.value}


def test_nothing_is_carried_over_a_cut():
    first = walk(lambda t: (2.0 * t, 0.0))
    second = walk(lambda t: (2.0 * t, 0.0), times=np.arange(4, 8, 0.04))
    second.shot[:] = 1
    both = motions(joined([first, second]))
    alone = motions(second)
    assert both.speed[len(first) :] == pytest.approx(alone.speed, nan_ok=True)


def test_the_order_of_the_rows_does_not_matter():
    seen = joined([walk(lambda t: (2.0 * t, 0.0)), walk(lambda t: (0.0, t**2), number=2)])
    mixed = np.random.default_rng(0).permutation(len(seen))
    assert motions(seen[mixed]).speed == pytest.approx(motions(seen).speed[mixed], nan_ok=True)


def test_a_long_shot_is_said_in_pieces_as_it_would_be_at_once(monkeypatch):
    seen = walk(lambda t: (3 * np.sin(t), 3 * np.cos(t)), times=np.arange(0, 20, 0.04), noise=0.03)
    whole = motions(seen)
    monkeypatch.setattr("touchline.analytics.sightings.PIECE", 7.0)
    assert motions(seen).speed == pytest.approx(whole.speed, abs=0.01)
