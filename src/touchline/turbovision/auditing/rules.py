"""What a checker refuses of a folder and of an answer, by its own messages.

Source: the description, "Limits and the audit rules".
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

MOST_BYTES = 31_457_280
"""Of a folder, 30 MiB."""
MOST_SOURCE = 1_048_576
"""Bytes of ``miner.py``."""
ALLOWED = {
    *(".onnx", ".py", ".json", ".txt", ".md", ".yml", ".yaml", ".labels", ".csv", ""),
}
"""Suffixes of files; a name that only begins with a dot has none."""
BINARY = {".so", ".dylib", ".dll", ".exe", ".bin", ".pt", ".pth", ".ckpt", ".safetensors"}
OTHER_WEIGHTS = {
    *(".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".keras", ".pb", ".tflite"),
    *(".msgpack", ".gguf"),
}
"""Suffixes that the registry refuses where an element takes ONNX only."""
IMPORTS = {
    *("socket", "subprocess", "ctypes", "multiprocessing", "requests", "urllib", "http", "ftplib"),
    *("telnetlib", "paramiko"),
}
BARE_CALLS = {"eval", "exec", "__import__", "open"}
CALLS = {
    "os": {"system", "popen", "remove", "unlink", "rmdir", "removedirs"},
    "subprocess": {"Popen", "run", "call", "check_output"},
}
PARAMETERS = {"batch_images", "offset", "n_keypoints"}
BOX_FIELDS = ("x1", "y1", "x2", "y2", "cls_id")


def source_fault(source: str) -> str | None:
    """What is wrong with the text of ``miner.py``, or None.

    Raises:
        SyntaxError: It is no Python, over which the checker breaks as well.
    """
    size = len(source.encode())
    if size > MOST_SOURCE:
        return f"miner_py_too_large:{size}>{MOST_SOURCE}"
    faults = (fault for node in ast.walk(ast.parse(source)) for fault in _faults(node))
    return next((f"{fault} in miner.py" for fault in faults), None)


def folder_fault(files: Mapping[str, int]) -> str | None:
    """What is wrong with the files of a folder, or None.

    Args:
        files: Bytes by path within the folder; compiled Python is ignored.
    """
    kept = {
        path: size
        for path, size in files.items()
        if "__pycache__" not in Path(path).parts and not path.endswith(".pyc")
    }
    for path in kept:
        name, suffix = Path(path).name, Path(path).suffix.lower()
        if suffix in BINARY:
            return f"disallowed_binary_artifact:{name}"
        if suffix not in ALLOWED:
            return f"unsupported_artifact_suffix:{name}"
    if not any(Path(path).suffix.lower() == ".onnx" for path in kept):
        return "no_onnx_model_found"
    size = sum(kept.values())
    return f"repo_size_exceeded:{size}>{MOST_BYTES}" if size > MOST_BYTES else None


def is_onnx_only(files: Mapping[str, int]) -> bool:
    """Whether the registry takes the weights where an element asks for ONNX."""
    suffixes = {Path(path).suffix.lower() for path in files}
    return ".onnx" in suffixes and not suffixes & OTHER_WEIGHTS


def registry_megabytes(files: Mapping[str, int]) -> float:
    """Size of all files as the registry counts it, which an element may limit."""
    return sum(files.values()) / 1024**2


def interface_fault(parameters: Sequence[str]) -> str | None:
    """What is wrong with the names of the parameters of ``predict_batch``, or None."""
    return None if set(parameters) >= PARAMETERS else "predict_batch_signature_invalid"


def output_fault(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """What is wrong with an answer, or None; keypoints are not looked at."""
    return next((fault for i, row in enumerate(rows) for fault in _row_faults(row, i)), None)


def _faults(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import():
            roots = (each.name.partition(".")[0] for each in node.names)
            yield from (f"disallowed import {root!r}" for root in roots if root in IMPORTS)
        case ast.ImportFrom(module=str(module)):
            root = module.partition(".")[0]
            if root in IMPORTS:
                yield f"disallowed import-from {root!r}"
        case ast.Call(func=ast.Name(id=name)) if name in BARE_CALLS:
            yield f"disallowed call {name!r}"
        case ast.Call(func=ast.Attribute(value=ast.Name(id=root), attr=name)):
            if name in CALLS.get(root, ()):
                yield f"disallowed call '{root}.{name}'"


def _row_faults(row: Mapping[str, Any], i: int) -> Iterator[str]:
    if "frame_id" not in row:
        yield f"output_missing_frame_id_at_{i}"
    for kind in ("boxes", "polygons"):
        if not isinstance(row.get(kind) or [], list):
            yield f"output_{kind}_invalid_at_{i}"
            return
    for j, box in enumerate(row.get("boxes") or []):
        missing = (name for name in BOX_FIELDS if name not in box)
        yield from (f"output_box_missing_{name}_at_{i}_{j}" for name in missing)
    for j, polygon in enumerate(row.get("polygons") or []):
        yield from _polygon_faults(polygon, f"{i}_{j}")


def _polygon_faults(polygon: Mapping[str, Any], where: str) -> Iterator[str]:
    if "cls_id" not in polygon:
        yield f"output_polygon_missing_cls_id_at_{where}"
    points = polygon.get("points")
    if not isinstance(points, list) or not points:
        yield f"output_polygon_points_invalid_at_{where}"
        return
    for k, point in enumerate(points):
        if not isinstance(point, list | tuple) or len(point) != 2:
            yield f"output_polygon_point_invalid_at_{where}_{k}"
