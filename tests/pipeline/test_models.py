"""One builder: what it loads, by whose word, and that it is loaded once."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
import supervision as sv

import touchline as tl
from tests.pipeline.worlds import BrightSpot, NoPitch, make_clip
from tests.pitch.cameras import SIZE, Camera, keypoints
from touchline.pipeline import run_job
from touchline.settings import Settings


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "two-shots.mp4", [32, 29])


class EveryBox:
    """A tracker as others write them: every box is a track of its own, every call."""

    def __init__(self, fps: float) -> None:
        self.fps, self._next = fps, 0

    def update(self, detections: sv.Detections) -> sv.Detections:
        detections.tracker_id = np.arange(self._next, self._next + len(detections))
        self._next += len(detections)
        return detections


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of the user's, with factories in it."""
    module = ModuleType("mine")
    vars(module).update(
        Spot=BrightSpot, Pitch=NoPitch, EveryBox=EveryBox, nothing=dict, Stage=_Stage
    )
    monkeypatch.setitem(sys.modules, "mine", module)
    return module


class _Stage:
    name, reads, adds, looks = "mine", (), ("seen",), False

    def process(self, window: Sequence[tl.TrackedFrame]) -> list[tl.Objects]:
        return [f.objects.with_columns(seen=np.ones(len(f.objects), bool)) for f in window]


def test_detector_pitch_model_tracker_and_stage_of_ones_own_are_named_by_settings(
    clip: Path, mine: ModuleType
) -> None:
    settings = Settings.read(
        detector="mine:Spot",
        pitch_model="mine:Pitch",
        tracker="mine:EveryBox",
        stages=["mine:Stage"],
        verify="off",
    )
    states = list(tl.analyze(clip, settings=settings))
    detected = [s for s in states if "interpolated" not in s.objects.data["source"]]
    ids = [int(i) for s in detected for i in s.objects.tracker_id]
    assert len(ids) == len(set(ids)) > 30
    assert states[0].objects.data["seen"].tolist() == [True]


@pytest.mark.parametrize(
    ("setting", "name", "said"),
    [
        ("detector", "mine:Absent", "no attribute 'Absent'"),
        ("detector", "absent_module:Spot", "no module 'absent_module'"),
        ("detector", "mine:nothing", "no method detect"),
        ("pitch_model", "mine:Spot", "no method locate"),
        ("tracker", "mine:Absent", "no attribute 'Absent'"),
    ],
)
def test_a_name_that_leads_nowhere_is_one_clear_sentence(
    clip: Path, mine: ModuleType, setting: str, name: str, said: str
) -> None:
    settings = Settings.read(
        **{"detector": "mine:Spot", "pitch_model": "mine:Pitch", "verify": "off", setting: name}
    )
    with pytest.raises(tl.UsageError, match=said):
        list(tl.analyze(clip, settings=settings))


def test_models_are_loaded_once_for_many_clips_and_results(
    clip: Path, tmp_path: Path, mine: ModuleType
) -> None:
    made: list[BrightSpot] = []

    def counted() -> BrightSpot:
        made.append(BrightSpot())
        return made[-1]

    vars(mine)["Spot"] = counted
    settings = Settings.read(detector="mine:Spot", pitch_model="mine:Pitch", verify="off")
    models = tl.Models.load(settings)
    first = [state.objects.xyxy.tolist() for state in models.analyze(clip)]
    assert [state.objects.xyxy.tolist() for state in models.analyze(clip)] == first
    run_job(clip, tmp_path / "one", models=models, formats=())
    run_job(clip, tmp_path / "two", models=models, formats=())
    assert len(made) == 1


@pytest.mark.slow
def test_the_shipped_detector_given_by_hand_gives_what_none_gives(clip: Path) -> None:
    given = tl.Models.load(detector=tl.load_detector())
    own = tl.Models.load()
    image = np.random.default_rng(3).integers(0, 255, (720, 1280, 3), np.uint8)
    (one,), (other,) = given.detector.detect([image]), own.detector.detect([image])
    assert one == other
    assert given.device == own.device
    asked = tl.Models.load(detector=tl.load_detector(confidence=0.6, imgsz=640))
    (sure,) = asked.detector.detect([image])
    assert (sure.confidence >= 0.6).all()


class _SmallPitch:
    """A pitch model that sees a pitch of 90 x 60 m from the stand."""

    camera = Camera((0.0, -80.0, 20.0), (-25.0, 0.0), 1.2)
    dimensions = tl.PitchDimensions(90, 60)

    def locate(self, images: Sequence[np.ndarray]) -> list[sv.KeyPoints]:
        pixels = self.camera.see(self.dimensions.vertices())
        inside = ((pixels > 0) & (pixels < SIZE)).all(axis=1)
        return [keypoints(pixels, inside) for _ in images]

    def paint(self, folder: Path) -> Path:
        """Its lines on grass, and one bright square on it."""
        noise = np.random.default_rng(0).normal(0, 3, (SIZE[1], SIZE[0], 1))
        image = np.clip(np.array((60, 130, 70)) + noise, 0, 255).astype(np.uint8)
        for line in self.dimensions.lines():
            steps = np.linspace(line[:-1], line[1:], 40, axis=1).reshape(-1, 2)
            seen = self.camera.see(steps).round().astype(np.int32)
            cv2.polylines(image, [seen], False, (190, 230, 230), 3, cv2.LINE_AA)
        image[400:432, 700:716] = 255
        cv2.imwrite(str(folder / "0.png"), image)
        return folder


def test_the_size_of_the_pitch_reaches_positions(tmp_path: Path) -> None:
    small = _SmallPitch()
    settings = Settings.read(verify="off", pitch="90x60")
    models = tl.Models.load(settings, detector=BrightSpot(), pitch_model=small)
    state = next(models.analyze(small.paint(tmp_path)))
    foot = np.linalg.inv(small.camera.to_pixels) @ [708.0, 432.0, 1.0]
    assert state.objects.data["position"][0] == pytest.approx(foot[:2] / foot[2], abs=0.15)
    as_usual = next(models.analyze(tmp_path, dimensions=tl.PitchDimensions()))
    off = as_usual.objects.data["position"][0] - foot[:2] / foot[2]
    assert not np.linalg.norm(off) < 1  # far off, or nowhere: the lines are not of that size


@pytest.mark.parametrize("size", ["100", "100x", "wide", "40x30"])
def test_a_pitch_that_cannot_be_is_refused(size: str) -> None:
    with pytest.raises(tl.UsageError):
        tl.Models.load(
            Settings.read(pitch=size, verify="off"),
            detector=BrightSpot(),
            pitch_model=NoPitch(),
        )


def test_a_tracker_of_ones_own_is_given_by_hand_too(clip: Path) -> None:
    made: list[EveryBox] = []

    def new(fps: float) -> EveryBox:
        made.append(EveryBox(fps))
        return made[-1]

    states = tl.analyze(
        clip,
        detector=BrightSpot(),
        pitch_model=NoPitch(),
        tracker=new,
        settings=Settings.read(verify="off"),
    )
    assert len({int(i) for state in states for i in state.objects.tracker_id}) > 30
    assert [tracker.fps for tracker in made] == [25.0, 25.0]
