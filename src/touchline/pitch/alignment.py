"""A camera moved until its lines lie on the paint: Levenberg-Marquardt.

Each point of the markings is drawn to the nearest ridge that runs alike, along its normal, and from
a shrinking radius (iterated closest points; Besl and McKay 1992). The loss is Geman and McClure's.
A network's points hold the camera where lines say little, and weak priors keep it a camera of a
stadium: hardly rolled, hardly bent, a pitch of about the size it should have.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from touchline.arrays import Bools, Float64, Int64
from touchline.pitch.markings import Markings
from touchline.pitch.paint import WIDTH, Paint
from touchline.pitch.view import PARAMETERS, PitchCamera, project_all

STEPS = np.array([1e-4, 1e-5, 1e-5, 1e-5, 1e-3, 1e-3, 1e-3, 1e-4, 1e-3, 1e-3, 1e-5, 1e-5])
"""Differences by which derivatives are taken."""
PAINT_NOISE = 1.5
"""Pixels of a picture ``WIDTH`` wide by which a ridge is off."""
POINT_NOISE = 0.004
"""Widths by which a network's point is off."""
_LONGEST = 60.0
"""Pixels for which one point of the markings may stand."""
_PAINT_WEIGHT = 0.03
"""What a pixel of a line weighs against one point of a network."""
_LOW, _LOW_NOISE = 1.5, 0.3
"""Metres above the ground below which no camera stands."""
_PRIORS = {"roll": 0.03, "bend": 0.03}
GROUND_NOISE = 1.5
"""Metres by which grounds differ in length and in width."""
_MIDDLE = 0.03
_FOCAL_LIMITS = (0.25, 20.0)
_PROGRESS = 1e-4
"""Share of the sum of squares by which a step makes it smaller at least."""
BODY = np.arange(PARAMETERS) < 7
"""Focal length, turn and centre: what a camera has without a lens, on a pitch of the usual size."""
TURN = np.arange(PARAMETERS) < 4
EVERYTHING = np.ones(PARAMETERS, bool)


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """Pitch points whose places in the image are known.

    Attributes:
        pitch: float64 (n, 2) metres.
        image: float64 (n, 2) image units.
        weights: float64 (n,).
        noise: Widths by which they are off.
    """

    pitch: Float64
    image: Float64
    weights: Float64
    noise: float = POINT_NOISE


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What is believed of a camera before: where it stands, and the log of its focal length.

    Attributes:
        centre, centre_noise: float64 (3,) metres; None where nothing is believed.
        log_focal, focal_noise: The same of the focal length.
        ground, ground_noise: float64 (2,) metres by which the ground is longer and wider.
    """

    centre: Float64 | None = None
    centre_noise: Float64 | None = None
    log_focal: float | None = None
    focal_noise: float = 1.0
    ground: Float64 = field(default_factory=lambda: np.zeros(2))
    ground_noise: Float64 = field(default_factory=lambda: np.full(2, GROUND_NOISE))


@dataclass(frozen=True, slots=True, eq=False)
class _Pull:
    """Which points of the markings are drawn, where to (image units), along what, how strongly."""

    rows: Int64
    towards: Float64
    across: Float64
    weights: Float64


@dataclass(frozen=True, slots=True, eq=False)
class SeenMarkings:
    """The markings as a camera shows them, as far as they are inside the picture.

    Attributes:
        rows: (k,) which points of the markings.
        pixels: float64 (k, 2) of a picture ``WIDTH`` wide.
        normal: float64 (k,) angle across the line.
        length: float64 (k,) pixels for which each stands.
    """

    rows: Int64
    pixels: Float64
    normal: Float64
    length: Float64


def seen_markings(camera: PitchCamera, markings: Markings, height: int) -> SeenMarkings:
    """The markings inside a picture ``WIDTH`` wide and so high."""
    ends = np.concatenate([markings.points, markings.points + 0.1 * markings.along])
    image = camera.project(ends, markings.width)
    pixels = (image + np.array([0.5, height / 2 / WIDTH])) * WIDTH
    first, second = pixels[: len(markings.points)], pixels[len(markings.points) :]
    way = second - first
    length = np.hypot(*way.T) * 10 * markings.step
    with np.errstate(invalid="ignore"):
        inside = (first >= 1).all(axis=1) & (first < [WIDTH - 1, height - 1]).all(axis=1)
        inside &= length < 800 * markings.step
    rows = np.flatnonzero(inside)
    normal = np.arctan2(way[rows, 1], way[rows, 0]) + np.pi / 2
    return SeenMarkings(rows, first[rows], normal, np.minimum(length[rows], _LONGEST))


def align(
    camera: PitchCamera,
    markings: Markings,
    *,
    paint: Paint | None = None,
    anchors: Anchors | None = None,
    belief: Belief | None = None,
    radii: Sequence[float] = (12.0, 12.0, 6.0, 6.0, 4.0, 4.0),
    free: Bools | None = None,
) -> PitchCamera:
    """Move a camera until it fits.

    Args:
        camera: To begin from.
        markings: Of the pitch.
        paint: Of the picture; None asks the anchors alone.
        anchors: Points known in the picture.
        belief: What is believed of it before.
        radii: Pixels of a picture ``WIDTH`` wide in which paint is looked for, a step each.
        free: (12,) which parameters may change, see ``PitchCamera.stepped``; None is all.
    """
    fit = _Fit(markings, anchors, belief or Belief())
    free = EVERYTHING if free is None else free
    damping = 1e-3
    for radius in radii:
        pull = None if paint is None else _pull(camera, markings, paint, radius)
        near = None if paint is None else radius
        better, damping = fit.step(camera, pull, free, damping, near)
        if better is None and paint is None:
            break
        camera = camera if better is None else better
    return camera


def spread(
    camera: PitchCamera,
    markings: Markings,
    paint: Paint,
    *,
    anchors: Anchors | None = None,
    sure_of_priors: bool = False,
) -> Float64:
    """The covariance (12, 12) of an aligned camera's parameters, from what held it.

    It is scaled by how far the lines are off the paint in the mean, against ``PAINT_NOISE``: on
    clean paint a fit is better than that, on other grounds' lines worse. So is what is believed of
    every camera, for the view that comes of all of them together: then seven of ten labelled
    points lie within the error that is stated, and nine of ten if beliefs counted in full. Of a
    single parameter, such as the ground's length, a picture that does not show it knows no more for
    clean paint: ``sure_of_priors`` scales what was seen alone.
    """
    fit = _Fit(markings, anchors, Belief())
    pull = _pull(camera, markings, paint, 4.0)
    weights = fit.weights(camera, pull, 4.0)
    first = 0 if anchors is None else 2 * len(anchors.weights)
    last = first + (0 if pull is None else len(pull.rows))
    total = float(weights[first:last].sum())
    if total:
        off = fit.residuals([camera], pull)[0, first:last]
        weights[: last if sure_of_priors else None] /= weights[first:last] @ off**2 / total
    _, normal, _ = fit.equations(camera, pull, weights, EVERYTHING)
    return np.asarray(np.linalg.inv(normal))


def _pull(camera: PitchCamera, markings: Markings, paint: Paint, radius: float) -> _Pull | None:
    seen = seen_markings(camera, markings, paint.height)
    if len(seen.rows) < 6 or not len(paint):
        return None
    off, nearest = paint.across(seen.pixels, seen.normal, radius)
    (close,) = np.nonzero(np.isfinite(off))
    rows, off = seen.rows[close], off[close]
    across = np.stack([np.cos(seen.normal[close]), np.sin(seen.normal[close])], axis=1)
    ridge = paint.points[nearest[close]]
    weights = seen.length[close] * _PAINT_WEIGHT / (1 + (off / (0.6 * radius)) ** 2) ** 2
    towards = ridge / WIDTH - [0.5, paint.height / 2 / WIDTH]
    return _Pull(rows, towards, across, weights)


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """The sum of squares that is made small."""

    markings: Markings
    anchors: Anchors | None
    belief: Belief

    def weights(self, camera: PitchCamera, pull: _Pull | None, radius: float | None) -> Float64:
        """What each residual (r,) counts."""
        parts = []
        if self.anchors is not None:
            image = camera.project(self.anchors.pitch, self.markings.width)
            square = np.nan_to_num(((image - self.anchors.image) ** 2).sum(axis=1), nan=1.0)
            loss = 0.03 if radius is None else 0.01
            parts.append(np.repeat(self.anchors.weights / (1 + square / loss**2) ** 2, 2))
        if pull is not None:
            parts.append(pull.weights)
        return np.concatenate([*parts, np.ones(len(self._beliefs(camera)))])

    def residuals(self, cameras: Sequence[PitchCamera], pull: _Pull | None) -> Float64:
        """In standard deviations: (k, r) for k cameras."""
        width, parts = self.markings.width, []
        if self.anchors is not None:
            image = project_all(cameras, self.anchors.pitch, width)
            off = (image - self.anchors.image) / self.anchors.noise
            parts.append(np.nan_to_num(off, nan=50.0).reshape(len(cameras), -1))
        if pull is not None:
            image = project_all(cameras, self.markings.points[pull.rows], width)
            off = ((image - pull.towards) * pull.across).sum(axis=2) * WIDTH / PAINT_NOISE
            parts.append(np.nan_to_num(off, nan=30.0))
        parts.append(np.array([self._beliefs(each) for each in cameras]))
        return np.concatenate(parts, axis=1)

    def _beliefs(self, camera: PitchCamera) -> list[float]:
        """How far a camera is from what is believed, in standard deviations."""
        off = [getattr(camera, name) / noise for name, noise in _PRIORS.items()]
        off += (camera.middle / _MIDDLE).tolist()
        off.append(max(0.0, _LOW - float(camera.centre[2])) / _LOW_NOISE)
        belief = self.belief
        ground = np.array([camera.longer, camera.wider])
        off += ((ground - belief.ground) / belief.ground_noise).tolist()
        if belief.centre is not None and belief.centre_noise is not None:
            off += ((camera.centre - belief.centre) / belief.centre_noise).tolist()
        if belief.log_focal is not None:
            off.append((np.log(camera.focal) - belief.log_focal) / belief.focal_noise)
        return off

    def equations(
        self, camera: PitchCamera, pull: _Pull | None, weights: Float64, free: Bools
    ) -> tuple[Float64, Float64, Float64]:
        """Residuals (r,), normal matrix (p, p) and gradient (p,) of the p free parameters."""
        nudged = [camera.stepped(each) for each in np.diag(STEPS)[free]]
        all_off = self.residuals([camera, *nudged], pull)
        off = all_off[0]
        jacobian = (all_off[1:] - off) / STEPS[free, None]
        weighted = jacobian * weights
        return off, weighted @ jacobian.T, weighted @ off

    def step(
        self,
        camera: PitchCamera,
        pull: _Pull | None,
        free: Bools,
        damping: float,
        radius: float | None,
    ) -> tuple[PitchCamera | None, float]:
        """One damped step that makes the sum smaller, or None; and the next damping."""
        weights = self.weights(camera, pull, radius)
        off, normal, gradient = self.equations(camera, pull, weights, free)
        enough = float(weights @ off**2) * (1 - _PROGRESS)
        for _ in range(4):
            damped = normal + np.diag(damping * np.diag(normal) + 1e-9)
            step = np.zeros(PARAMETERS)
            step[free] = -np.linalg.solve(damped, gradient)
            there = camera.stepped(step)
            if _FOCAL_LIMITS[0] < there.focal < _FOCAL_LIMITS[1]:
                after = self.residuals([there], pull)[0]
                if float(weights @ after**2) < enough:
                    return there, max(damping / 5, 1e-7)
            damping *= 6
        return None, damping
