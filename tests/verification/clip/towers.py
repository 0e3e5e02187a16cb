"""CLIPs of random weights in the layout of the hub, made with ``transformers``."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from tests.shared import SHARED
from touchline.verification.clip import ClipSource, PinnedFile

PUBLISHED = SHARED / "data" / "weights" / "bpe_simple_vocab_16e6.txt.gz"
"""CLIP's byte-pair merges as OpenAI published them; not part of the project."""
needs_published = pytest.mark.skipif(
    not PUBLISHED.is_file(), reason="needs CLIP's published vocabulary in ../shared"
)
MERGES = 49152 - 256 - 2
MARKS = ["<|startoftext|>", "<|endoftext|>"]

SMALL = {
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}


def published_merges() -> list[str]:
    return gzip.decompress(PUBLISHED.read_bytes()).decode().split("\n")[1 : 1 + MERGES]


def made_merges() -> list[str]:
    """The merges of a handful of words, letter by letter."""
    merges = {}
    for word in ("person", "grass", "football", "player", "goalkeeper", "ball", "the", "a"):
        *letters, last = word
        have = letters[0] if letters else last + "</w>"
        for letter in [*letters[1:], last + "</w>"] if letters else []:
            merges[f"{have} {letter}"] = None
            have += letter
    return list(merges)


def vocabulary_of(merges: list[str]) -> dict[str, int]:
    """Numbers as CLIP gives them: bytes, bytes that end a word, merges, the two marks."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]
    words = [*letters, *(each + "</w>" for each in letters)]
    words += ["".join(merge.split()) for merge in merges] + MARKS
    return {word: number for number, word in enumerate(words)}


def write_texts(
    folder: Path, merges: list[str], *, heading: str = "#version: 0.2"
) -> dict[str, int]:
    """Write ``vocab.json`` and ``merges.txt`` as the hub has them."""
    vocabulary = vocabulary_of(merges)
    text = json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":"))
    (folder / "vocab.json").write_text(text, encoding="utf-8")
    lines = "\n".join([heading, *merges]) + "\n"
    (folder / "merges.txt").write_text(lines, encoding="utf-8")
    return vocabulary


def make_model(vocabulary: int, *, vision=SMALL, text=SMALL, projection=64, patch=32, seed=0):
    """A CLIPModel of seeded random weights, all of them, biases and norms included, away from 0."""
    import torch
    from transformers import CLIPConfig, CLIPModel

    torch.manual_seed(seed)
    config = CLIPConfig(
        text_config={**text, "vocab_size": vocabulary, "eos_token_id": vocabulary - 1},
        vision_config={**vision, "patch_size": patch},
        projection_dim=projection,
    )
    model = CLIPModel(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.03)
    return model


def pin(path: Path) -> PinnedFile:
    return PinnedFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)


def source_of(folder: Path, *, weights="pytorch_model.bin", **given) -> ClipSource:
    """What a hub that serves this folder would be pinned as."""
    return ClipSource(
        repository="made/clip",
        revision="0" * 40,
        weights=pin(folder / weights),
        vocabulary=pin(folder / "vocab.json"),
        merges=pin(folder / "merges.txt"),
        **given,
    )
