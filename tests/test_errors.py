"""Numbers and pictures that a caller gives."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from touchline.arrays import require_pictures
from touchline.detection import YoloxDetector, load_detector
from touchline.errors import UsageError, require_whole
from touchline.pitch import HeatmapPitchModel, load_pitch_model
from touchline.verification import Student, View

PICTURE = np.random.default_rng(0).integers(0, 255, (36, 64, 3), np.uint8)
STRANGE: dict[str, Any] = {
    "floats from 0 to 1": PICTURE / 255,
    "floats": PICTURE.astype(np.float32),
    "16 bits": PICTURE.astype(np.uint16),
    "whole numbers": PICTURE.astype(np.int64),
    "truth": PICTURE > 100,
    "four channels": np.zeros((36, 64, 4), np.uint8),
    "no channels": PICTURE[:, :, 0],
    "one channel": PICTURE[:, :, :1],
    "channels first": PICTURE.transpose(2, 0, 1),
    "no width": PICTURE[:, :0],
    "no height": PICTURE[:0],
    "lists": PICTURE.tolist(),
    "a path": "frame.png",
    "nothing": None,
    "objects": PICTURE.astype(object),
    "a network's input": PICTURE[None],
}


class Engine:
    """Must not be asked."""

    name, device = "none", "none"

    def run(self, images: np.ndarray[Any, Any]) -> dict[str, Any]:
        raise AssertionError(f"given {images.shape}")


@pytest.fixture(scope="module")
def detector() -> YoloxDetector:
    return load_detector(threads=1)


@pytest.fixture(scope="module")
def pitch_model() -> HeatmapPitchModel:
    return load_pitch_model(threads=1)


def looking() -> dict[str, Callable[[list[Any]], object]]:
    """Every function of the package that takes pictures from anybody."""
    engine: Any = Engine()
    box = np.array([1.0, 1, 20, 30])
    return {
        "detector": YoloxDetector(engine).detect,
        "pitch model": HeatmapPitchModel(engine).locate,
        "verifier": lambda images: Student(engine).judge([View(each, box) for each in images]),
    }


@pytest.mark.parametrize("taker", looking().values(), ids=looking())
@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
def test_what_is_no_picture_is_refused_in_one_sentence_that_names_it(
    taker: Callable[[list[Any]], object], strange: Any
) -> None:
    with pytest.raises(UsageError, match=r"uint8 \(H, W, 3\) in BGR .*; image 1 is "):
        taker([PICTURE, strange])


@pytest.mark.parametrize("given", [PICTURE, PICTURE[:, :, 0], None, "frame.png", {0: PICTURE}, 7])
def test_one_picture_in_place_of_several_is_refused_with_what_to_write(given: Any) -> None:
    with pytest.raises(UsageError, match=r"Images are a list, one alone is \[image\]; got "):
        require_pictures(given)


@pytest.mark.parametrize(
    "view",
    [
        PICTURE[:, :, ::-1],
        PICTURE[::-1, ::-1],
        PICTURE[::2, ::3],
        np.asfortranarray(PICTURE),
        np.broadcast_to(np.uint8(3), (36, 64, 3)),
    ],
    ids=["RGB turned", "upside down", "every third", "by columns", "one pixel spread"],
)
def test_any_layout_in_memory_gives_what_a_copy_gives(
    view: np.ndarray[Any, Any], detector: YoloxDetector, pitch_model: HeatmapPitchModel
) -> None:
    copy = np.ascontiguousarray(view)
    found, same = detector.detect([view, copy])
    assert np.array_equal(found.xyxy, same.xyxy)
    points, same_points = pitch_model.locate([view, copy])
    assert np.array_equal(points.xy, same_points.xy)


def test_pictures_may_come_from_a_generator_and_as_one_array() -> None:
    assert len(require_pictures(PICTURE for _ in range(3))) == 3
    assert len(require_pictures(np.stack([PICTURE] * 3))) == 3
    assert require_pictures([]) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"imgsz": (640,)},
        {"imgsz": (640, 384, 3)},
        {"imgsz": 640.0},
        {"imgsz": "640"},
        {"imgsz": True},
        {"batch_size": "2"},
        {"batch_size": 1.5},
        {"confidence": "high"},
    ],
    ids=str,
)
def test_odd_arguments_of_a_detector_are_refused_in_one_sentence(odd: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="; got "):
        YoloxDetector(cast(Any, Engine()), **odd)


def test_a_whole_number_may_be_bounded_from_above() -> None:
    require_whole("threads", 512, least=0, most=512)
    with pytest.raises(UsageError, match="threads is a whole number from 0 to 512; got 513"):
        require_whole("threads", 513, least=0, most=512)
