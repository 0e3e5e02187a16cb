"""What changes the colours of a crop: kits, light, blur, compression.

A few matches show few kits, so shirts are recoloured: all boxes of one kit get the same new
colour; grass inside the boxes keeps its own, and so does a ball before a shirt.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.detector.data import KIT_BALL
from training.images import Image, compressed, motion_kernel, softened

SHADOWED = 0.08
HUES = 180
"""OpenCV stores hue in half degrees."""


@dataclass(frozen=True)
class Dye:
    """A new look for a kit: hue is shifted, or replaced, then saturation and value change."""

    hue: int
    replaces_hue: bool
    saturation: tuple[float, float]
    value: tuple[float, float]

    def table(self) -> NDArray[np.uint8]:
        """Lookup table uint8 (1, 256, 3) over the channels of an HSV image."""
        levels = np.arange(256)
        hue = np.full(256, self.hue) if self.replaces_hue else levels + self.hue
        scaled = [gain * levels + offset for gain, offset in (self.saturation, self.value)]
        table = np.stack([hue % HUES, *scaled], -1)
        return table.clip(0, 255).astype(np.uint8)[None]


def random_dye(rng: np.random.Generator) -> Dye:
    """One of four looks: another hue, a strong colour, dark, light."""
    hue = int(rng.integers(HUES))
    gain = rng.uniform(0.7, 1.3)
    looks = (
        Dye(hue, False, (rng.uniform(0.7, 1.4), 0), (gain, 0)),
        Dye(hue, True, (0.5, rng.uniform(80, 180)), (gain, rng.uniform(-20, 20))),
        Dye(hue, False, (rng.uniform(0.3, 0.8), 0), (rng.uniform(0.25, 0.5), 0)),
        Dye(hue, False, (rng.uniform(0.1, 0.4), 0), (0.75, rng.uniform(30, 80))),
    )
    return looks[int(rng.integers(len(looks)))]


def grass_tone(hsv: Image) -> tuple[float, float] | None:
    """Median hue and value of what is green in an HSV image; None without any green."""
    green = hsv[_greenish(hsv)]
    if not len(green):
        return None
    hue, _, value = np.median(green, axis=0)
    return float(hue), float(value)


def grass_mask(hsv: Image, tone: tuple[float, float] | None) -> NDArray[np.bool_]:
    """Where an HSV image (H, W, 3) shows grass of this tone: bool (H, W).

    The tone tells grass from green shirts and from the green tinge of dark shorts.
    """
    if tone is None:
        return np.zeros(hsv.shape[:2], bool)
    hue, value = tone
    near = np.abs(hsv[..., 0] - hue) <= 9
    mask: NDArray[np.bool_] = _greenish(hsv) & near & (hsv[..., 2] > 0.55 * value)
    return mask


def _greenish(hsv: Image) -> NDArray[np.bool_]:
    hue, saturation = hsv[..., 0], hsv[..., 1]
    mask: NDArray[np.bool_] = (hue > 22) & (hue < 95) & (saturation > 35)
    return mask


def recolour_kits(
    hsv: Image, xyxy: NDArray[np.float32], kit: NDArray[np.int64], *, dyes: dict[int, Dye]
) -> None:
    """Dye shirts and shorts (not head, socks, grass or balls) of the boxes, in place in HSV."""
    tone = grass_tone(hsv[::6, ::6])
    balls = [(_area(box), hsv[_area(box)].copy()) for box in xyxy[kit == KIT_BALL]]
    for box, worn in zip(xyxy, kit, strict=True):
        dye = dyes.get(int(worn))
        rows, columns = _area(box)
        height = rows.stop - rows.start
        body = hsv[rows.start + height // 8 : rows.start + height * 3 // 4, columns]
        if dye is not None and body.size:
            cloth = ~grass_mask(body, tone)
            cv2.copyTo(cv2.LUT(body, dye.table()), cloth.astype(np.uint8), body)
    for area, ball in balls:
        hsv[area] = ball


def _area(box: NDArray[np.float32]) -> tuple[slice, slice]:
    """Rows and columns of an image that a box (4,) in pixels covers."""
    left, top, right, bottom = (max(int(value), 0) for value in np.rint(box))
    return slice(top, bottom), slice(left, right)


def jitter_colours(hsv: Image, *, rng: np.random.Generator) -> Image:
    """Shift hue, scale saturation and value of a whole HSV image as another light would."""
    hue = int(rng.integers(-8, 9))
    saturation, value = rng.uniform(0.6, 1.4), rng.uniform(0.65, 1.3)
    return cv2.LUT(hsv, Dye(hue, False, (saturation, 0), (value, 0)).table()).astype(np.uint8)


def degrade(image: Image, *, rng: np.random.Generator) -> Image:
    """Sometimes blur by motion or focus, soften as an upscaled video, sharpen, compress as JPEG."""
    if rng.random() < 0.12:
        length = int(np.exp(rng.uniform(np.log(2), np.log(10))))
        kernel = motion_kernel(length, angle=rng.uniform(0, np.pi))
        image = cv2.filter2D(image, -1, kernel).astype(np.uint8)
    if rng.random() < 0.08:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 2.0)).astype(np.uint8)
    if rng.random() < 0.15:
        image = softened(image, factor=rng.uniform(0.35, 0.9))
    if rng.random() < 0.15:
        image = sharpened(image, amount=rng.uniform(0.3, 1.5))
    if rng.random() < 0.25:
        image = compressed(image, quality=int(rng.integers(20, 90)))
    return image


def sharpened(image: Image, *, amount: float) -> Image:
    """An image with its edges raised by an unsharp mask, as cameras and broadcasters do it."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.5)
    return cv2.addWeighted(image, 1 + amount, soft, -amount, 0).astype(np.uint8)


def shadowed(hsv: Image, *, rng: np.random.Generator) -> Image:
    """An HSV image of which a part lies in the hard shadow of a stand."""
    height, width = hsv.shape[:2]
    angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.35, 0.75)
    x, y = np.arange(width) - width / 2, np.arange(height)[:, None] - height / 2
    along = x * np.cos(angle) + y * np.sin(angle) + rng.uniform(-0.3, 0.3) * width
    light = 1 - (1 - depth) * (along / rng.uniform(2, 30) + 0.5).clip(0, 1)
    shaded = hsv.copy()
    shaded[..., 2] = (hsv[..., 2] * light).astype(np.uint8)
    return shaded


def augmented(
    image: Image,
    xyxy: NDArray[np.float32],
    kit: NDArray[np.int64],
    *,
    dyed: float,
    rng: np.random.Generator,
) -> Image:
    """The image in other light and of a worse signal, a share `dyed` of its kits in other colours.

    `xyxy` (n, 4) are the boxes and `kit` (n,) says who wears the same.
    """
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV).astype(np.uint8)
    dyes = {int(k): random_dye(rng) for k in np.unique(kit)}
    worn = {k: dye for k, dye in dyes.items() if k != KIT_BALL and rng.random() < dyed}
    recolour_kits(hsv, xyxy, kit, dyes=worn)
    hsv = jitter_colours(hsv, rng=rng)
    if rng.random() < SHADOWED:
        hsv = shadowed(hsv, rng=rng)
    return degrade(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR).astype(np.uint8), rng=rng)
