"""The two towers of a CLIP as arrays, read from published weights with their shapes checked.

The architecture is that of Radford et al., "Learning Transferable Visual Models From Natural
Language Supervision" (2021); the names of the tensors are those of the ``transformers`` library.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from touchline.arrays import AnyArray, Float32
from touchline.errors import ModelError

HEAD_WIDTH = 64
"""Numbers that one head of attention looks at, in every CLIP."""
EPSILON = 1e-5
"""Added to the variance by every layer normalisation."""
SWISH = 1.702
"""QuickGELU is x * sigmoid(1.702 x)."""

_PARTS = {
    "norm1": "layer_norm1",
    "query": "self_attn.q_proj",
    "key": "self_attn.k_proj",
    "value": "self_attn.v_proj",
    "out": "self_attn.out_proj",
    "norm2": "layer_norm2",
    "widen": "mlp.fc1",
    "narrow": "mlp.fc2",
}


class Affine(NamedTuple):
    """Weight and bias: of a linear map (in, out) and (out,), of a normalisation (n,) and (n,)."""

    weight: Float32
    bias: Float32


class Layer(NamedTuple):
    """One layer: x + attention(norm1(x)), then x + narrow(quickgelu(widen(norm2(x))))."""

    norm1: Affine
    query: Affine
    key: Affine
    value: Affine
    out: Affine
    norm2: Affine
    widen: Affine
    narrow: Affine


@dataclass(frozen=True, slots=True, eq=False)
class ImageTower:
    """From pixels to an embedding.

    Attributes:
        patches: (width, 3, p, p), the convolution that turns each p x p patch into a token.
        class_token: (width,), the token before those of the patches.
        positions: (1 + patches, width), added to the tokens.
        before: Normalisation of the tokens.
        layers: The transformer.
        after: Normalisation of the class token.
        projection: (width, n), to the space that is shared with texts.
    """

    patches: Float32
    class_token: Float32
    positions: Float32
    before: Affine
    layers: tuple[Layer, ...]
    after: Affine
    projection: Float32

    @property
    def width(self) -> int:
        """Numbers of a token."""
        return int(self.class_token.size)

    @property
    def grid(self) -> int:
        """Patches along one side of the image."""
        return math.isqrt(len(self.positions) - 1)

    @property
    def image_size(self) -> int:
        """Pixels along one side of the image."""
        return self.grid * int(self.patches.shape[2])


@dataclass(frozen=True, slots=True, eq=False)
class TextTower:
    """From tokens to an embedding.

    Attributes:
        tokens: (vocabulary, width), the embedding of each token.
        positions: (length, width), added to the tokens.
        layers: The transformer; a token sees itself and those before it.
        after: Normalisation of the tokens.
        projection: (width, n), to the space that is shared with images.
    """

    tokens: Float32
    positions: Float32
    layers: tuple[Layer, ...]
    after: Affine
    projection: Float32


def read_image_tower(tensors: Mapping[str, AnyArray]) -> ImageTower:
    """Take the image tower out of a checkpoint.

    Raises:
        ModelError: a tensor is missing, or its shape is not that of a CLIP.
    """
    take = _Taker(tensors, "vision_model.")
    class_token = take("embeddings.class_embedding", None)
    width = len(class_token)
    _require_heads(width)
    convolution = tensors.get("vision_model.embeddings.patch_embedding.weight")
    side = convolution.shape[-1] if convolution is not None and convolution.ndim == 4 else None
    tower = ImageTower(
        patches=take("embeddings.patch_embedding.weight", width, 3, side, side),
        class_token=class_token,
        positions=take("embeddings.position_embedding.weight", None, width),
        before=take.norm("pre_layrnorm", width),  # so spelled in the published weights
        layers=take.layers(width),
        after=take.norm("post_layernorm", width),
        projection=_Taker(tensors, "")("visual_projection.weight", None, width).T,
    )
    if tower.grid < 1 or tower.grid**2 + 1 != len(tower.positions):
        raise ModelError(f"{len(tower.positions)} positions are no square of patches and a class.")
    return tower


def read_text_tower(tensors: Mapping[str, AnyArray]) -> TextTower:
    """Take the text tower out of a checkpoint.

    Raises:
        ModelError: a tensor is missing, or its shape is not that of a CLIP.
    """
    take = _Taker(tensors, "text_model.")
    tokens = take("embeddings.token_embedding.weight", None, None)
    width = tokens.shape[1]
    _require_heads(width)
    return TextTower(
        tokens=tokens,
        positions=take("embeddings.position_embedding.weight", None, width),
        layers=take.layers(width),
        after=take.norm("final_layer_norm", width),
        projection=_Taker(tensors, "")("text_projection.weight", None, width).T,
    )


def read_logit_scale(tensors: Mapping[str, AnyArray]) -> float:
    """The logarithm of the factor between cosine and logit.

    Raises:
        ModelError: it is missing or no single number.
    """
    return float(_Taker(tensors, "")("logit_scale"))


class _Taker:
    """Takes tensors of one tower as float32 and holds them against the shape they should have."""

    def __init__(self, tensors: Mapping[str, AnyArray], prefix: str) -> None:
        self._tensors = tensors
        self._prefix = prefix

    def __call__(self, name: str, *shape: int | None) -> Float32:
        tensor = self._tensors.get(self._prefix + name)
        if tensor is None:
            raise ModelError(f"{self._prefix}{name} is missing, which every CLIP has.")
        fits = len(tensor.shape) == len(shape) and all(
            want in (None, have) for want, have in zip(shape, tensor.shape, strict=True)
        )
        if not fits or tensor.dtype.kind != "f":
            wanted = ", ".join("any" if n is None else str(n) for n in shape)
            raise ModelError(
                f"{self._prefix}{name} is {tensor.dtype} {tensor.shape}; a CLIP has floating-point "
                f"numbers of shape ({wanted}) there."
            )
        return np.asarray(tensor, np.float32)

    def norm(self, name: str, width: int) -> Affine:
        return Affine(self(f"{name}.weight", width), self(f"{name}.bias", width))

    def linear(self, name: str, wide_in: int, wide_out: int) -> Affine:
        return Affine(self(f"{name}.weight", wide_out, wide_in).T, self(f"{name}.bias", wide_out))

    def layers(self, width: int) -> tuple[Layer, ...]:
        prefix = f"{self._prefix}encoder.layers."
        named = (name.removeprefix(prefix) for name in self._tensors if name.startswith(prefix))
        numbers = {name.split(".")[0] for name in named}
        if not numbers:
            raise ModelError(f"{prefix}0 is missing: there are no layers.")
        return tuple(self._layer(f"encoder.layers.{i}", width) for i in range(len(numbers)))

    def _layer(self, name: str, width: int) -> Layer:
        wide = self(f"{name}.{_PARTS['widen']}.bias", None).size
        sizes = dict.fromkeys(_PARTS, (width, width)) | {
            "widen": (width, wide),
            "narrow": (wide, width),
        }
        return Layer(
            **{
                part: self.norm(f"{name}.{stored}", width)
                if part.startswith("norm")
                else self.linear(f"{name}.{stored}", *sizes[part])
                for part, stored in _PARTS.items()
            }
        )


def _require_heads(width: int) -> None:
    if width < HEAD_WIDTH or width % HEAD_WIDTH:
        raise ModelError(f"tokens of {width} numbers; heads of {HEAD_WIDTH} need a multiple of it.")
