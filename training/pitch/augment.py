"""Augmented views of a frame: another camera, other colours, a worse signal, hidden parts.

Every function takes the generator of the run, so that a run can be repeated.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from touchline.pitch.dimensions import FLIP
from training.images import compressed, motion_kernel, softened
from training.pitch.data import ImageArray, Sample, Visibility
from training.pitch.geometry import label_homography
from training.pitch.surroundings import move_boards

Matrix = npt.NDArray[np.float64]
VIEW = (1280.0, 720.0)
"""Width and height of the space that cameras are drawn in; squashed frames are stretched to it."""


def _scaling(x: float, y: float) -> Matrix:
    return np.diag([x, y, 1.0])


def random_camera(rng: np.random.Generator) -> Matrix:
    """Return a view -> view homography: a turned, zoomed camera with some shear and perspective.

    A camera that turns on the spot moves its image by exactly K' R K^-1, whatever the scene.
    """
    width, height = VIEW
    focal = width * rng.uniform(1.0, 3.0)
    zoom = np.exp(rng.uniform(np.log(0.7), np.log(2.1)))
    pan = np.arctan(rng.normal(0, 0.16) * width / focal)
    tilt = np.arctan(rng.normal(0, 0.10) * height / focal)
    roll = np.deg2rad(rng.uniform(-6, 6))
    turn, _ = cv2.Rodrigues(np.array([tilt, pan, 0.0]))
    spin, _ = cv2.Rodrigues(np.array([0.0, 0.0, roll]))
    before = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    after = before * [[zoom, 1, 1], [1, zoom, 1], [1, 1, 1]]
    stretch = np.exp(rng.normal(0, 0.06))
    shear = np.array([[stretch, rng.normal(0, 0.05), 0], [rng.normal(0, 0.03), 1, 0], [0, 0, 1]])
    centre = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    return np.asarray(
        centre @ shear @ np.linalg.inv(centre) @ after @ spin @ turn @ np.linalg.inv(before)
    )


def view(
    sample: Sample, camera: Matrix, *, size: tuple[int, int], rng: np.random.Generator, flip: bool
) -> Sample:
    """Show a sample through a camera, at `size` (width, height); points that leave are absent."""
    height, width = sample.image.shape[:2]
    points, visibility = sample.points, sample.visibility.copy()
    mirror = np.eye(3)
    if flip:
        points = np.asarray(np.abs([1, 0] - points)[FLIP], np.float32)
        visibility = visibility[FLIP]
        mirror = np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]])
    unit = _scaling(1 / VIEW[0], 1 / VIEW[1]) @ camera @ _scaling(*VIEW)
    moved = cv2.perspectiveTransform(points[None].astype(np.float64), unit)[0]
    visibility[((moved < 0) | (moved >= 1)).any(axis=1)] = Visibility.ABSENT
    # Pixel centres: normalised x of pixel i is (i + 0.5) / width.
    to_unit = _scaling(1 / width, 1 / height) @ np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    to_pixel = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]]) @ _scaling(*size)
    border = tuple(int(v) for v in rng.integers(0, 256, 3)) if rng.random() < 0.5 else (0, 0, 0)
    image = cv2.warpPerspective(
        sample.image,
        to_pixel @ unit @ mirror @ to_unit,
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT if rng.random() < 0.7 else cv2.BORDER_REPLICATE,
        borderValue=border,
    )
    shown = np.asarray(image, np.uint8)
    return Sample(shown, moved.astype(np.float32), visibility, sample.match, sample.name)


def recolour(image: ImageArray, rng: np.random.Generator) -> ImageArray:
    """Change hue, saturation, exposure, gamma and white balance."""
    if rng.random() < 0.5:
        hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
        ramp = np.arange(256)
        hue = (ramp + int(rng.normal(0, 8))) % 180
        saturation = np.clip(ramp * rng.uniform(0.5, 1.4), 0, 255)
        table = np.stack([hue, saturation, ramp], axis=-1).astype(np.uint8)[None]
        image = np.asarray(cv2.cvtColor(cv2.LUT(hsv, table), cv2.COLOR_HSV2BGR), np.uint8)
    light = np.linspace(0, 1, 256)[:, None] ** np.exp(rng.normal(0, 0.25))
    contrast = np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.06, 3))
    curve = np.clip((light - 0.45) * contrast + 0.45 + rng.normal(0, 0.06), 0, 1) * 255
    return np.asarray(cv2.LUT(image, curve.astype(np.uint8)[None]), np.uint8)


def _motion_blur(image: ImageArray, rng: np.random.Generator) -> ImageArray:
    kernel = motion_kernel(int(rng.integers(3, 10)), angle=rng.uniform(0, np.pi))
    return np.asarray(cv2.filter2D(image, -1, kernel), np.uint8)


def _low_resolution(image: ImageArray, rng: np.random.Generator) -> ImageArray:
    return softened(image, factor=rng.uniform(0.4, 0.9))


def _compressed(image: ImageArray, rng: np.random.Generator) -> ImageArray:
    return compressed(image, quality=int(rng.integers(25, 80)))


def _noisy(image: ImageArray, rng: np.random.Generator) -> ImageArray:
    noise = rng.standard_normal(image.shape, np.float32) * rng.uniform(2, 14)
    return np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), np.uint8)


def degrade(image: ImageArray, rng: np.random.Generator) -> ImageArray:
    """Make the signal worse: blur, motion, few pixels, noise, compression; each at times."""
    if rng.random() < 0.12:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.6)), np.uint8)
    for chance, change in (
        (0.10, _motion_blur),
        (0.15, _low_resolution),
        (0.15, _noisy),
        (0.20, _compressed),
    ):
        if rng.random() < chance:
            image = change(image, rng)
    return image


def erase(image: ImageArray, rng: np.random.Generator) -> ImageArray:
    """Cover up to four small parts with a flat colour or another part, as people and banners do."""
    height, width = image.shape[:2]
    for _ in range(int(rng.integers(0, 5))):
        w, h = int(width * rng.uniform(0.01, 0.10)), int(height * rng.uniform(0.02, 0.18))
        x, y = int(rng.integers(0, width - w)), int(rng.integers(0, height - h))
        if rng.random() < 0.5:
            image[y : y + h, x : x + w] = rng.integers(0, 256, 3)
        else:
            u, v = int(rng.integers(0, width - w)), int(rng.integers(0, height - h))
            image[y : y + h, x : x + w] = image[v : v + h, u : u + w].copy()
    return image


def elsewhere(sample: Sample, *, backdrop: ImageArray | None, rng: np.random.Generator) -> Sample:
    """Move the boards away from the lines, where the labels say where the lines are."""
    matrix = label_homography(sample.points, sample.visibility > 0)
    if matrix is None:
        return sample
    image = move_boards(sample.image, matrix, backdrop=backdrop, rng=rng)
    return replace(sample, image=image)


def augment(
    sample: Sample,
    *,
    size: tuple[int, int],
    rng: np.random.Generator,
    backdrop: ImageArray | None = None,
) -> Sample:
    """Return a random view of a sample at `size` (width, height).

    At times the boards move away from the lines, and `backdrop`, where one is given, takes the
    place of the stands.
    """
    # One view in ten keeps the camera: frames as they will come.
    camera = np.eye(3) if rng.random() < 0.1 else random_camera(rng)
    shown = view(sample, camera, size=size, rng=rng, flip=rng.random() < 0.5)
    if rng.random() < 0.4:
        shown = elsewhere(shown, backdrop=backdrop, rng=rng)
    return replace(shown, image=degrade(recolour(erase(shown.image, rng), rng), rng))
