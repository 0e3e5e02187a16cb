"""Maps as a perfect network would draw them, and an engine that gives them."""

import numpy as np
import numpy.typing as npt

HEIGHT, WIDTH = 96, 160


def blobs(
    points: npt.NDArray[np.float64], present: npt.NDArray[np.bool_] | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Logits of one image with a peak of 1.2 cells at each point (32, 2), fractions of the image.

    Returns heatmaps (1, 32, 96, 160) and absent (1, 32) float32; absent wins where not present.
    """
    x = np.arange(WIDTH) + 0.5 - points[:, :1] * WIDTH
    y = np.arange(HEIGHT) + 0.5 - points[:, 1:] * HEIGHT
    squared = x[:, None, :] ** 2 + y[:, :, None] ** 2
    maps = 30 - squared / (2 * 1.2**2)
    shown = np.ones(len(points), bool) if present is None else present
    maps[~shown] = 0
    return maps[None].astype(np.float32), np.where(shown, 0.0, 30.0)[None].astype(np.float32)


class DrawnMaps:
    """An engine that draws the n-th view on its n-th image; remembers the sizes of its batches.

    `doubt` is the probability that it gives to "absent" where a point is present.
    """

    name, device = "drawn", "test"

    def __init__(
        self, views: list[tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]], doubt: float = 0
    ) -> None:
        self._views = list(views)
        self._doubt = doubt
        self.batches: list[tuple[int, ...]] = []

    def run(self, images: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        """Give the next views."""
        assert images.dtype == np.uint8
        start = sum(shape[0] for shape in self.batches)
        self.batches.append(images.shape)
        drawn = [blobs(*view) for view in self._views[start : start + len(images)]]
        heatmaps = np.concatenate([maps for maps, _ in drawn])
        absent = np.concatenate([bins for _, bins in drawn])
        if self._doubt:
            # The logit that makes "absent" and the whole map stand at doubt : 1 - doubt.
            mass = np.log(np.exp(heatmaps.astype(np.float64)).sum(axis=(2, 3)))
            level = mass + np.log(self._doubt / (1 - self._doubt))
            absent = np.maximum(absent, level.astype(np.float32))
        return {"heatmaps": heatmaps, "absent": absent}
