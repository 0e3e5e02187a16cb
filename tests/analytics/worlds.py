"""Small worlds in metres: who runs where, and who has the ball."""

import numpy as np

from touchline.analytics import Sightings
from touchline.frame import ClassId

FPS = 25.0
BALL = 99


def walk(place, *, number=1, times=None, team=0, kind=ClassId.PLAYER, error=0.05, noise=0.0):
    """Somebody whose place at time t is ``place(t)``, seen in every frame."""
    times = np.arange(0, 4, 1 / FPS) if times is None else times
    n = len(times)
    places = np.array([place(t) for t in times], float)
    places += np.random.default_rng(abs(number)).normal(0, noise or 1e-9, (n, 2))
    return Sightings(
        np.round(times * FPS).astype(np.int64),
        times,
        np.zeros(n, np.int64),
        np.full(n, number),
        np.full(n, int(kind)),
        np.full(n, team),
        np.ones(n),
        places,
        np.full((n, 2), error),
    )


def passing(*, other_team=0):
    """Two people who stand 15 m apart; the ball goes from the first to the second at second 2."""
    feet = np.array([[0.0, 0.4], [15.0, 0.4]])

    def ball(t):
        share = np.clip((t - 2.0) / 1.0, 0, 1)
        return feet[0] + share * (feet[1] - feet[0])

    return [
        walk(lambda t: (0.0, 0.0), number=1, times=np.arange(0, 5, 1 / FPS)),
        walk(lambda t: (15.0, 0.0), number=2, team=other_team, times=np.arange(0, 5, 1 / FPS)),
        walk(lambda t: (30.0, 20.0), number=3, team=1, times=np.arange(0, 5, 1 / FPS)),
        walk(ball, number=BALL, kind=ClassId.BALL, team=-1, times=np.arange(0, 5, 1 / FPS)),
    ]
