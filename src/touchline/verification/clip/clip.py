"""CLIP through an engine: how well texts fit images."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Unpack

import numpy as np

from touchline.arrays import Float32, Image
from touchline.errors import ModelError
from touchline.inference import (
    Engine,
    Runtime,
    load_engine,
    require_batch_size,
    run_batched,
)
from touchline.verification.clip.image_tower import OUTPUT
from touchline.verification.clip.preprocess import prepare
from touchline.verification.clip.store import encode_texts, find_stored

_IMAGE_BYTES = 16 * 2**20
"""Estimate of what one image takes inside ViT-B/16, the wider of the two."""


class ClipModel:
    """Image-text logits as CLIP gives them. Threads may share one.

    Args:
        engine: Takes ``images`` uint8 (n, 224, 224, 3) BGR as ``prepare`` makes them, gives
            ``embedding`` (n, d).
        texts: Embedding (d,) of each text that is known.
        logit_scale: Logarithm of the factor between cosine and logit, as CLIP stores it.
        encode: Embeds other texts, (n, d); None refuses them.
        batch_size: Images a network call; None is as many as memory allows.

    Raises:
        UsageError: ``batch_size`` is 0 or less.
    """

    def __init__(
        self,
        engine: Engine,
        texts: Mapping[str, Float32],
        *,
        logit_scale: float,
        encode: Callable[[Sequence[str]], Float32] | None = None,
        batch_size: int | None = None,
    ) -> None:
        require_batch_size(batch_size)
        self._engine = engine
        self._texts = {text: _unit(np.asarray(vector)) for text, vector in texts.items()}
        self._factor = np.float32(np.exp(logit_scale))
        self._encode = encode
        self._batch_size = batch_size
        self._lock = threading.Lock()

    @property
    def device(self) -> str:
        """Runtime and device, such as ``openvino:cpu``."""
        return self._engine.device

    def embed(self, images_rgb: Sequence[Image]) -> Float32:
        """Embed images; each is computed on its own, whatever its neighbours.

        Args:
            images_rgb: n images, uint8 (h, w, 3) RGB of any size from 1x1.

        Returns:
            float32 (n, d), of unit length.

        Raises:
            UsageError: an image has no area, or is not uint8 (h, w, 3).
            ModelError: the network failed, or answers something else than embeddings.
        """
        rows = run_batched(
            self._embed, images_rgb, batch_size=self._batch_size, item_bytes=_IMAGE_BYTES
        )
        return np.stack(rows) if rows else np.zeros((0, self._dimensions), np.float32)

    def compare(self, embeddings: Float32, texts: Sequence[str]) -> Float32:
        """Logits float32 (n, m) of images that were embedded, against m texts.

        exp(logit_scale) * cosine of the two embeddings (Radford et al. 2021, figure 3).

        Raises:
            ModelError: a text is not known and cannot be embedded.
        """
        if not texts:
            return np.zeros((len(embeddings), 0), np.float32)
        known = np.stack(self._known(texts))
        logits: Float32 = self._factor * (embeddings @ known.T)
        return logits

    def logits(self, images_rgb: list[Image], texts: list[str]) -> Float32:
        """Compare n images with m texts: float32 (n, m). See ``embed`` and ``compare``.

        Raises:
            UsageError: an image has no area, or is not uint8 (h, w, 3).
            ModelError: the network failed, or a text is not known and cannot be embedded.
        """
        return self.compare(self.embed(images_rgb), texts)

    def scorer(self) -> "CachedScorer":
        """``logits`` for asking several questions about the same images."""
        return CachedScorer(self)

    @property
    def _dimensions(self) -> int:
        return len(next(iter(self._texts.values()), ()))

    def _embed(self, images_rgb: Sequence[Image]) -> list[Float32]:
        answer = self._engine.run(prepare(images_rgb)).get(OUTPUT)
        if answer is None or answer.shape != (len(images_rgb), self._dimensions):
            raise ModelError(
                f"{self._engine.name} answers no {OUTPUT} ({len(images_rgb)}, {self._dimensions}), "
                f"which is what the texts were embedded in."
            )
        return list(_unit(answer))

    def _known(self, texts: Sequence[str]) -> list[Float32]:
        with self._lock:  # several threads may come with the same new text
            absent = [text for text in dict.fromkeys(texts) if text not in self._texts]
            if absent and self._encode is None:
                raise ModelError(
                    f"The text {absent[0]!r} is not known, and there is no text tower."
                )
            if absent and self._encode:
                self._texts |= zip(absent, _unit(self._encode(absent)), strict=True)
            return [self._texts[text] for text in texts]


class CachedScorer:
    """Logits of a CLIP that embeds an image once, however many questions are asked about it.

    It knows images by their content and remembers 2 KB of each as long as it lives: make one for
    a frame, a window, or at most a clip.
    """

    def __init__(self, clip: ClipModel) -> None:
        self._clip = clip
        self._seen: dict[tuple[tuple[int, ...], bytes], Float32] = {}

    def __call__(self, images_rgb: list[Image], texts: list[str]) -> Float32:
        """Compare n images with m texts; see ``ClipModel.logits``."""
        contents = (np.ascontiguousarray(image) for image in images_rgb)
        keys = [
            (each.shape, hashlib.blake2b(each.data, digest_size=16).digest()) for each in contents
        ]
        absent = {
            key: image for key, image in zip(keys, images_rgb, strict=True) if key not in self._seen
        }
        self._seen |= zip(absent, self._clip.embed(list(absent.values())), strict=True)
        if not keys:
            return np.zeros((0, len(texts)), np.float32)
        return self._clip.compare(np.stack([self._seen[key] for key in keys]), texts)


def load_clip(
    name: str = "clip",
    *,
    batch_size: int | None = None,
    **runtime: Unpack[Runtime],
) -> ClipModel:
    """Load a CLIP that was pulled.

    Args:
        name: What it was pulled as.
        batch_size: See ``ClipModel``.
        **runtime: Where and how it runs; see ``Runtime`` of ``touchline.inference``.
            It is kept in ``cache``; ``precision`` is ``f32`` unless told, which is what a validator
            computes in.

    Raises:
        UsageError: an argument has a value that is not allowed.
        ModelError: it was not pulled or is damaged, or the device is not there.
    """
    stored = find_stored(name, runtime.get("cache"))
    runtime.setdefault("precision", "f32")
    engine = load_engine(stored.image, **runtime)
    return ClipModel(
        engine,
        stored.texts,
        logit_scale=stored.logit_scale,
        encode=lambda texts: encode_texts(texts, stored),
        batch_size=batch_size,
    )


def _unit(vectors: Float32) -> Float32:
    unit: Float32 = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit
