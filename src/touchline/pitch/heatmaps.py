"""From the network's maps to points: one spatial softmax a keypoint, with a bin for "absent"."""

import numpy as np

from touchline.arrays import Float32, Float64, Indices

_OFFSETS = np.arange(-3, 4)
_MIDDLE = slice(1, -1)
"""The outer ring of the window counts for the confidence but not for the position: it pulls the
mean towards whatever else is near."""


def decode(heatmaps: Float32, absent: Float32) -> tuple[Float32, Float32]:
    """Find the most likely place of each point and how likely it is.

    Args:
        heatmaps: (n, points, h, w) float32 logits.
        absent: (n, points) float32 logit of "this point is not in the image".

    Returns:
        Points (n, points, 2) float32 as fractions of the image's width and height: the mean of the
        5 x 5 cells about the peak. Confidences (n, points) float32: the probability in the 7 x 7
        cells about it, with "absent" in the sum.
    """
    if len(heatmaps) == 0:
        count = heatmaps.shape[1]
        return np.zeros((0, count, 2), np.float32), np.zeros((0, count), np.float32)
    # Image by image: the maps of one fit the processor's cache, those of a batch do not.
    decoded = [_decode_one(maps, bins) for maps, bins in zip(heatmaps, absent, strict=True)]
    return np.stack([points for points, _ in decoded]), np.stack([mass for _, mass in decoded])


def _decode_one(maps: Float32, absent: Float32) -> tuple[Float32, Float32]:
    count, height, width = maps.shape
    flat = maps.reshape(count, -1)
    peak = flat.argmax(axis=1)
    top = np.maximum(flat[np.arange(count), peak], absent)
    likelihood = np.exp(flat - top[:, None])
    total = likelihood.sum(axis=1) + np.exp(absent - top)
    rows, columns = peak[:, None] // width + _OFFSETS, peak[:, None] % width + _OFFSETS
    window = _cut(likelihood.reshape(maps.shape), rows, columns)
    confidence = window.sum(axis=(1, 2)) / total
    places = _centre_of_mass(window[:, _MIDDLE, _MIDDLE], rows[:, _MIDDLE], columns[:, _MIDDLE])
    return (places / [width, height]).astype(np.float32), confidence.astype(np.float32)


def _cut(maps: Float32, rows: Indices, columns: Indices) -> Float32:
    """Cut a window (points, 7, 7) out of each map; 0 where it leaves the map."""
    count, height, width = maps.shape
    inside_rows = (rows >= 0) & (rows < height)
    inside_columns = (columns >= 0) & (columns < width)
    window = maps[
        np.arange(count)[:, None, None],
        np.clip(rows, 0, height - 1)[:, :, None],
        np.clip(columns, 0, width - 1)[:, None, :],
    ]
    return np.asarray(window * inside_rows[:, :, None] * inside_columns[:, None, :])


def _centre_of_mass(window: Float32, rows: Indices, columns: Indices) -> Float64:
    """Return the mean place (points, 2), x and y in cells, of each window's mass."""
    # Where "absent" outweighs the peak by far, all of the window can round to nothing.
    mass = np.maximum(window.sum(axis=(1, 2)), np.finfo(np.float32).tiny)
    x = np.einsum("prc,pc->p", window, columns + 0.5) / mass
    y = np.einsum("prc,pr->p", window, rows + 0.5) / mass
    return np.stack([x, y], axis=1)
