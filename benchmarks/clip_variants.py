"""How far the variants of CLIP agree with ViT-B/32 in float32, and how fast they are.

    touchline models pull clip && touchline models pull clip-int8
    python -m benchmarks.clip_variants DATA/clips/broadcast_720p.mp4

The detector's boxes in frames of a video are judged by each CLIP that was pulled, in float32 and
in what the CPU does best (``auto``). Printed for each, as a line of JSON: the share of crops with
the same label as ``clip`` in float32, the mean and the least cosine of the two embeddings (only
where the weights are the same), and crops a second: by the clock, and by the time that cores spent
on them, which other work on the machine does not change so much.

``--random-weights`` makes CLIPs of the true architecture with seeded random weights instead. **What
they agree in says nothing about the real ones**: it shows the error of the arithmetic and the
speed.
"""

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, product
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

import touchline as tl
from benchmarks.pitch import frames
from touchline.inference import Precision
from touchline.verification import View
from touchline.verification.clip import (
    SOURCES,
    ClipModel,
    ClipSource,
    ClipVerifier,
    PinnedFile,
    crop,
    installed,
    load_clip,
    pull,
)

REFERENCE = "clip", "f32"
PRECISIONS: tuple[Precision, ...] = ("f32", "auto")
WIDTH, TEXT_WIDTH, SPACE, LAYERS = 768, 512, 512, 12


@dataclass(frozen=True)
class Measured:
    """What one variant makes of the views.

    Attributes:
        seconds: For the embeddings, by the clock.
        worked: The same, in seconds of all cores.
        embeddings: Of the visible views: float32 (n, 512).
        labels: Of all views: int64 (m,).
    """

    seconds: float
    worked: float
    embeddings: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path)
    parser.add_argument("--frames", type=int, default=20, help="spread over the video")
    parser.add_argument("--crops", type=int, default=400, help="at most so many")
    parser.add_argument("--cache", type=Path, help="where the CLIPs were pulled to")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--random-weights", action="store_true")
    options = parser.parse_args()
    views = list(islice(views_of(options.video, options.frames), options.crops))
    if not options.random_weights:
        report(views, options.cache, options.threads)
        return
    with tempfile.TemporaryDirectory() as folder:
        pull_random(Path(folder))
        report(views, Path(folder), options.threads)


def views_of(video: Path, count: int) -> Iterator[View]:
    """The boxes that the detector finds in frames spread over a video."""
    length = int(cv2.VideoCapture(str(video)).get(cv2.CAP_PROP_FRAME_COUNT))
    detector = tl.load_detector()
    for image in frames(video, np.linspace(0, length - 1, count).astype(int).tolist()):
        found = detector.detect([image])[0]
        for xyxy, class_id in zip(found.xyxy, np.asarray(found.class_id), strict=True):
            yield View(image, xyxy, is_ball=bool(class_id == 0))


def report(views: list[View], cache: Path | None, threads: int) -> None:
    """Print what each variant that is there makes of the views."""
    names = [name for name in SOURCES if installed(name, cache)]
    if REFERENCE[0] not in names:
        raise SystemExit("`clip` is what the others are held against: touchline models pull clip")
    results: dict[tuple[str, str], Measured] = {}
    for name, precision in product(names, PRECISIONS):
        clip = load_clip(name, cache=cache, device="cpu", threads=threads, precision=precision)
        results[name, precision] = measure(clip, views)
        print(json.dumps(compared(name, precision, results)), flush=True)


def measure(clip: ClipModel, views: list[View]) -> Measured:
    """Judge and embed the views."""
    crops = [crop(view) for view in views if view.visible]
    clip.embed(crops[:4])
    started, worked = time.perf_counter(), time.process_time()
    embeddings = clip.embed(crops)
    return Measured(
        seconds=time.perf_counter() - started,
        worked=time.process_time() - worked,
        embeddings=embeddings,
        labels=ClipVerifier(clip).judge(views).argmax(axis=1),
    )


def compared(
    name: str, precision: str, results: Mapping[tuple[str, str], Measured]
) -> dict[str, object]:
    """One line of the table."""
    found, reference = results[name, precision], results[REFERENCE]
    line: dict[str, object] = {
        "clip": name,
        "precision": precision,
        "crops": len(found.embeddings),
        "crops_a_second": round(len(found.embeddings) / found.seconds, 1),
        "crops_a_core_second": round(len(found.embeddings) / found.worked, 1),
        "labels_as_clip": round(float((found.labels == reference.labels).mean()), 4),
    }
    if SOURCES[name].weights == SOURCES[REFERENCE[0]].weights:
        cosine = (found.embeddings * reference.embeddings).sum(axis=1)
        line |= {"cosine": round(float(cosine.mean()), 6), "least": round(float(cosine.min()), 6)}
    return line


def pull_random(cache: Path) -> None:
    """Make every variant of seeded random weights, as if they had been pulled."""
    for patch, names in ((32, ("clip", "clip-int8")), (16, ("clip-b16", "clip-b16-int8"))):
        folder = cache / f"patch{patch}"
        source = write_random(folder, patch)
        registry = {name: replace(source, int8=name.endswith("int8")) for name in names}
        for name in names:
            pull(name, cache=cache, source=folder, registry=registry)


def write_random(folder: Path, patch: int) -> ClipSource:
    """Weights of a ViT-B with so large patches; the vocabulary has single bytes only."""
    folder.mkdir()
    marks = ["<|startoftext|>", "<|endoftext|>"]
    letters = [chr(byte) for byte in (*range(33, 127), *range(161, 173), *range(174, 256))]
    letters += [chr(256 + i) for i in range(256 - len(letters))]
    words = [*letters, *(letter + "</w>" for letter in letters), *marks]
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    write_safetensors(folder / "model.safetensors", random_tensors(patch, len(words)))
    return ClipSource(
        "made/random",
        "0" * 40,
        weights=pin(folder / "model.safetensors"),
        vocabulary=pin(folder / "vocab.json"),
        merges=pin(folder / "merges.txt"),
    )


def random_tensors(patch: int, words: int) -> dict[str, npt.NDArray[np.float32]]:
    """Every tensor of a ViT-B, by the name that the hub has it under."""
    rng = np.random.default_rng(0)

    def some(*shape: int) -> npt.NDArray[np.float32]:
        return (rng.standard_normal(shape, np.float32) * np.float32(shape[-1] ** -0.5)).astype("f4")

    tensors = {
        "logit_scale": np.array(np.log(100), np.float32),
        "visual_projection.weight": some(SPACE, WIDTH),
        "text_projection.weight": some(SPACE, TEXT_WIDTH),
        "vision_model.embeddings.class_embedding": some(WIDTH),
        "vision_model.embeddings.patch_embedding.weight": some(WIDTH, 3, patch, patch),
        "vision_model.embeddings.position_embedding.weight": some((224 // patch) ** 2 + 1, WIDTH),
        "text_model.embeddings.token_embedding.weight": some(words, TEXT_WIDTH),
        "text_model.embeddings.position_embedding.weight": some(77, TEXT_WIDTH),
    }
    norms = [("vision_model.pre_layrnorm", WIDTH), ("vision_model.post_layernorm", WIDTH)]
    norms += [("text_model.final_layer_norm", TEXT_WIDTH)]
    for tower, width in (("vision_model", WIDTH), ("text_model", TEXT_WIDTH)):
        for name in (f"{tower}.encoder.layers.{i}" for i in range(LAYERS)):
            norms += [(f"{name}.layer_norm1", width), (f"{name}.layer_norm2", width)]
            sizes = {f"self_attn.{part}_proj": (width, width) for part in ("q", "k", "v", "out")}
            sizes |= {"mlp.fc1": (4 * width, width), "mlp.fc2": (width, 4 * width)}
            for part, (wide_out, wide_in) in sizes.items():
                tensors[f"{name}.{part}.weight"] = some(wide_out, wide_in)
                tensors[f"{name}.{part}.bias"] = some(wide_out)
    for name, width in norms:
        tensors |= {f"{name}.weight": 1 + some(width), f"{name}.bias": some(width)}
    return tensors


def write_safetensors(path: Path, tensors: dict[str, npt.NDArray[np.float32]]) -> None:
    """A length, a JSON header, the bytes."""
    header, end = {}, 0
    for name, each in tensors.items():
        span = [end, end := end + each.nbytes]
        header[name] = {"dtype": "F32", "shape": each.shape, "data_offsets": span}
    content = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(content).to_bytes(8, "little") + content)
        for each in tensors.values():
            file.write(each.tobytes())


def pin(path: Path) -> PinnedFile:
    """What a file would have to be, if it were fetched."""
    return PinnedFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)


if __name__ == "__main__":
    main()
