from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.pipeline.pace import REDUCED_COST, Costs, Deadline, Pace, Steady
from touchline.video import VideoInfo

FULL = Pace(detect_every=2, locate_every=5)
FRAMES = 750


class Clip:
    """A clip that costs what it is told to, and the clock it runs by."""

    def __init__(self, frame: float, detection: float, pitch: float, overlap: float = 1.0) -> None:
        self.costs = frame, detection, pitch
        self.overlap = overlap
        self.now = 0.0
        self.spent = {"decode": 0.0, "detection": 0.0, "pitch": 0.0}

    def run(self, pacer: Deadline, frames: int = FRAMES, window: int = 16) -> list[Pace]:
        paces = []
        for start in range(0, frames, window):
            pace = pacer.choose(start, self.spent)
            if pace is None:
                break
            paces.append(pace)
            self.work(pace, min(window, frames - start))
        return paces

    def work(self, pace: Pace, frames: int) -> None:
        frame, detection, pitch = self.costs
        costs = {
            "decode": frames * frame,
            "detection": detection * frames * pace.full_looks,
            "pitch": pitch * frames / pace.locate_every,
        }
        for stage, seconds in costs.items():
            self.spent[stage] += seconds
            self.now += seconds / self.overlap


def deadline(clip: Clip, *limits: float, frames: int | None = FRAMES) -> Deadline:
    info = VideoInfo(1280, 720, 25.0, frames, None, "h264")
    return Deadline(FULL, info, limits, clock=lambda: clip.now)


def test_a_clip_with_time_enough_keeps_its_pace() -> None:
    clip = Clip(0.004, 0.010, 0.010)
    assert set(clip.run(deadline(clip, 14.0))) == {FULL}
    assert clip.now < 14.0


def test_a_clip_that_would_be_late_is_looked_at_less_often_and_ends_in_time() -> None:
    clip = Clip(0.006, 0.030, 0.020, overlap=1.1)
    paces = clip.run(deadline(clip, 14.0))
    assert len(set(paces)) > 1
    assert clip.now < 14.0


def test_no_more_is_given_up_than_is_needed() -> None:
    clip = Clip(0.006, 0.030, 0.020, overlap=1.1)
    clip.run(deadline(clip, 14.0))
    assert clip.now > 0.8 * 14.0


def test_where_hurrying_earns_nothing_nothing_is_given_up() -> None:
    clip = Clip(0.050, 0.030, 0.020)
    paces = clip.run(deadline(clip, 14.0, 225.0))
    assert set(paces) == {FULL}
    assert clip.now > 14.0


def test_to_be_paid_for_speed_the_networks_are_never_blinded() -> None:
    clip = Clip(0.004, 0.060, 0.060)  # only the leanest pace would end in 14 s
    paces = clip.run(deadline(clip, 14.0, 225.0))
    assert max(pace.detect_every for pace in paces) <= 2 * FULL.detect_every
    blinded = Clip(0.004, 0.060, 0.060)
    assert max(pace.detect_every for pace in blinded.run(deadline(blinded, 14.0))) > 4


def test_towards_the_last_limit_the_leanest_pace_is_left_then_the_rest_is_left_out() -> None:
    clip = Clip(1.0, 0.030, 0.020)
    paces = clip.run(deadline(clip, 14.0, 225.0))
    assert paces[-1] == FULL.leaner()[-1]
    assert 16 * len(paces) < FRAMES
    assert 150.0 < clip.now < 225.0


@given(st.floats(0.001, 0.5), st.floats(0.001, 1.0))
def test_whatever_it_costs_the_last_limit_is_met_once_something_was_seen(
    frame: float, detection: float
) -> None:
    clip = Clip(frame, detection, 0.02)
    clip.run(deadline(clip, 20.0))
    first = 16 * (frame + detection / 2 + 0.02)
    assert clip.now <= max(20.0, 2 * first)


def test_a_clip_of_unknown_length_hurries_when_half_the_time_is_up() -> None:
    clip = Clip(0.050, 0.030, 0.020)
    paces = clip.run(deadline(clip, 14.0, frames=None))
    assert paces[0] == FULL
    assert paces[-1] == FULL.leaner()[-1]


def test_each_fallback_looks_less_often_than_the_one_before() -> None:
    paces = FULL.leaner()
    looks = [pace.full_looks + 1 / pace.locate_every for pace in paces]
    assert looks == sorted(looks, reverse=True)
    assert len(set(paces)) == len(paces)


def test_costs_are_those_of_a_look_and_of_a_frame_by_the_clock() -> None:
    spent = {"decode": 1.1, "motion": 1.1, "detection": 6.0, "pitch": 3.0}
    costs = Costs.measured(spent, frames=11, looks={"detection": 6, "pitch": 3}, wall=5.6)
    assert costs == Costs(pytest.approx(0.1), pytest.approx(0.5), pytest.approx(0.5))
    assert costs.of(replace(FULL, full_every=1)) == pytest.approx(0.1 + 0.25 + 0.1)


def test_what_the_stages_behind_the_networks_cost_is_that_of_the_frames_that_are_through() -> None:
    spent = {"decode": 1.2, "detection": 2.0, "tracking": 1.2}
    looks = {"detection": 4.0, "pitch": 0.0}
    assert Costs.measured(spent, frames=12, looks=looks, wall=4.4).frame == pytest.approx(0.2)
    behind = Costs.measured(spent, frames=12, looks=looks, wall=4.4, through=4)
    assert behind.frame == pytest.approx(0.1 + 0.3)


def test_what_is_written_after_the_last_frame_is_allowed_for() -> None:
    clip = Clip(0.006, 0.030, 0.020, overlap=1.1)
    info = VideoInfo(1280, 720, 25.0, FRAMES, None, "h264")
    clip.run(Deadline(FULL, info, (14.0,), after=0.5, clock=lambda: clip.now))
    assert clip.now + 0.5 * 0.006 * FRAMES / 1.1 < 14.0


def test_a_reduced_look_counts_as_the_part_of_a_full_one_that_it_costs() -> None:
    reduced = replace(FULL, full_every=4)
    assert replace(FULL, full_every=1).full_looks == 0.5
    assert reduced.full_looks == pytest.approx((1 + 3 * REDUCED_COST) / 8)


def test_a_steady_pace_never_changes() -> None:
    assert Steady(FULL).choose(700, {"detection": 1e9}) == FULL


@given(st.floats(0.0001, 0.02), st.floats(0.0001, 0.1), st.floats(0.0001, 0.1), st.floats(0.5, 3.0))
def test_whatever_can_be_in_time_is(
    frame: float, detection: float, pitch: float, overlap: float
) -> None:
    clip = Clip(frame, detection, pitch, overlap)
    leanest = FULL.leaner()[-1]
    per_frame = frame + detection * leanest.full_looks + pitch / leanest.locate_every
    # The first window runs at full pace before anything is known.
    first = 16 * (frame + detection / 2 + pitch / 5)
    if (FRAMES * per_frame + first) / overlap < 14.0 * 0.9:
        clip.run(deadline(clip, 14.0))
        assert clip.now <= 14.0
