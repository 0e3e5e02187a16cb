"""The flow from a real video on; see ``worlds``."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import supervision as sv

from tests.pipeline.worlds import FPS, BrightSpot, NoPitch, make_clip
from touchline.arrays import Image
from touchline.detection import Detector
from touchline.errors import InputError
from touchline.frame import FrameState, Objects, TrackedFrame
from touchline.pipeline import Analysis, Pace, analyze
from touchline.settings import Settings
from touchline.tracking import PlayerTracker
from touchline.video import VideoReader


def follow(clip: Path, detector: Detector, **options: int) -> list[FrameState]:
    pace = Pace(
        detect_every=options.get("detect_every", 2), locate_every=options.get("locate_every", 5)
    )
    reader = VideoReader(clip)
    batch_size = options.get("batch_size", 4)
    return list(Analysis(reader, detector, NoPitch(), pace=pace, batch_size=batch_size))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "two-shots.mp4", [32, 29])


def test_every_frame_is_answered_in_order(clip: Path) -> None:
    states = follow(clip, BrightSpot())
    assert [state.index for state in states] == list(range(61))
    assert np.allclose([state.time for state in states], np.arange(61) / FPS, atol=1e-3)


def test_frames_that_were_not_looked_at_are_filled_between_two_looks(clip: Path) -> None:
    states = follow(clip, BrightSpot())
    for place, state in enumerate(states[:32]):
        left = 40 + 2 * place
        assert len(state.objects) == 1
        assert np.allclose(state.objects.xyxy[0], (left, 80, left + 16, 112), atol=2)
    sources = {str(state.objects.data["source"][0]) for state in states[1:31:2]}
    assert sources == {"interpolated"}


def test_the_last_frame_of_a_shot_is_looked_at(clip: Path) -> None:
    last = follow(clip, BrightSpot())[31]
    assert str(last.objects.data["source"][0]) in ("detected", "tracked")


class _Impatient:
    """Has time for 30 frames."""

    def choose(self, done: int, spent: object) -> Pace | None:
        return Pace(detect_every=2, locate_every=5) if done < 30 else None


def test_frames_for_which_there_is_no_time_are_left_out_and_that_is_said(clip: Path) -> None:
    pace = Pace(detect_every=2, locate_every=5)
    reader = VideoReader(clip)
    analysis = Analysis(
        reader, BrightSpot(), NoPitch(), pace=pace, pacer=_Impatient(), batch_size=4
    )
    assert [state.index for state in analysis] == list(range(32))
    assert analysis.truncated == "the deadline left no time for frame 32 and those that follow"


def test_no_id_lives_on_after_a_cut(clip: Path) -> None:
    states = follow(clip, BrightSpot())
    ids = [
        {int(i) for s in states if s.shot == shot for i in s.objects.tracker_id} for shot in (0, 1)
    ]
    assert states[31].shot == 0
    assert states[32].shot == 1
    assert ids[0]
    assert ids[1]
    assert not ids[0] & ids[1]


class _LateWord:
    """Says with frame 20 that a shot began two frames before."""

    def __init__(self) -> None:
        self.late = 0
        self._count = 0

    def update(self, image: Image, time: float | None = None) -> bool:
        self._count += 1
        self.late = 2 if self._count == 21 else 0
        return self._count in (1, 21)


def test_a_shot_that_shows_late_begins_where_it_began(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("touchline.pipeline.looking.ShotDetector", _LateWord)
    states = follow(clip, BrightSpot())
    assert [state.index for state in states] == list(range(61))
    assert [state.shot for state in states] == [0] * 18 + [1] * 43
    before, after = (
        {int(i) for s in states if s.shot == shot for i in s.objects.tracker_id} for shot in (0, 1)
    )
    assert before
    assert after
    assert not before & after
    assert str(states[17].objects.data["source"][0]) in ("detected", "tracked")


@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_the_size_of_a_batch_changes_nothing(clip: Path, batch_size: int) -> None:
    expected = follow(clip, BrightSpot())
    for state, other in zip(
        expected, follow(clip, BrightSpot(), batch_size=batch_size), strict=True
    ):
        assert np.array_equal(state.objects.tracker_id, other.objects.tracker_id)
        assert np.array_equal(state.objects.xyxy, other.objects.xyxy)


def test_the_detector_looks_no_more_often_than_it_was_told(clip: Path) -> None:
    detector = BrightSpot()
    follow(clip, detector, detect_every=4)
    # Eight of 32 and eight of 29 frames, and the last of each shot unless its turn came anyway.
    assert sum(detector.calls) == 8 + 1 + 8


def test_a_consumer_may_leave_in_the_middle(clip: Path) -> None:
    with Analysis(
        VideoReader(clip), BrightSpot(), NoPitch(), pace=Pace(detect_every=2, locate_every=5)
    ) as analysis:
        assert next(analysis).index == 0
    with pytest.raises(StopIteration):
        next(analysis)


def test_an_error_in_a_network_reaches_the_caller(clip: Path) -> None:
    class Broken(BrightSpot):
        def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
            raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        follow(clip, Broken())


def test_a_missing_video_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absent"):
        analyze(tmp_path / "absent.mp4")


def test_positions_are_unknown_without_a_pitch(clip: Path) -> None:
    for state in follow(clip, BrightSpot()):
        assert state.objects.data["position"].shape == (len(state.objects), 2)
        assert np.isnan(state.objects.data["position"]).all()


def test_a_cpu_looks_twelve_times_a_second_whatever_the_rate() -> None:
    settings = Settings.read()
    assert Pace.of(settings, 25.0) == Pace(detect_every=2, locate_every=8)
    assert Pace.of(settings, 50.0) == Pace(detect_every=4, locate_every=16)
    assert Pace.of(settings, 10.0) == Pace(detect_every=1, locate_every=3)


def test_how_many_looks_are_full_can_be_told() -> None:
    assert Pace.of(Settings.read(full_every=4), 25.0) == replace(
        Pace.of(Settings.read(), 25.0), full_every=4
    )


def test_a_gpu_looks_at_every_frame_unless_it_is_told_otherwise() -> None:
    assert Pace.of(Settings.read(), 25.0, device="onnxruntime:cuda").detect_every == 1
    asked = Settings.read(detect_every=3)
    assert Pace.of(asked, 25.0, device="onnxruntime:cuda").detect_every == 3


class Renamer:
    """Gives whoever is there another id in each second."""

    name, reads, adds, looks = "renamer", ("tracker_id",), (), False

    def __init__(self) -> None:
        self.new_id: Callable[[], int] | None = None

    def number_by(self, new_id: Callable[[], int]) -> None:
        self.new_id = new_id

    def process(self, window: Sequence[TrackedFrame]) -> list[Objects]:
        if self.new_id is None:
            return [frame.objects for frame in window]
        fresh = self.new_id()
        return [
            replace(frame.objects, tracker_id=np.full(len(frame.objects), fresh))
            for frame in window
        ]


def test_ids_that_a_stage_gives_are_nobody_elses_in_any_shot(clip: Path) -> None:
    pace = Pace(detect_every=2, locate_every=5)
    stages = [Renamer()]
    states = Analysis(VideoReader(clip), BrightSpot(), NoPitch(), pace=pace, stages=stages)
    given = [int(state.objects.tracker_id[0]) for state in states]
    ids = [*dict.fromkeys(given)]
    assert len(ids) == 4  # two shots of two windows
    assert ids == sorted(ids)
    assert all(given.count(each) > 1 for each in ids)
    assert given == sorted(given)


def test_the_ids_of_a_tracker_that_is_not_ours_are_left_alone(clip: Path) -> None:
    pace, stage = Pace(detect_every=2, locate_every=5), Renamer()
    Analysis(
        VideoReader(clip),
        BrightSpot(),
        NoPitch(),
        pace=pace,
        stages=[stage],
        tracker=lambda fps: PlayerTracker(fps),
    ).close()
    assert stage.new_id is None
