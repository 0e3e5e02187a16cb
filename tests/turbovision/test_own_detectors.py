"""Folders with a detector that an operator brings."""

import ast
from pathlib import Path

import numpy as np
import pytest

from tests.detection.test_added import BOXES, CLASSES, PICTURE, write
from tests.turbovision.test_packing import ALLOWED, REFUSED, loaded
from touchline.detection import LAYOUTS, add
from touchline.errors import UsageError
from touchline.frame import ClassId
from touchline.turbovision.auditing import audit, run_folder
from touchline.turbovision.packing import find_model, pack_own
from touchline.turbovision.scoring import Element

NAMES = ["Fire", "b", "c", "smoke", "e"]
"""Of the classes of the network: it sees its first and its fourth."""
ELEMENT = Element(id="manak0/Detect-fire", objects=("water", "smoke", "fire"))
SEEN = Element(id="manak0/Detect-fire", objects=("", "smoke", "fire"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_folder_sees_what_an_operators_detector_of_each_layout_sees(
    tmp_path: Path, layout: str
) -> None:
    model = find_model(f"{write(tmp_path / 'mine.onnx', layout)}", NAMES, layout=layout)
    packed = pack_own(SEEN, tmp_path / "folder", model)
    assert {"miner.py", "element.json", "detector.onnx"} < set(packed.files)
    ran = run_folder(tmp_path / "folder", [[PICTURE]])
    (row,) = ran["challenges"][0]
    found = {box["cls_id"]: [box[k] for k in ("x1", "y1", "x2", "y2")] for box in row["boxes"]}
    assert sorted(found) == [1, 2]
    np.testing.assert_allclose(found[1], BOXES[ClassId.PLAYER], atol=1.5)
    np.testing.assert_allclose(found[2], BOXES[ClassId.BALL], atol=1.5)
    assert row["keypoints"] == [[0, 0]] * 32


def test_such_a_folder_passes_a_checker_and_needs_what_ours_need(tmp_path: Path) -> None:
    model = find_model(f"{write(tmp_path / 'mine.onnx', 'yolov8')}", NAMES)
    pack_own(SEEN, tmp_path / "folder", model)
    result = audit(tmp_path / "folder", [PICTURE], limit_ms=60_000)
    assert result.ok, result.as_dict()
    tree = ast.parse((tmp_path / "folder" / "miner.py").read_text())
    roots = {
        ((n.module or "") if isinstance(n, ast.ImportFrom) else each.name).partition(".")[0]
        for n in ast.walk(tree)
        if isinstance(n, ast.Import | ast.ImportFrom)
        for each in n.names
    }
    assert roots <= ALLOWED - REFUSED
    assert repr(loaded(tmp_path / "folder").Miner(tmp_path / "folder")).endswith("Detect-fire")


def test_a_detector_that_was_added_is_packed_by_its_name(tmp_path: Path) -> None:
    add(write(tmp_path / "mine.onnx", "yolov8"), classes=CLASSES, cache=tmp_path)
    model = find_model("mine", [], cache=tmp_path)
    pack_own(Element(id="Detect-x", objects=("player",)), tmp_path / "folder", model)
    rows = run_folder(tmp_path / "folder", [[PICTURE]])["challenges"][0]
    assert [box["cls_id"] for box in rows[0]["boxes"]] == [0]
    with pytest.raises(UsageError, match="name neither"):
        find_model("mine", NAMES, cache=tmp_path)


def test_what_a_detector_does_not_see_or_answer_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "mine.onnx", "yolov8")
    model = find_model(f"{file}", NAMES)
    for element, words in (
        (ELEMENT, r"mine\.onnx does not see 'water'; it sees b, c"),
        (Element(id="PlayerDetect_v1", objects=("fire",)), "is another"),
        (Element(id="Detect-x"), "named, and once"),
    ):
        with pytest.raises(UsageError, match=words):
            pack_own(element, tmp_path / "folder", model)
    with pytest.raises(UsageError, match="--classes names the classes"):
        find_model(f"{file}", [])
    with pytest.raises(UsageError, match="--layout is one of"):
        find_model(f"{file}", NAMES, layout="yolo")
    assert not (tmp_path / "folder").exists()
