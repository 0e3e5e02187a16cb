"""A camera from painted lines alone: which four of them could be which of the pitch's?

Two lines one way and two across span a view of the pitch up to the question which they are. Every
choice of four lines is held against every choice of two of the seven lines across the pitch and two
of the six along it; views that no camera over a stadium has are dropped, the paint ranks the rest,
and the best are aligned.
"""

from itertools import combinations, permutations

import numpy as np

from touchline.arrays import Float64
from touchline.pitch.agreement import LineFit, agreement
from touchline.pitch.alignment import BODY, Anchors, align
from touchline.pitch.camera import inverse_square_focal
from touchline.pitch.dimensions import PitchDimensions
from touchline.pitch.markings import Markings
from touchline.pitch.paint import WIDTH, Paint
from touchline.pitch.straight import Straight
from touchline.pitch.view import PitchCamera, camera_of, ground_in_view, project_all

FEWEST = 4
"""Straight lines from which a search is worth its time."""
_MAX_SKEW, _ROLL = 0.12, np.cos(np.deg2rad(12))
_HEIGHTS = (3.0, 70.0)
_OUTSIDE, _FARTHEST = (60.0, 42.0), 170.0
"""Metres from the centre spot: a camera stands beyond the lines, and not in the next street."""
_BEST, _ROUGHLY = 25, 1500
"""Views that are aligned, and views that are ranked carefully."""
_CHECK = np.array([[-0.3, 0.05, 1.0], [0.3, 0.05, 1.0], [0.0, 0.25, 1.0]])
"""Image points by which two views are told apart."""
_ALIKE = 1.5
"""Metres by which two views differ at none of them."""
_TOGETHER = 500


def search(
    paint: Paint, straight: Straight, markings: Markings, dimensions: PitchDimensions
) -> tuple[PitchCamera, LineFit] | None:
    """The camera that agrees best with the paint, and how well; None where lines are too few.

    The camera with the pitch turned by 180 degrees agrees as well: which of the two it is must be
    told by other means.
    """
    if len(straight.lines) < FEWEST:
        return None
    views = _plausible(_views(straight.lines, paint.height), dimensions)
    if not len(views):
        return None
    if len(views) > 2 * _ROUGHLY:
        rank = _rank(views, Markings.of(dimensions, step=5.0), paint)
        views = views[np.argsort(-rank)[:_ROUGHLY]]
    rank = _rank(views, Markings.of(dimensions, step=2.5), paint)
    found = []
    for view in _different(views[np.argsort(-rank)]):
        camera = _aligned(view, markings, paint)
        if camera is not None:
            found.append((camera, agreement(camera, markings, paint, straight.members)))
    if not found:
        return None
    best = max(found, key=lambda each: each[1].balance)
    camera = align(best[0], markings, paint=paint, radii=[6.0, 6.0, 6.0, 4.0, 4.0, 4.0])
    finer = camera, agreement(camera, markings, paint, straight.members)
    return finer if finer[1].balance >= best[1].balance - 0.01 else best


def _views(lines: Float64, height: int) -> Float64:
    """Homographies (k, 3, 3) from the unit square to the image that four lines each span.

    The first two lines of four are x = 0 and x = 1, the others y = 0 and y = 1.
    """
    to_pixels = np.array([[WIDTH, 0, WIDTH / 2], [0, WIDTH, height / 2], [0, 0, 1.0]])
    units = lines @ to_pixels
    pairs = [*combinations(range(len(lines)), 2)]
    fours = np.array([(*a, *b) for a in pairs for b in pairs if not {*a} & {*b}]).reshape(-1, 4)
    across, along = units[fours[:, :2]], units[fours[:, 2:]]
    with np.errstate(all="ignore"):
        corners = np.cross(across[:, None, :], along[:, :, None])  # (k, y, x, 3)
        corners = corners[..., :2] / corners[..., 2:]
        p00, p10, p01, p11 = (corners[:, y, x] for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)))
        # The square to a quadrilateral: Heckbert, Fundamentals of Texture Mapping (1989), 2.2.3.
        first, second, total = p10 - p11, p01 - p11, p00 - p10 + p11 - p01
        area = _cross(first, second)
        g, h = _cross(total, second) / area, _cross(first, total) / area
        usable = np.isfinite(corners).all(axis=(1, 2, 3)) & (
            np.abs(corners).max(axis=(1, 2, 3)) < 6
        )
        usable &= (1 + g > 0.02) & (1 + h > 0.02) & (1 + g + h > 0.02) & (np.abs(area) > 5e-4)
    columns = [
        np.column_stack([p10 - p00 + g[:, None] * p10, g]),
        np.column_stack([p01 - p00 + h[:, None] * p01, h]),
        np.column_stack([p00, np.ones(len(p00))]),
    ]
    return np.asarray(np.stack(columns, axis=2)[usable])


def _cross(first: Float64, second: Float64) -> Float64:
    return np.asarray(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])


def _assignments(dimensions: PitchDimensions) -> tuple[Float64, Float64]:
    """Which two lines across the pitch (n, 2) and along it (n, 2), in metres, four could be.

    Of two choices that are each other's turn by 180 degrees one is enough.
    """
    end, half = dimensions.length / 2, dimensions.width / 2
    inner = dimensions.goal_box_length, dimensions.penalty_box_length
    xs = [-end, *(each - end for each in inner), 0.0, *(end - each for each in inner[::-1]), end]
    boxes = dimensions.goal_box_width / 2, dimensions.penalty_box_width / 2
    ys = [-half, -boxes[1], -boxes[0], boxes[0], boxes[1], half]
    chosen, turned = [], set()
    for x in permutations(range(len(xs)), 2):
        for y in permutations(range(len(ys)), 2):
            if (x, y) not in turned:
                twin = tuple(6 - each for each in x), tuple(5 - each for each in y)
                turned.add(twin)
                chosen.append((*x, *y))
    numbers = np.array(chosen)
    return np.array(xs)[numbers[:, :2]], np.array(ys)[numbers[:, 2:]]


def _plausible(squares: Float64, dimensions: PitchDimensions) -> Float64:
    """Homographies (m, 3, 3) from metres to image units that cameras over a stadium have."""
    xs, ys = _assignments(dimensions)
    scale = 1 / (xs[:, 1] - xs[:, 0])[None, :, None], 1 / (ys[:, 1] - ys[:, 0])[None, :, None]
    kept = []
    for start in range(0, len(squares), 48):
        some = squares[start : start + 48, None]
        along, across = some[..., 0] * scale[0], some[..., 1] * scale[1]
        origin = some[..., 2] - along * xs[None, :, :1] - across * ys[None, :, :1]
        kept.append(_stadium(along, across, origin))
    return np.concatenate(kept) if kept else np.zeros((0, 3, 3))


def _stadium(along: Float64, across: Float64, origin: Float64) -> Float64:
    """Of views with these columns (k, n, 3), those (m, 3, 3) that a camera in a stadium has."""
    square = inverse_square_focal(along, across)
    # The skew as in ``camera.skew``, here for many at once and without copies.
    dot, depth = (along[..., :2] * across[..., :2]).sum(-1), along[..., 2] * across[..., 2]
    lengths = [
        np.sqrt(square * (each[..., :2] ** 2).sum(-1) + each[..., 2] ** 2)
        for each in (along, across)
    ]
    with np.errstate(all="ignore"):
        skew = (square * dot + depth) / (lengths[0] * lengths[1])
        uneven = np.log(lengths[0] / lengths[1])
        chosen = skew**2 + uneven**2 < _MAX_SKEW**2
    views = np.stack([along[chosen], across[chosen], origin[chosen]], axis=-1)
    seen = views.copy()
    seen[:, :2] *= np.sqrt(square[chosen])[:, None, None]
    up = np.cross(seen[:, :, 0], seen[:, :, 1])
    size = np.linalg.norm(up, axis=1)
    up /= size[:, None]
    first = seen[:, :, 0] / np.linalg.norm(seen[:, :, 0], axis=1)[:, None]
    place = seen[:, :, 2] / np.sqrt(size)[:, None]
    axes = np.stack([first, np.cross(up, first), up], axis=1)
    centre = -np.einsum("kij,kj->ki", axes, place)
    aside = np.abs(centre[:, :2])
    fits = (centre[:, 2] > _HEIGHTS[0]) & (centre[:, 2] < _HEIGHTS[1])
    fits &= -up[:, 1] > _ROLL * np.hypot(up[:, 0], up[:, 1])
    fits &= (aside > _OUTSIDE).any(axis=1) & (aside < _FARTHEST).all(axis=1)
    return np.asarray(views[fits])


def _rank(views: Float64, markings: Markings, paint: Paint) -> Float64:
    """How well views (m, 3, 3) agree with the paint, roughly: (m,)."""
    ranks = [
        _rank_some(views[start : start + _TOGETHER], markings, paint)
        for start in range(0, len(views), _TOGETHER)
    ]
    return np.concatenate(ranks)


def _rank_some(views: Float64, markings: Markings, paint: Paint) -> Float64:
    points = np.column_stack([markings.points, np.ones(len(markings.points))])
    seen = points @ views.transpose(0, 2, 1)
    way = markings.along @ views[:, :, :2].transpose(0, 2, 1)
    with np.errstate(all="ignore"):
        image = seen[..., :2] / seen[..., 2:]
        way = (way[..., :2] - image * way[..., 2:]) / seen[..., 2:]
        pixels = image * WIDTH + [WIDTH / 2, paint.height / 2]
        inside = (seen[..., 2] > 1e-9) & (pixels >= 1).all(axis=-1)
        inside &= (pixels < [WIDTH - 1, paint.height - 1]).all(axis=-1)
    pixels, way = pixels[inside], way[inside]
    distance = paint.roughly(pixels, np.arctan2(way[:, 1], way[:, 0]) + np.pi / 2)
    length = np.minimum(np.hypot(*way.T) * WIDTH * markings.step, 300.0)
    view = np.nonzero(inside)[0]
    hit = np.bincount(view, length * np.clip(1.25 - distance / 10, 0, 1), len(views))
    precision = hit / np.maximum(np.bincount(view, length, len(views)), 1e-6)
    recall = np.minimum(hit / max(len(paint), 60), 1)
    return np.asarray(2 * precision * recall / np.maximum(precision + recall, 1e-9))


def _different(views: Float64) -> list[Float64]:
    """The first views (3, 3) of which no two show nearly the same ground."""
    kept: list[Float64] = []
    shown: list[Float64] = []
    for view in views:
        if len(kept) == _BEST:
            break
        ground = np.linalg.solve(view, _CHECK.T).T
        ground = ground[:, :2] / ground[:, 2:]
        if all(np.abs(ground - other).max() >= _ALIKE for other in shown):
            kept.append(view)
            shown.append(ground)
    return kept


def _aligned(view: Float64, markings: Markings, paint: Paint) -> PitchCamera | None:
    camera = fitted(view, markings, paint.height / WIDTH)
    camera = align(camera, markings, paint=paint, free=BODY, radii=[14.0, 14.0, 8.0, 8.0, 5.0, 5.0])
    return camera if _HEIGHTS[0] < camera.centre[2] < 90 else None


def fitted(
    view: Float64, markings: Markings, height: float, *, near: PitchCamera | None = None
) -> PitchCamera:
    """The camera nearest to a homography, in the image.

    Args:
        view: (3, 3) from metres to image units, positive depth in front.
        markings: Of the pitch.
        height: Of the image in widths.
        near: A camera that it is like, lens and place, if there is one.
    """
    camera = camera_of(view) if near is None else near
    ground, image = ground_in_view(view, height)
    if len(ground) < 6:
        return camera
    anchors = Anchors(ground, image, np.ones(len(ground)), noise=0.002)
    better = align(camera, markings, anchors=anchors, free=BODY, radii=[24.0] * 8)
    errors = [
        np.nanmedian(np.linalg.norm(each - image, axis=1))
        for each in project_all([camera, better], ground, markings.width)
    ]
    return better if errors[1] < errors[0] else camera
