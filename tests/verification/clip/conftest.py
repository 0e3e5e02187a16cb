from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.verification.clip.towers import made_merges, make_model, source_of, write_texts
from touchline.verification.clip import ClipSource, load_clip, pull


@dataclass
class Made:
    """A model, the folder that holds it as the hub would, and where it was pulled to."""

    model: Any
    hub: Path
    cache: Path
    registry: dict[str, ClipSource]

    def processor(self):
        from transformers import CLIPImageProcessor, CLIPProcessor, CLIPTokenizer

        tokenizer = CLIPTokenizer.from_pretrained(self.hub)
        return CLIPProcessor(CLIPImageProcessor(), tokenizer)


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Made:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    hub, cache = (tmp_path_factory.mktemp(name) for name in ("hub", "cache"))
    vocabulary = write_texts(hub, made_merges())
    model = make_model(len(vocabulary))
    torch.save(model.state_dict(), hub / "pytorch_model.bin")
    source = source_of(hub)
    registry = {"clip": source, "clip-int8": replace(source, int8=True)}
    for name in registry:
        pull(name, cache=cache, source=hub, registry=registry)
    return Made(model, hub, cache, registry)


@pytest.fixture(scope="session")
def clip(made):
    return load_clip(cache=made.cache, device="cpu", threads=1)
