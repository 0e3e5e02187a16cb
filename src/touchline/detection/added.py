"""Detectors that an operator brings as ONNX files: added once under a name, then used by it."""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Unpack

import numpy as np
import supervision as sv

from touchline.arrays import Float32, Image, require_pictures
from touchline.detection.decode import DecodedBoxes
from touchline.detection.layouts import LAYOUTS, Layout, guessed, placement, prepared, scored
from touchline.detection.nms import suppress, suppress_each
from touchline.errors import ModelError, OutputError, UsageError, require_number
from touchline.frame import ClassId
from touchline.inference import ForeignNetwork, Runtime, cache_folder, weights

CONFIDENCE = 0.3
SIZE = (1280, 736)
"""Of the picture where a network takes any."""
NAMES: dict[str, ClassId] = {
    "ball": ClassId.BALL,
    "football": ClassId.BALL,
    "sports ball": ClassId.BALL,
    "goalkeeper": ClassId.GOALKEEPER,
    "keeper": ClassId.GOALKEEPER,
    "player": ClassId.PLAYER,
    "person": ClassId.PLAYER,
    "referee": ClassId.REFEREE,
    "main referee": ClassId.REFEREE,
    "side referee": ClassId.REFEREE,
    "assistant referee": ClassId.REFEREE,
}
"""What classes are called; those of other names are seen and left out."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedModel:
    """What is known of a file that was added; beside it as JSON.

    Attributes:
        name: What it is asked for by.
        layout: See ``layouts``.
        classes: Names of its classes, in its order.
        sha256: Of the file.
    """

    name: str
    layout: Layout
    classes: tuple[str, ...]
    sha256: str


def added_file(name: str, cache: Path | None) -> Path:
    """Where the file that was added under a name lies; its description is beside it."""
    return (cache or cache_folder()) / "models" / f"{name}.onnx"


def add(
    file: Path,
    *,
    classes: Sequence[str],
    layout: Layout | None = None,
    name: str | None = None,
    cache: Path | None = None,
) -> AddedModel:
    """Copy a detector into the cache folder, after one look of it.

    Args:
        file: ONNX, of one of ``LAYOUTS``.
        classes: Names of its classes in its order, at least one of ``NAMES``.
        layout: None is told by its outputs, where they do.
        name: What it is asked for by; None is the file's.
        cache: Folder of the caches; None is ``cache_folder()``.

    Raises:
        ModelError: It is no ONNX network, or its first answer is not as the layout has it.
        OutputError: It cannot be copied.
        UsageError: A name is taken, or none of ours; no class is known; the layout is not told.
    """
    name = (file.stem if name is None else name).lower()
    if not _NAME.fullmatch(name) or weights.is_shipped(name):
        raise UsageError(
            f"a name is of a-z, 0-9, ., _ and -, and none that ships; got {name!r:.80}"
        )
    if not any(each.strip().lower() in NAMES for each in classes):
        known = ", ".join(NAMES)
        raise UsageError(f"--classes names none that is known; known are {known}")
    entry = describe(file, classes=classes, layout=layout, name=name)
    target = added_file(name, cache)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        target.with_name(f"{name}.json").write_text(json.dumps(asdict(entry), indent=2) + "\n")
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
    return entry


def describe(
    file: Path, *, classes: Sequence[str], layout: Layout | None = None, name: str
) -> AddedModel:
    """What is known of a detector of others, after one look of it; whatever its classes are called.

    Raises:
        ModelError: It is no ONNX network, or its first answer is not as the layout has it.
        UsageError: The layout is not told.
    """
    network = ForeignNetwork(weights.find(file))
    told = layout or guessed(network.outputs, network.inputs, len(classes))
    if told not in LAYOUTS:
        shapes = ", ".join(f"{port.name} {port.shape}" for port in network.outputs)
        raise UsageError(
            f"--layout is one of {', '.join(LAYOUTS)}; the outputs of {file} do not tell it: "
            f"{shapes}"
        )
    entry = AddedModel(name=name, layout=told, classes=tuple(classes), sha256=weights.sha256(file))
    AddedDetector(network, entry).detect([np.zeros((720, 1280, 3), np.uint8)])
    return entry


def added(cache: Path | None = None) -> dict[str, AddedModel]:
    """What was added, by name; a description that cannot be read is passed over."""
    try:
        folder = added_file("*", cache).parent
    except RuntimeError:  # nobody knows where the home folder is, so nothing is there
        return {}
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            entry = AddedModel(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            continue
        found[path.stem] = AddedModel(**{**asdict(entry), "classes": tuple(entry.classes)})
    return found


def load_added(
    name: str, *, confidence: float | None = None, **runtime: Unpack[Runtime]
) -> "AddedDetector":
    """A detector that was added.

    Raises:
        ModelError: There is none of that name, or its file was changed since.
    """
    cache = runtime.get("cache")
    entry = added(cache).get(name)
    path = added_file(name, cache)
    if entry is None or not path.is_file() or weights.sha256(path) != entry.sha256:
        raise ModelError(f"{path} is not the file that was added: add it again (`models add`).")
    return AddedDetector(ForeignNetwork(path, **runtime), entry, confidence=confidence)


class AddedDetector:
    """A detector of others; see ``Detector``.

    Args:
        network: As its maker exported it.
        entry: What is known of it.
        confidence: Lowest score; None is ``CONFIDENCE``.
        numbers: The ``class_id`` of each of its classes that is wanted, by its name in lower case;
            None is those of ``NAMES``, and boxes of people suppress each other.

    Raises:
        UsageError: The confidence is not from 0 to 1.
    """

    def __init__(
        self,
        network: ForeignNetwork,
        entry: AddedModel,
        *,
        confidence: float | None = None,
        numbers: Mapping[str, int] | None = None,
    ) -> None:
        self._network, self._entry = network, entry
        self._confidence = CONFIDENCE if confidence is None else confidence
        require_number("confidence", self._confidence, least=0)
        first = network.inputs[0]
        if first.kind != "float" or len(first.shape) != 4:
            raise ModelError(
                f"{entry.name} takes {first.kind} {first.shape}; float (N, 3, height, width) is "
                "needed"
            )
        height, width = first.shape[2:]
        self._size = (width or SIZE[0], height or SIZE[1])
        self._suppress = suppress if numbers is None else suppress_each
        known = NAMES if numbers is None else numbers
        ours = [known.get(each.strip().lower()) for each in entry.classes]
        count = len(ClassId) if numbers is None else max(numbers.values()) + 1
        self._columns = np.zeros((len(ours), count), np.float32)
        for row, class_id in enumerate(ours):
            if class_id is not None:
                self._columns[row, class_id] = 1

    @property
    def device(self) -> str:
        """Runtime and device, such as ``onnxruntime:cpu``."""
        return self._network.device

    def detect(self, images: list[Image]) -> list[sv.Detections]:
        """Look at each image on its own; see ``Detector.detect``."""
        return [self._detect(image) for image in require_pictures(images)]

    def _detect(self, image: Image) -> sv.Detections:
        layout, network, size = self._entry.layout, self._network, self._size
        feeds = {network.inputs[0].name: prepared(layout, image, size)}
        if layout == "d-fine":
            feeds[network.inputs[1].name] = np.array([size], np.int64)
        try:
            boxes, scores = scored(
                layout, network.run(feeds), network.outputs, size, len(self._columns)
            )
            by_class = self._as_ours(scores)
        except (ValueError, IndexError, KeyError) as error:
            raise ModelError(
                f"{self._entry.name} does not answer as {layout} with {len(self._columns)} classes "
                f"does: {error}"
            ) from error
        found = DecodedBoxes(
            xyxy=placement(layout, (image.shape[1], image.shape[0]), size).to_picture(boxes),
            scores=by_class.max(axis=1, initial=0),
            class_id=by_class.argmax(axis=1),
            class_scores=by_class,
        )
        limits = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
        kept = self._suppress(found.take(np.flatnonzero(found.scores >= self._confidence)))
        xyxy = np.clip(kept.xyxy, 0, limits)
        visible = (xyxy[:, 2:] > xyxy[:, :2]).all(axis=1)
        return sv.Detections(
            xyxy=xyxy[visible],
            confidence=kept.scores[visible],
            class_id=kept.class_id[visible],
            data={"class_scores": kept.class_scores[visible]},
        )

    def _as_ours(self, scores: Float32) -> Float32:
        """Scores (n, classes) of ours: of several that are one here, the highest."""
        return np.asarray((scores[:, :, None] * self._columns).max(axis=1), np.float32)
