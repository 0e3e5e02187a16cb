"""What a checker says of a folder, by its own messages."""

from pathlib import Path

import numpy as np
import pytest

from touchline.errors import InputError
from touchline.turbovision.auditing import (
    audit,
    folder_fault,
    interface_fault,
    output_fault,
    run_folder,
    source_fault,
)
from touchline.turbovision.packing import pack
from touchline.turbovision.scoring import Element

BLACK = np.zeros((64, 96, 3), np.uint8)
PLAIN = """
from pydantic import BaseModel
class Box(BaseModel):
    x1: int
class Result(BaseModel):
    frame_id: int
    boxes: list[Box] = []
class Miner:
    def __init__(self, path_hf_repo): pass
    def predict_batch(self, batch_images, offset, n_keypoints):
        return [Result(frame_id=offset + i) for i, _ in enumerate(batch_images)]
"""


def written(folder: Path, source: str) -> Path:
    (folder / "miner.py").write_text(source)
    (folder / "net.onnx").write_bytes(b"x")
    return folder


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("import urllib.request", "disallowed import 'urllib' in miner.py"),
        ("from http import client", "disallowed import-from 'http' in miner.py"),
        ("def f():\n    open('x')", "disallowed call 'open' in miner.py"),
        ("import os\nos.remove('x')", "disallowed call 'os.remove' in miner.py"),
        ("import os as o\no.remove('x')\nclass A:\n    def eval(self): ...\nA().eval()", None),
        ("#" * 1_048_577, "miner_py_too_large:1048577>1048576"),
    ],
)
def test_source_is_refused_by_the_checkers_words(source: str, fault: str | None) -> None:
    assert source_fault(source) == fault


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"miner.py": 1, "__pycache__/m.pyc": 1, "a.ONNX": 9, ".gitattributes": 1}, None),
        ({"miner.py": 1}, "no_onnx_model_found"),
        ({"a.onnx": 1, "sub/b.PT": 1}, "disallowed_binary_artifact:b.PT"),
        ({"a.onnx": 1, "shot.png": 1}, "unsupported_artifact_suffix:shot.png"),
        ({"a.onnx": 31_457_281}, "repo_size_exceeded:31457281>31457280"),
    ],
)
def test_files_are_refused_by_the_checkers_words(files: dict[str, int], fault: str | None) -> None:
    assert folder_fault(files) == fault


def test_answers_are_refused_by_the_checkers_words() -> None:
    assert output_fault([{"frame_id": 0, "boxes": None}, {}]) == "output_missing_frame_id_at_1"
    polygon = {"cls_id": 0, "points": [[1, 2], [3]]}
    fault = output_fault([{"frame_id": 0, "polygons": [polygon]}])
    assert fault == "output_polygon_point_invalid_at_0_0_1"
    assert interface_fault(["images", "offset"]) == "predict_batch_signature_invalid"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (f"from __future__ import annotations{PLAIN}", "PydanticUserError"),
        (PLAIN.replace("offset + i) for", "offset + i).model_dump() for"), None),
        (PLAIN.replace("path_hf_repo): pass", "repo): pass"), "TypeError"),
        (PLAIN.replace("class Miner", "class Other"), "ValueError"),
        (PLAIN.replace("for i, _ in enumerate(batch_images)]", "for i in ()]"), "ValueError"),
        (f"import aiohttp_or_not{PLAIN}", "ModuleNotFoundError"),
        (
            PLAIN.replace("return [", "import socket; socket.socket(); return ["),
            "OSError",
        ),
    ],
)
def test_a_folder_runs_as_a_checker_runs_it(tmp_path: Path, source: str, error: str | None) -> None:
    assert run_folder(written(tmp_path, source), [BLACK[None]]).get("error") == error


def test_a_packed_folder_passes_but_for_time_which_the_machine_decides(
    tmp_path: Path, match: Path
) -> None:
    from touchline.video import read_frames

    pack(Element(id="PlayerDetect_v1", objects=("ball", "player")), tmp_path, imgsz=640)
    image = next(read_frames(next(match.glob("*.mp4")))).image
    result = audit(tmp_path, [image], limit_ms=60_000)
    assert result.ok, result.as_dict()
    assert len(result.findings) == 11


def test_a_slow_folder_fails_and_a_frozen_one_is_the_same_twice(tmp_path: Path) -> None:
    slow = PLAIN.replace("return [", "import time; time.sleep(0.05); return [")
    result = audit(written(tmp_path, slow), [BLACK], limit_ms=1)
    assert [each.rule for each in result.findings if not each.ok] == ["p95"]


def test_a_folder_without_a_miner_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"miner\.py cannot be read"):
        audit(tmp_path, [BLACK])
