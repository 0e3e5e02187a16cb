"""Folders to upload: made from the package, and answering as it does."""

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from touchline.errors import OutputError, UsageError
from touchline.turbovision.packing import bundled, pack
from touchline.turbovision.packing import miner as own
from touchline.turbovision.scoring import Element
from touchline.video import VideoReader

FOUR = ("ball", "goalkeeper", "player", "referee", "", "", "team 1", "team 2")
ALLOWED = {"cv2", "numpy", "onnxruntime", "pydantic"} | sys.stdlib_module_names
REFUSED = {"socket", "subprocess", "ctypes", "multiprocessing", "requests", "urllib", "http"}
BARE_CALLS = {"eval", "exec", "__import__", "open"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packed") / "folder"
    pack(Element(id="x/PlayerDetect_v1", objects=FOUR), path, imgsz=640)
    return path


def loaded(folder: Path) -> ModuleType:
    """The folder's module, as the checker loads it: ``sys.modules`` does not know it."""
    spec = importlib.util.spec_from_file_location("miner_of_a_folder", folder / "miner.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert spec.name not in sys.modules
    return module


@pytest.fixture(scope="module")
def images(match: Path) -> list[np.ndarray]:
    with VideoReader(next(match.glob("*.mp4"))) as reader:
        frames = [frame.image for _, frame in zip(range(60), reader, strict=False)]
    return [frames[0], frames[-1], frames[0][:200, :300]]


def test_a_folder_answers_as_the_package_does(folder: Path, images: list[np.ndarray]) -> None:
    answers = loaded(folder).Miner(path_hf_repo=folder).predict_batch(images, 64, 32)
    same = own.FolderMiner(folder).predict_batch(images, 64, 32)
    assert [each.model_dump() for each in answers] == [each.model_dump() for each in same]
    assert [each.frame_id for each in answers] == [64, 65, 66]
    assert all(len(each.keypoints) == 32 for each in answers)
    assert any(each.boxes for each in answers)
    assert "team_id" in answers[0].model_dump()["boxes"][0]


def test_boxes_of_a_folder_are_the_packages_within_a_pixel(
    folder: Path, images: list[np.ndarray]
) -> None:
    import touchline as tl

    found = tl.load_detector(imgsz=640, backend="onnxruntime").detect(images[:1])[0]
    boxes = loaded(folder).Miner(folder).predict_batch(images[:1], 0, 32)[0].boxes
    mine = np.array([[each.x1, each.y1, each.x2, each.y2] for each in boxes])
    assert len(mine) == len(found)
    apart = np.abs(mine[:, None] - found.xyxy[None]).max(axis=2)
    assert apart.min(axis=1).max() <= 1
    assert sorted(apart.argmin(axis=1)) == [*range(len(found))]


def test_a_folder_needs_four_libraries_and_nothing_that_is_refused(folder: Path) -> None:
    tree = ast.parse((folder / "miner.py").read_text())
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names
    }
    roots = {name.partition(".")[0] for name in names}
    assert roots <= ALLOWED - REFUSED
    called = {
        n.func.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    assert not called & BARE_CALLS


def test_a_folder_loads_where_touchline_is_not_installed(folder: Path) -> None:
    script = (
        "import sys; sys.modules['touchline'] = sys.modules['supervision'] = None\n"
        "import importlib.util, numpy\n"
        f"spec = importlib.util.spec_from_file_location('m', {str(folder / 'miner.py')!r})\n"
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)\n"
        f"miner = module.Miner({str(folder)!r})\n"
        "frame = numpy.zeros((360, 640, 3), numpy.uint8)\n"
        "print(repr(miner), len(miner.predict_batch([frame], 0, 32)[0].keypoints))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "Touchline for x/PlayerDetect_v1 32"


def test_a_folder_holds_what_may_be_sent_and_says_where_it_is_from(folder: Path) -> None:
    sizes = {each.name: each.stat().st_size for each in folder.iterdir() if each.is_file()}
    assert {Path(name).suffix for name in sizes} == {".py", ".onnx", ".json", ".yml", ".md"}
    assert sum(sizes.values()) < 30 * 1024**2
    page = (folder / "README.md").read_text()
    assert "players.onnx" in page
    assert "CC-BY-4.0" in page


@pytest.mark.parametrize(
    ("objects", "classes"),
    [(("referee", " Ball "), {"0": 1, "3": 0}), (("player",), {"2": 0})],
)
def test_classes_go_by_the_elements_own_order(
    tmp_path: Path, objects: Sequence[str], classes: dict[str, int]
) -> None:
    pack(Element(id="a/Detect-x", objects=tuple(objects)), tmp_path)
    assert json.loads((tmp_path / "element.json").read_text())["classes"] == classes
    assert not (tmp_path / "pitch.onnx").exists()


def test_a_pitch_element_needs_no_objects(tmp_path: Path) -> None:
    pack(Element(id="PitchCalib_v1"), tmp_path)
    assert not (tmp_path / "players.onnx").exists()
    found = (
        loaded(tmp_path).Miner(tmp_path).predict_batch([np.zeros((90, 160, 3), np.uint8)], 0, 32)
    )
    assert (found[0].boxes, found[0].keypoints) == ([], [(0, 0)] * 32)


@pytest.mark.parametrize(
    ("element", "words"),
    [
        (Element(id="Detect-fire", objects=("fire",)), "no network of Touchline sees 'fire'"),
        (Element(id="Detect-x", objects=("ball", "ball")), "named once"),
        (Element(id="Detect-x"), "names no objects"),
        (Element(id="BallDetect_v1", objects=("ball",)), "begins with"),
    ],
)
def test_what_cannot_be_answered_is_refused(tmp_path: Path, element: Element, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        pack(element, tmp_path)
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty"):
        pack(Element(id="PitchCalib"), tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


def test_names_that_two_modules_share_are_told_apart() -> None:
    tree = ast.parse(
        bundled(
            "touchline.turbovision.packing.miner", heading="x", renamed={"FolderEngine": "Engine"}
        )
    )
    defined = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    assert len(defined) == len(set(defined))
    assert {"decode", "FolderMiner", "Engine"} < {name.partition("_of_")[0] for name in defined}
    annotated = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.returns]
    assert not annotated
