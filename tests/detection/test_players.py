from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import cv2
import numpy as np
import pytest

from tests.detection.maps import MapEngine, empty_maps, put
from tests.inference.networks import write_detector, write_means
from tests.shared import SHARED, beside
from touchline.detection import YoloxDetector, load_detector
from touchline.detection.evidence import probabilities
from touchline.errors import ModelError, UsageError
from touchline.frame import ClassId
from touchline.inference import weights
from touchline.synthetic import read_truth
from touchline.video import read_frames

SHIPPED = weights.shipped_folder() / "players.onnx"
needs_weights = pytest.mark.skipif(not SHIPPED.is_file(), reason="needs the shipped weights")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A detector of random weights."""
    return write_detector(tmp_path_factory.mktemp("weights") / "made.onnx")


def scene():
    maps = empty_maps(1280, 736)
    put(maps, (100, 200, 140, 300), ClassId.PLAYER, score=0.9)
    put(maps, (400, 300, 430, 390), ClassId.GOALKEEPER, score=0.8, level=1)
    put(maps, (700, 300, 730, 390), ClassId.REFEREE, score=0.3, level=2)
    put(maps, (600, 500, 610, 510), ClassId.BALL, score=0.7)
    return maps


class SizedEngine(MapEngine):
    """An engine that answers other maps to each width of the canvas; empty ones where none is."""

    def __init__(self, **maps):
        super().__init__(None)
        self._by_width = {int(width[1:]): each for width, each in maps.items()}

    def run(self, images):
        height, width = images.shape[1:3]
        self.maps = self._by_width.get(width, empty_maps(width, height))
        return super().run(images)


def crowd(width, height, *, people=(100, 200, 140, 300), ball=(600, 500, 620, 520), score=0.8):
    """Maps in which a player and a ball are seen where they are in a picture 1280 wide."""
    maps, scale = empty_maps(width, height), width / 1280
    put(maps, [scale * side for side in people], ClassId.PLAYER, score=0.9)
    put(maps, [scale * side for side in ball], ClassId.BALL, score=score)
    return maps


def picture(width=1280, height=720, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def same(first, second):
    return all(
        np.array_equal(getattr(first, field), getattr(second, field))
        for field in ("xyxy", "confidence", "class_id")
    )


def test_boxes_come_in_pixels_of_the_frame_best_first():
    (found,) = YoloxDetector(MapEngine(scene()), second_look=False).detect([picture()])
    assert found.class_id.tolist() == [ClassId.PLAYER, ClassId.GOALKEEPER, ClassId.BALL]
    np.testing.assert_allclose(found.xyxy[0], [100, 200, 140, 300], atol=0.01)
    assert found.xyxy.dtype == found.confidence.dtype == np.float32


def test_boxes_of_a_reduced_frame_come_back_in_its_own_pixels():
    (found,) = YoloxDetector(MapEngine(scene()), imgsz=1280).detect([picture(1920, 1080)])
    np.testing.assert_allclose(found.xyxy[0], [150, 300, 210, 450], atol=0.01)


def test_a_lower_threshold_tells_more():
    once = {"second_look": False}
    (found,) = YoloxDetector(MapEngine(scene()), confidence=0.02, **once).detect([picture()])
    assert sorted(found.class_id) == [0, 1, 2, 3]
    (found,) = YoloxDetector(MapEngine(scene()), ball_confidence=0.75, **once).detect([picture()])
    assert ClassId.BALL not in found.class_id


def test_where_people_are_large_a_second_look_is_at_a_reduced_picture() -> None:
    first, second = crowd(1280, 736), crowd(960, 544, people=(98, 204, 138, 304), score=0.6)
    engine = SizedEngine(w1280=first, w960=second)
    (found,) = YoloxDetector(engine).detect([picture()])
    assert [shape[1:3] for shape in engine.shapes] == [(736, 1280), (544, 960)]
    assert found.class_id.tolist() == [ClassId.PLAYER, ClassId.BALL]
    np.testing.assert_allclose(found.xyxy[0], [98, 204, 138, 304], atol=0.01)  # the second look's
    np.testing.assert_allclose(found.confidence, [0.9, 0.7], atol=1e-6)  # of the ball the mean
    assert found.data["seen_at"].tolist() == [960, 1280]
    np.testing.assert_array_equal(
        found.data["probability"], probabilities(found.confidence, found.class_id)
    )


def test_where_people_are_small_there_is_one_look() -> None:
    small = crowd(1280, 736, people=(100, 200, 120, 250), ball=(600, 500, 610, 510))
    engine = SizedEngine(w1280=small)
    (found,) = YoloxDetector(engine).detect([picture()])
    assert len(engine.shapes) == 1
    assert found.data["seen_at"].tolist() == [1280, 1280]


def test_a_size_that_was_told_is_looked_at_once() -> None:
    engine = SizedEngine(w1280=crowd(1280, 736), w960=crowd(960, 544))
    YoloxDetector(engine, imgsz=1280).detect([picture()])
    assert [shape[2] for shape in engine.shapes] == [1280]


def test_a_size_that_was_told_is_looked_at_again_where_that_is_told_too_and_saves() -> None:
    engine = SizedEngine(w1280=crowd(1280, 736), w960=crowd(960, 544), w640=crowd(640, 384))
    YoloxDetector(engine, imgsz=1280, second_look=True).detect([picture()])
    YoloxDetector(engine, imgsz=640, second_look=True).detect([picture()])
    assert [shape[2] for shape in engine.shapes] == [1280, 960, 640]


def test_a_ball_at_one_size_only_loses_half_of_its_score() -> None:
    engine = SizedEngine(w1280=crowd(1280, 736), w960=crowd(960, 544, ball=(20, 20, 40, 40)))
    (found,) = YoloxDetector(engine, confidence=0.35).detect([picture()])
    np.testing.assert_allclose(found.confidence, [0.9, 0.4, 0.4], atol=1e-6)


def test_what_a_mixed_batch_gives_is_what_each_picture_gives() -> None:
    engine = SizedEngine(w1280=crowd(1280, 736), w960=crowd(960, 544), w640=empty_maps(640, 384))
    images = [picture(), picture(640, 360), picture()]
    together = YoloxDetector(engine).detect(images)
    assert [len(found) for found in together] == [2, 0, 2]
    alone = [YoloxDetector(engine).detect([image])[0] for image in images]
    assert all(map(same, together, alone))


def two_balls():
    maps = crowd(1280, 736, people=(100, 200, 120, 250), ball=(600, 500, 610, 510))
    put(maps, (300, 300, 310, 310), ClassId.BALL, score=0.7)
    return maps


def test_there_is_one_ball_unless_a_confidence_asks_for_all() -> None:
    balls = [
        (YoloxDetector(MapEngine(two_balls()), **told).detect([picture()])[0].class_id == 0).sum()
        for told in ({}, {"ball_confidence": 0.3}, {"confidence": 0.3})
    ]
    assert balls == [1, 2, 2]


def test_for_a_clip_there_is_one_look_and_every_ball_and_a_size_told_stays() -> None:
    engine = SizedEngine(w1280=two_balls(), w960=crowd(960, 544))
    given = {"confidence": 0.1, "imgsz": (1280, 736), "batch_size": None}
    detector = YoloxDetector(engine).or_else(**given)
    (found,) = detector.detect([picture()])
    assert (found.class_id == ClassId.BALL).sum() == 2
    detector.detect_reduced([picture()])
    YoloxDetector(engine, imgsz=1280).or_else(**given).detect_reduced([picture()])
    assert [shape[2] for shape in engine.shapes] == [1280, 960, 1280]


def test_for_a_clip_fainter_balls_are_asked_for_unless_the_caller_told_a_threshold() -> None:
    engine = SizedEngine(w1280=crowd(1280, 736, score=0.2))
    for told, seen in (({}, {ClassId.BALL}), ({"confidence": 0.3}, set())):
        detector = YoloxDetector(engine, **told).or_else(
            confidence=0.6, ball_confidence=0.1, imgsz=(1280, 736), batch_size=None
        )
        (found,) = detector.detect([picture()])
        assert {*found.class_id.tolist()} - {ClassId.PLAYER} == seen


def test_a_reduced_look_is_never_at_more() -> None:
    engine = SizedEngine()
    detector = YoloxDetector(engine).or_else(confidence=0.1, imgsz=(640, 384), batch_size=None)
    detector.detect_reduced([picture()])
    assert [shape[2] for shape in engine.shapes] == [640]


def test_boxes_are_clipped_to_the_frame_and_those_in_the_padding_dropped():
    maps = empty_maps(1280, 736)
    put(maps, (-20, 700, 40, 735), ClassId.PLAYER)
    put(maps, (200, 723, 230, 735), ClassId.PLAYER)
    (found,) = YoloxDetector(MapEngine(maps)).detect([picture()])
    np.testing.assert_allclose(found.xyxy, [[0, 700, 40, 720]], atol=0.01)


def test_nothing_seen_is_an_empty_answer_of_the_usual_types():
    (found,) = YoloxDetector(MapEngine(empty_maps(1280, 736))).detect([picture()])
    assert len(found) == 0
    assert found.xyxy.shape == (0, 4)
    assert found.confidence.shape == found.class_id.shape == (0,)


def test_no_images_no_answers():
    assert YoloxDetector(MapEngine(scene())).detect([]) == []


def test_a_batch_that_does_not_fit_is_taken_in_parts():
    engine = MapEngine(scene(), room=2)
    found = YoloxDetector(engine, batch_size=8, second_look=False).detect([picture()] * 5)
    assert len(found) == 5
    assert [shape[0] for shape in engine.shapes] == [5, 2, 2, 1]


def test_the_size_of_a_batch_changes_no_answer(made):
    images = [picture(160, 96, seed) for seed in range(10)]
    one, eight, all_ = (
        load_detector(made, confidence=0.3, batch_size=size).detect(images) for size in (1, 8, None)
    )
    assert sum(map(len, one)) > 0
    assert all(map(same, one, eight))
    assert all(map(same, one, all_))


def test_frames_of_mixed_sizes_keep_their_order(made):
    sizes = [(160, 96), (64, 64), (160, 96), (100, 50)]
    images = [picture(*size, seed) for seed, size in enumerate(sizes)]
    detector = load_detector(made, confidence=0.3)
    together = detector.detect(images)
    assert all(
        same(found, detector.detect([image])[0])
        for found, image in zip(together, images, strict=True)
    )


def test_threads_may_share_a_detector(made):
    detector = load_detector(made, confidence=0.3)
    images = [picture(96, 64, seed) for seed in range(8)]
    alone = [detector.detect([image])[0] for image in images]
    with ThreadPoolExecutor(4) as pool:
        shared = list(pool.map(lambda image: detector.detect([image])[0], images))
    assert all(map(same, alone, shared))


def test_both_runtimes_find_the_same(made):
    images = [picture(160, 96)]
    (first,), (second,) = (
        load_detector(made, confidence=0.3, backend=backend, device="cpu").detect(images)
        for backend in ("openvino", "onnxruntime")
    )
    assert abs(len(first) - len(second)) <= 2  # bfloat16 moves scores across the threshold
    assert len(first) > 0


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((10, 10, 3), np.float32),
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((0, 10, 3), np.uint8),
        None,
    ],
)
def test_what_is_no_image_is_refused_with_its_place(image):
    with pytest.raises(UsageError, match=r"uint8 \(H, W, 3\) in BGR.*image 1 is"):
        YoloxDetector(MapEngine(scene())).detect([picture(), image])


@pytest.mark.parametrize(
    "argument",
    [
        {"confidence": 1.5},
        {"confidence": -0.1},
        {"ball_confidence": 2.0},
        {"confidence": float("nan")},
        {"imgsz": 0},
        {"batch_size": 0},
    ],
)
def test_values_out_of_range_are_refused(made, argument):
    with pytest.raises(UsageError):
        load_detector(made, **argument)


def test_a_network_that_answers_something_else_is_refused(tmp_path):
    detector = load_detector(write_means(tmp_path / "means.onnx"))
    with pytest.raises(ModelError, match="stride_8"):
        detector.detect([picture(64, 64)])


def test_unknown_weights_are_refused_with_the_known_ones():
    with pytest.raises(ModelError, match=r"known weights: .*players"):
        load_detector("strangers")


@needs_weights
def test_an_empty_meadow_has_no_players():
    meadow = np.full((720, 1280, 3), (60, 140, 70), np.uint8)
    (found,) = load_detector(SHIPPED).detect([meadow])
    assert len(found) == 0


def made_frames(match):
    """The first nine frames of the made match, and the class of all that is in each."""
    frames = [frame.image for frame in islice(read_frames(match / "match.mp4"), 9)]
    truths = read_truth(match / "truth.json")[:9]
    return frames, [truth.objects.class_id.tolist() for truth in truths]


def labelled_frames():
    """The same of the frames beside the project."""
    files = sorted((SHARED / "data/players/images").iterdir())[:9]
    labels = [(SHARED / "data/players/labels" / file.stem).with_suffix(".txt") for file in files]
    rows = [label.read_text().splitlines() for label in labels]
    return [cv2.imread(str(file)) for file in files], [[int(r.split()[0]) for r in f] for f in rows]


@pytest.fixture(scope="module", params=["made", *beside("real")])
def frames(request, match):
    return made_frames(match) if request.param == "made" else labelled_frames()


@needs_weights
@pytest.mark.slow
def test_a_frame_has_the_people_that_were_labelled(frames):
    images, classes = frames
    (found,) = load_detector(SHIPPED).detect(images[:1])
    people = sum(each != ClassId.BALL for each in classes[0])
    assert abs((found.class_id != ClassId.BALL).sum() - people) <= 4


@needs_weights
@pytest.mark.slow
def test_shipped_weights_give_the_same_in_batches_of_1_8_and_64(frames):
    images, _ = frames
    one, eight, many = (
        load_detector(SHIPPED, imgsz=640, batch_size=size).detect(images) for size in (1, 8, 64)
    )
    assert all(map(same, one, eight))
    assert all(map(same, one, many))
