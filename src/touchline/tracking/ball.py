"""The path of the one ball, chosen among everything that looks like a ball."""

from dataclasses import dataclass, fields

import numpy as np

from touchline.arrays import AnyArray, Bools, Float64, Indices, log_odds
from touchline.errors import require_number
from touchline.geometry import centre_form, jacobians, warp_points

PLAYER_HEIGHT = 1.8
"""Metres that a standing person's box is high; gives the scale of the picture."""
TOP_SPEED = 35.0
"""Metres a second of the hardest shots."""
PRESENT = 0.2
"""Seconds that one sighting vouches for at most."""
DOUBT = 0.02
"""Least doubt in a sighting, either way."""
NEVER = -np.inf


@dataclass(frozen=True, slots=True)
class BallModel:
    """What a path may look like, as gains and costs in natural logarithms of odds.

    Attributes:
        even: Confidence of a candidate that is worth neither gain nor cost.
        appear: Cost of a path that begins anew; an isolated candidate worth less is dropped.
        hidden: Cost per second in which a path goes on unseen.
        swerve: Metres a second squared by which a ball is usually deflected.
        kick: Most that a change of velocity can cost: players kick.
        head: Cost of a candidate where a person's head is.
        rest: Cost of a candidate per second that it has not moved on the pitch, ...
        rest_most: ... up to this: only a very sure ball may lie still, a penalty spot may not.
    """

    even: float = 0.025
    appear: float = 5.0
    hidden: float = 1.5
    swerve: float = 25.0
    kick: float = 2.5
    head: float = 2.0
    rest: float = 2.5
    rest_most: float = 4.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """A candidate that lies on the path.

    Attributes:
        frame: Index of the frame, as counted by the caller.
        xyxy: float64 (4,), pixels of that frame.
        confidence: The detector's.
        row: Its row among the candidates of that frame.
        follows: Frame of the sighting before it in one unbroken run, or None where the run begins.
    """

    frame: int
    xyxy: Float64
    confidence: float
    row: int
    follows: int | None


class BallPath:
    """Finds the best path through the candidates of a sliding window.

    Dynamic programming (Viterbi 1967) over the candidates seen so far: each is worth the log-odds
    of its confidence; going on from an earlier one costs according to how far it lies from where
    that path would be by now, and is impossible faster than a ball flies; in between the ball may
    be hidden; or a new path begins at a fixed cost, so that a false ball here and there is not
    worth it. Positions move along with the camera. The sightings on the best path change while
    later frames come in, so the caller asks for a frame as late as it can.

    Args:
        fps: Frames a second.
        size: Width and height of the frames in pixels.
        window: Seconds for which candidates are remembered.
        reach: Longest time in seconds that one run goes on unseen.
        model: Gains and costs.

    Raises:
        UsageError: A value is out of its range.
    """

    def __init__(
        self,
        fps: float,
        size: tuple[int, int],
        *,
        window: float = 2.0,
        reach: float = 0.7,
        model: BallModel | None = None,
    ) -> None:
        require_number("fps", fps, above=0)
        require_number("window", window, least=0)
        require_number("reach", reach, least=0)
        self._fps, self._window, self._reach = fps, window, reach
        self._model = model or BallModel()
        self._scale = size[1] / 12 / PLAYER_HEIGHT
        self._nodes = _Nodes.empty()

    def push(
        self,
        frame: int,
        balls: Float64,
        people: Float64,
        camera_motion: Float64,
        *,
        beat: float | None = None,
    ) -> None:
        """Add the candidates of a frame.

        Args:
            frame: Index of the frame; higher than all before.
            balls: (m, 5) corners and confidence.
            people: (n, 4) corners of the people in the same frame.
            camera_motion: (3, 3) homography from the last pushed frame to this one.
            beat: Its place in time, in frames of ``fps``; None is its index.
        """
        beat = float(frame) if beat is None else beat
        self._nodes.move(camera_motion)
        self._nodes.forget(before=beat - self._window * self._fps)
        if len(people):
            self._scale = float(np.median(people[:, 3] - people[:, 1])) / PLAYER_HEIGHT
        if len(balls):
            self._extend(frame, beat, balls, people)

    def sightings(self) -> list[Sighting]:
        """Give the sightings on the best path in the window, oldest first."""
        return self._nodes.best_path()

    def _extend(self, frame: int, beat: float, balls: Float64, people: Float64) -> None:
        """Give each new candidate its best predecessor: one to go on from, or a new beginning."""
        nodes = self._nodes
        centres = centre_form(balls[:, :4])[:, :2]
        rest = self._rest(beat, centres)
        options = self._link_scores(beat, centres)
        anew = float(nodes.score.max(initial=nodes.hidden)) - self._model.appear
        choice = np.insert(options, len(nodes), anew, axis=1).argmax(axis=1)
        goes_on = choice < len(nodes)
        before = np.max(options, axis=1, initial=anew)
        nodes.add(
            frame=np.full(len(balls), frame),
            beat=np.full(len(balls), beat),
            row=np.arange(len(balls)),
            parent=np.where(goes_on, choice, nodes.best()),
            linked=goes_on,
            boxes=balls,
            place=centres,
            velocity=self._velocity(beat, centres, choice),
            rest=rest,
            score=before + self._worth(balls, people, rest),
        )

    def _worth(self, balls: Float64, people: Float64, rest: Float64) -> Float64:
        """Gain (m,) of having each candidate (m, 5) on the path."""
        model = self._model
        odds = log_odds(balls[:, 4], least=DOUBT) - log_odds(model.even, least=DOUBT)
        head = _at_a_head(centre_form(balls[:, :4])[:, :2], people)
        return odds - model.head * head - np.minimum(model.rest * rest[:, 2], model.rest_most)

    def _link_scores(self, beat: float, centres: Float64) -> Float64:
        """Score (m, nodes) of going on from each remembered candidate to each new one."""
        nodes, model = self._nodes, self._model
        seconds = (beat - nodes.beat) / self._fps
        step = centres[:, None] - nodes.place[None]
        metres = np.linalg.norm(step, axis=2) / self._scale
        known = np.isfinite(nodes.velocity[:, 0])
        expected = np.where(known[:, None], nodes.velocity * seconds[:, None], 0.0)
        off = np.linalg.norm(step - expected[None], axis=2) / self._scale
        usual = 0.3 + np.where(known, 0.5 * model.swerve * seconds**2, 8.0 * seconds)
        surprise = np.minimum(0.5 * (off / usual) ** 2, model.kick)
        score = nodes.score - surprise - model.hidden * (seconds - 1 / self._fps)
        possible = (metres <= 0.5 + TOP_SPEED * seconds) & (seconds <= self._reach)
        return np.where(possible, score, NEVER)

    def _velocity(self, beat: float, centres: Float64, parent: Indices) -> Float64:
        """Pixels a second (m, 2) since the predecessor; NaN where there is none."""
        velocity = np.full((len(centres), 2), np.nan)
        rows = np.flatnonzero(parent < len(self._nodes))
        earlier = parent[rows]
        seconds = (beat - self._nodes.beat[earlier]) / self._fps
        velocity[rows] = (centres[rows] - self._nodes.place[earlier]) / seconds[:, None]
        return velocity

    def _rest(self, beat: float, centres: Float64) -> Float64:
        """Where (m, 3) each candidate lies at rest, x and y, and for how many seconds, on any path.

        Only time in which something was seen there counts, or a ball that comes back to a place
        would seem to have lain there. The place follows the candidate within a second, so that an
        error of the camera motion that adds up slowly does not count as a motion of the ball.
        """
        fresh = np.concatenate([centres, np.zeros((len(centres), 1))], axis=1)
        if len(self._nodes) == 0:
            return fresh
        rest = self._nodes.rest
        near = np.linalg.norm(centres[:, None] - rest[None, :, :2], axis=2) < 0.4 * self._scale
        seconds = (beat - self._nodes.beat) / self._fps
        known = rest[:, 2] + np.minimum(seconds, PRESENT)
        since = np.where(near, known[None], NEVER)
        longest = since.argmax(axis=1)
        follows = np.minimum(seconds[longest], 1.0)[:, None] * (centres - rest[longest, :2])
        stays = np.stack(
            [*(rest[longest, :2] + follows).T, since[np.arange(len(centres)), longest]], axis=1
        )
        return np.where(near.any(axis=1)[:, None], stays, fresh)


@dataclass(slots=True)
class _Nodes:
    """Remembered candidates as columns of equal length n, oldest first.

    Attributes:
        frame: int (n,).
        beat: float64 (n,) its place in time, in frames.
        parent: int (n,) row of the predecessor on the best path, -1 for none.
        linked: bool (n,) whether the predecessor belongs to the same unbroken run.
        boxes: float64 (n, 5) corners in the candidate's own frame, and confidence.
        place: float64 (n, 2) centre in pixels of the latest frame.
        velocity: float64 (n, 2) pixels a second in the latest frame, or NaN.
        rest: float64 (n, 3) see ``BallPath._rest``, in pixels of the latest frame.
        score: float64 (n,) of the best path that ends here.
        hidden: Score of the best path that ended before all of these.
    """

    frame: Indices
    beat: Float64
    row: Indices
    parent: Indices
    linked: Bools
    boxes: Float64
    place: Float64
    velocity: Float64
    rest: Float64
    score: Float64
    hidden: float = 0.0

    @classmethod
    def empty(cls) -> "_Nodes":
        """Make a memory without candidates."""
        whole = np.empty(0, dtype=np.intp)
        return cls(
            frame=whole,
            beat=np.empty(0),
            row=whole,
            parent=whole,
            linked=np.empty(0, dtype=np.bool_),
            boxes=np.empty((0, 5)),
            place=np.empty((0, 2)),
            velocity=np.empty((0, 2)),
            rest=np.empty((0, 3)),
            score=np.empty(0),
        )

    def __len__(self) -> int:
        return len(self.frame)

    def add(self, **columns: AnyArray) -> None:
        """Append candidates, one array for each column."""
        for name, values in columns.items():
            setattr(self, name, np.concatenate([getattr(self, name), values]))

    def move(self, homography: Float64) -> None:
        """Carry the places along with the camera."""
        if len(self) == 0:
            return
        turn = jacobians(self.place, homography)
        self.velocity = np.einsum("nij,nj->ni", turn, self.velocity)
        self.place = warp_points(self.place, homography)
        self.rest[:, :2] = warp_points(self.rest[:, :2], homography)

    def forget(self, *, before: float) -> None:
        """Drop candidates before this beat; whose predecessor goes begins a path."""
        gone = int(np.searchsorted(self.beat, before))
        if gone == 0:
            return
        self.hidden = float(self.score[:gone].max(initial=self.hidden))
        for column in fields(self):
            if column.name != "hidden":
                setattr(self, column.name, getattr(self, column.name)[gone:])
        self.parent = np.maximum(self.parent - gone, -1)
        self.linked = self.linked & (self.parent >= 0)

    def best(self) -> int:
        """Row of the candidate that ends the best path; -1 where that path ended before."""
        return int(self.score.argmax()) if self.score.max(initial=NEVER) > self.hidden else -1

    def best_path(self) -> list[Sighting]:
        """Follow the predecessors back from the candidate of the highest score."""
        row = self.best()
        path: list[Sighting] = []
        while row >= 0:
            frame, parent = int(self.frame[row]), int(self.parent[row])
            follows = int(self.frame[parent]) if self.linked[row] else None
            box, confidence = self.boxes[row, :4], float(self.boxes[row, 4])
            path.append(Sighting(frame, box, confidence, int(self.row[row]), follows))
            row = parent
        return path[::-1]


def _at_a_head(centres: Float64, people: Float64) -> Bools:
    """Which centres (m, 2) lie in the top sixth of a person's box (n, 4): (m,)."""
    x, y = centres[:, :1], centres[:, 1:]
    top, height = people[:, 1], people[:, 3] - people[:, 1]
    inside = (x > people[:, 0]) & (x < people[:, 2]) & (y > top) & (y < top + height / 6)
    return np.asarray(inside.any(axis=1))
