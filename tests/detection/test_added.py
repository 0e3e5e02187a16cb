"""Detectors of others, of every layout that we read: small networks that always say the same."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import touchline as tl
from touchline.detection import LAYOUTS, AddedDetector, add, added
from touchline.detection.layouts import ALIKE, MEAN, placement, prepared
from touchline.errors import ModelError, UsageError
from touchline.frame import ClassId

SIZE = (96, 64)
PICTURE = np.full((100, 200, 3), 30, np.uint8)
CLASSES = ["ball", "-", "goalkeeper", "player", "main referee"]
BOXES = {ClassId.BALL: (150, 60, 158, 68), ClassId.PLAYER: (20, 10, 44, 70)}
"""In pixels of the picture."""


def answers(layout: str) -> dict[str, np.ndarray]:
    """What a network of a layout says where it sees ``BOXES``, at .8 and .9."""
    place = placement(layout, (200, 100), SIZE)
    xyxy = np.array([*BOXES.values()], np.float32) * np.tile(place.scale, 2)
    xyxy += np.tile(place.offset, 2)
    centred = np.concatenate([(xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2]], axis=1)
    scores = np.zeros((2, 5), np.float32)
    scores[0, 0], scores[1, 3] = 0.8, 0.9
    if layout == "d-fine":
        return {"labels": np.array([[0, 3]]), "boxes": xyxy[None], "scores": scores.max(1)[None]}
    if layout == "rf-detr":
        logits = np.log(np.clip(scores, 1e-6, 1) / (1 - np.clip(scores, 1e-6, 0.999)))
        return {"dets": (centred / np.tile(SIZE, 2))[None], "labels": logits[None]}
    if layout == "yolov8":
        return {"output0": np.concatenate([centred, scores], axis=1).T[None]}
    table = np.concatenate([centred, np.full((2, 1), 1.0), scores], axis=1)
    if layout == "yolov5":
        return {"output0": table[None]}
    cells = sum((SIZE[0] // each) * (SIZE[1] // each) for each in (8, 16, 32))
    every = np.zeros((cells, 10), np.float32)
    for row, box in zip(table, centred, strict=True):
        column, line = (box[:2] // 8).astype(int)  # the cell of the finest grid
        row[:2], row[2:4] = box[:2] / 8 - (column, line), np.log(box[2:] / 8)
        every[line * (SIZE[0] // 8) + column] = row
    return {"output": every[None]}


def write(path: Path, layout: str) -> Path:
    """The network as a file; its answer does not depend on the picture."""
    given = {
        name: np.asarray(a, None if a.dtype == np.int64 else np.float32)
        for name, a in answers(layout).items()
    }
    inputs = [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIZE[1], SIZE[0]])]
    if layout == "d-fine":
        inputs.append(helper.make_tensor_value_info("orig_target_sizes", TensorProto.INT64, [1, 2]))
    kinds = {name: helper.np_dtype_to_tensor_dtype(a.dtype) for name, a in given.items()}
    graph = helper.make_graph(
        [helper.make_node("Identity", [f"{name}_"], [name]) for name in given],
        layout,
        inputs,
        [helper.make_tensor_value_info(name, kinds[name], a.shape) for name, a in given.items()],
        [numpy_helper.from_array(a, f"{name}_") for name, a in given.items()],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path
    )
    return path


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_detector_of_each_layout_sees_its_boxes_where_they_are(tmp_path, layout):
    file = write(tmp_path / "Mine.onnx", layout)
    told = None if layout in ("yolov8", "rf-detr", "d-fine") else layout
    entry = add(file, classes=CLASSES, layout=told, cache=tmp_path)
    assert (entry.name, entry.layout) == ("mine", layout)
    detector = tl.load_detector("mine", device="cpu", cache=tmp_path)
    assert isinstance(detector, AddedDetector)
    assert detector.device == "onnxruntime:cpu"
    found, again = detector.detect([PICTURE, PICTURE])
    assert found.class_id.tolist() == again.class_id.tolist() == [ClassId.PLAYER, ClassId.BALL]
    np.testing.assert_allclose(found.confidence, [0.9, 0.8], atol=0.01)
    expected = [BOXES[ClassId.PLAYER], BOXES[ClassId.BALL]]
    np.testing.assert_allclose(found.xyxy, expected, atol=1.0 if layout in ALIKE else 0.1)


def test_what_reaches_no_threshold_or_is_none_of_ours_is_left_out(tmp_path):
    add(write(tmp_path / "mine.onnx", "yolov8"), classes=CLASSES, cache=tmp_path)
    (found,) = tl.load_detector("mine", confidence=0.85, cache=tmp_path).detect([PICTURE])
    assert found.class_id.tolist() == [ClassId.PLAYER]
    add(write(tmp_path / "mine.onnx", "yolov8"), classes=["ball", *"----"], cache=tmp_path)
    (found,) = tl.load_detector("mine", cache=tmp_path).detect([PICTURE])
    assert found.class_id.tolist() == [ClassId.BALL]


def test_pictures_come_as_each_layout_takes_them():
    blue = np.zeros((64, 96, 3), np.uint8)
    blue[..., 0] = 255
    centre = {each: prepared(each, blue, SIZE)[0, :, 32, 48] for each in LAYOUTS}
    np.testing.assert_allclose(centre["yolox"], [255, 0, 0])
    np.testing.assert_allclose(centre["yolov5"], [0, 0, 1])
    np.testing.assert_allclose(centre["d-fine"], [0, 0, 1])
    np.testing.assert_allclose(centre["rf-detr"][0], -MEAN[0] / 0.229, rtol=1e-5)
    edge = prepared("yolov8", PICTURE, SIZE)[0, 0]
    assert edge[0, 0] == pytest.approx(114 / 255)
    assert edge[32, 48] == pytest.approx(30 / 255)
    assert prepared("yolox", PICTURE, SIZE)[0, 0, 0, 0] == 30
    assert prepared("rf-detr", PICTURE, SIZE).shape == (1, 3, 64, 96)


def test_what_cannot_be_told_or_used_is_refused_in_one_sentence(tmp_path):
    file = write(tmp_path / "mine.onnx", "yolov5")
    with pytest.raises(UsageError, match=r"--layout is one of yolov5, .* output0 \(1, 2, 10\)"):
        add(file, classes=CLASSES, cache=tmp_path)
    with pytest.raises(UsageError, match="--classes names none that is known; known are ball"):
        add(file, classes=["car"], layout="yolov5", cache=tmp_path)
    with pytest.raises(UsageError, match="none that ships; got 'players'"):
        add(file, classes=CLASSES, layout="yolov5", name="players", cache=tmp_path)
    with pytest.raises(ModelError, match="mine does not answer as yolov5 with 3 classes"):
        add(file, classes=CLASSES[:3], layout="yolov5", cache=tmp_path)
    (tmp_path / "text.onnx").write_text("no network")
    with pytest.raises(ModelError, match="cannot be read as an ONNX network"):
        add(tmp_path / "text.onnx", classes=CLASSES, cache=tmp_path)
    assert added(tmp_path) == {}


def test_a_file_that_was_changed_since_is_not_used(tmp_path):
    add(write(tmp_path / "mine.onnx", "yolov8"), classes=CLASSES, cache=tmp_path)
    write(tmp_path / "models" / "mine.onnx", "d-fine")
    with pytest.raises(ModelError, match="not the file that was added"):
        tl.load_detector("mine", cache=tmp_path)


def test_without_a_home_nothing_was_added_and_all_else_is_found(monkeypatch):
    def homeless():
        raise RuntimeError("no home")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert added() == {}
    assert tl.load_detector(backend="openvino", threads=1).device == "openvino:cpu"
    with pytest.raises(ModelError, match="neither a file nor one of the known weights"):
        tl.load_detector("absent")
