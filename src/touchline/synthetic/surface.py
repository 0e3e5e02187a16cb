"""Textured rectangles in space: turf, stands, boards, nets."""

from dataclasses import dataclass

import cv2
import numpy as np

from touchline.arrays import Float64, Image
from touchline.synthetic.camera import NEAREST, Camera
from touchline.synthetic.canvas import mix

_LEVELS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A rectangle with a texture on it, seen from one side only unless ``both_sides``.

    Attributes:
        corner: (3,) metres: the texture's lower left corner.
        along: (3,) metres from there to its lower right corner.
        up: (3,) metres from there to its upper left corner.
        textures: uint8 (h, w, 3) BGR, or (h, w, 4) with alpha (colours not multiplied by it);
            with several of them the surface shows one after the other.
        both_sides: Seen from behind too.
    """

    corner: Float64
    along: Float64
    up: Float64
    textures: tuple[tuple[Image, ...], ...]
    both_sides: bool = False

    def draw(self, image: Image, camera: Camera, *, moment: int = 0, softness: float = 0.0) -> None:
        """Paint the surface over a uint8 (H, W, 3) picture.

        Args:
            image: Painted in place.
            camera: Seen through this camera.
            moment: Chooses among the textures.
            softness: Mip levels to prefer above the one whose texels are as large as pixels.
        """
        outline = self._outline(camera)
        if outline is None:
            return
        x, y, width, height = cv2.boundingRect(np.round(outline).astype(np.int32))
        x, y = max(x - 1, 0), max(y - 1, 0)
        width, height = min(width + 2, camera.size[0] - x), min(height + 2, camera.size[1] - y)
        if width < 1 or height < 1:
            return
        levels = self.textures[moment % len(self.textures)]
        plane = camera.matrix() @ self._plane(levels[0])
        level = _level(plane, outline.mean(axis=0), softness, len(levels) - 1)
        shift = np.array([[1, 0, -x - 0.5], [0, 1, -y - 0.5], [0, 0, 1.0]])
        warp = shift @ plane @ np.diag([2.0**level, 2.0**level, 1.0])
        _lay(
            image[y : y + height, x : x + width],
            levels[level],
            warp=warp @ np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]]),
            outline=outline - [x, y],
        )

    def _plane(self, texture: Image) -> Float64:
        """(4, 3): texture pixels to homogeneous metres."""
        height, width = texture.shape[:2]
        columns = [self.along / width, -self.up / height, self.corner + self.up]
        return np.vstack([np.stack(columns, axis=1), [0, 0, 1]])

    def _outline(self, camera: Camera) -> Float64 | None:
        """(n, 2): the part of the rectangle inside the picture, None when nothing is seen."""
        to_camera = np.asarray(camera.position) - self.corner
        if not self.both_sides and np.cross(self.along, self.up) @ to_camera <= 0:
            return None
        corners = np.stack(
            [
                self.corner,
                self.corner + self.along,
                self.corner + self.along + self.up,
                self.corner + self.up,
            ]
        )
        shape = before_the_lens(corners, camera)
        if len(shape) < 3:
            return None
        width, height = camera.size
        frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        pixels = camera.project(shape)[0].astype(np.float32)
        area, inside = cv2.intersectConvexConvex(pixels, frame)
        return np.asarray(inside, np.float64).reshape(-1, 2) if area > 1 else None


def mipmaps(texture: Image) -> tuple[Image, ...]:
    """The texture, then halved again and again: what keeps far texture from flickering."""
    levels = [texture]
    while len(levels) < _LEVELS and min(levels[-1].shape[:2]) > 8:
        height, width = (s // 2 for s in levels[-1].shape[:2])
        smaller = cv2.resize(levels[-1], (width, height), interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(smaller, np.uint8))
    return tuple(levels)


def before_the_lens(corners: Float64, camera: Camera) -> Float64:
    """Clip a convex polygon (n, 3) in metres to what lies before the camera: (m, 3), maybe empty.

    Sutherland and Hodgman's algorithm (1974) for the one plane.
    """
    depth = camera.project(corners)[1] - 2 * NEAREST
    kept: list[Float64] = []
    for i in range(len(corners)):
        here, previous = depth[i], depth[i - 1]
        if (here > 0) != (previous > 0):
            share = previous / (previous - here)
            kept.append(corners[i - 1] + share * (corners[i] - corners[i - 1]))
        if here > 0:
            kept.append(corners[i])
    return np.array(kept).reshape(-1, 3)


def _level(plane: Float64, where: Float64, softness: float, last: int) -> int:
    """The mip level whose texels are about as large as the pixels around ``where``."""
    probes = (where + np.array([[0, 0], [1, 0], [0, 1]])).T
    texels = np.linalg.inv(plane) @ np.vstack([probes, np.ones(3)])
    texels = texels[:2] / texels[2]
    per_pixel = np.linalg.norm(texels[:, 1:] - texels[:, :1], axis=0)
    wanted = np.log2(max(float(np.sqrt(per_pixel.prod())), 1e-6))
    return int(np.clip(np.round(wanted + softness), 0, last))


def _lay(part: Image, texture: Image, *, warp: Float64, outline: Float64) -> None:
    height, width = part.shape[:2]
    warped = cv2.warpPerspective(
        texture, warp, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    mask = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(mask, np.round((outline - 0.5) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    if texture.shape[2] == 4:
        see_through = cv2.multiply(mask, warped[..., 3], scale=1 / 255)
        mix(part, warped[..., :3], np.asarray(see_through, np.uint8))
        return
    solid = np.where(mask == 255, mask, 0)
    cv2.copyTo(warped, solid, part)
    mix(part, warped, mask - solid)
