"""The text tower in NumPy: it runs once for each prompt, so it need not be fast."""

import numpy as np

from touchline.arrays import Float32, Int64
from touchline.errors import ModelError
from touchline.verification.clip.architecture import (
    EPSILON,
    HEAD_WIDTH,
    SWISH,
    Affine,
    Layer,
    TextTower,
)


def embed_texts(tower: TextTower, tokens: Int64) -> Float32:
    """Embed texts; what CLIP gives before it is brought to unit length.

    Args:
        tower: The weights.
        tokens: int64 (n, length); the highest number of a row marks where its text ends.

    Returns:
        float32 (n, d).

    Raises:
        ModelError: a token is not in the tower's vocabulary, or rows are longer than it reads.
    """
    length = tokens.shape[1]
    if length > len(tower.positions) or (tokens.size and tokens.max() >= len(tower.tokens)):
        raise ModelError(
            f"a text tower of {len(tower.tokens)} tokens and {len(tower.positions)} positions "
            f"cannot read rows of {length} tokens up to {tokens.max(initial=0)}."
        )
    x = tower.tokens[tokens] + tower.positions[:length]
    for layer in tower.layers:
        x = x + _attention(layer, _normal(layer.norm1, x))
        x = x + _linear(layer.narrow, _quick_gelu(_linear(layer.widen, _normal(layer.norm2, x))))
    ends = x[np.arange(len(tokens)), tokens.argmax(axis=1)]
    embeddings: Float32 = _normal(tower.after, ends) @ tower.projection
    return embeddings


def _attention(layer: Layer, x: Float32) -> Float32:
    n, length, _ = x.shape
    query, key, value = (
        _linear(part, x).reshape(n, length, -1, HEAD_WIDTH).swapaxes(1, 2)
        for part in (layer.query, layer.key, layer.value)
    )
    scores = query @ key.swapaxes(-1, -2) / np.float32(HEAD_WIDTH**0.5)
    later = np.triu(np.ones(scores.shape[-2:], np.bool_), k=1)
    seen = _softmax(np.where(later, np.float32(-np.inf), scores)) @ value
    return _linear(layer.out, seen.swapaxes(1, 2).reshape(x.shape))


def _linear(part: Affine, x: Float32) -> Float32:
    y: Float32 = x @ part.weight + part.bias
    return y


def _normal(part: Affine, x: Float32) -> Float32:
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.square(centred).mean(axis=-1, keepdims=True)
    y: Float32 = centred / np.sqrt(variance + np.float32(EPSILON)) * part.weight + part.bias
    return y


def _quick_gelu(x: Float32) -> Float32:
    y: Float32 = x / (1 + np.exp(np.float32(-SWISH) * x))
    return y


def _softmax(x: Float32) -> Float32:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    y: Float32 = powers / powers.sum(axis=-1, keepdims=True)
    return y
