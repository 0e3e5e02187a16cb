"""Who films what: the main camera that follows the ball, the close-up, and chance cameras."""

import math
from collections.abc import Callable

import numpy as np

from touchline.synthetic.camera import Camera, Operator, look_at
from touchline.synthetic.play import Moment

Aim = Callable[[Moment], Camera]

_BODY = 1.8


class Take:
    """One camera and its operator, from a cut to the next."""

    def __init__(self, aim: Aim, first: Moment, *, quickness: float, seed: int) -> None:
        self._aim = aim
        self._operator = Operator(aim(first), quickness=quickness, seed=seed)

    def film(self, moment: Moment, seconds: float) -> Camera:
        """The camera as it stands ``seconds`` after the last call."""
        return self._operator.follow(self._aim(moment), seconds)


def main_camera(size: tuple[int, int], rng: np.random.Generator) -> Aim:
    """High on the main stand at the halfway line; people are about 63 pixels high at 1280."""
    position = (float(rng.uniform(-3, 3)), float(rng.uniform(-90, -84)), float(rng.uniform(18, 23)))
    tall = rng.uniform(58, 68) * size[0] / 1280

    def aim(moment: Moment) -> Camera:
        x, y = moment.ball[:2]
        target = (float(np.clip(0.92 * x, -40, 40)), float(0.5 * y + 1.0), 0.0)
        far = math.dist(position, target)
        return look_at(position, target, focal=tall / _BODY * far, size=size)

    return aim


def close_up(size: tuple[int, int], first: Moment, rng: np.random.Generator) -> Aim:
    """From beside the pitch at whoever is nearest to the ball; fills the picture."""
    gaps = np.linalg.norm(first.position[:22] - first.ball[:2], axis=1)
    star = int(np.argmin(gaps))
    x = float(np.clip(first.position[star, 0] + rng.uniform(-12, 12), -50, 50))
    position = (x, -47.0, 2.4)
    tall = rng.uniform(0.55, 0.7) * size[1]

    def aim(moment: Moment) -> Camera:
        target = (float(moment.position[star, 0]), float(moment.position[star, 1]), 0.95)
        far = math.dist(position, target)
        return look_at(position, target, focal=tall / _BODY * far, size=size)

    return aim


def chance_camera(size: tuple[int, int], moment: Moment, rng: np.random.Generator) -> Camera:
    """Any broadcast camera: mostly from the main stand, at times from a corner or a goal's end.

    The pitch is the same after half a turn, so cameras on the opposite stand are left out: a frame
    from there has the same points with the same names.
    """
    turn = math.radians(float(rng.choice([rng.normal(0, 14), rng.uniform(-75, 75)], p=[0.7, 0.3])))
    away, height = float(rng.uniform(60, 115)), float(rng.uniform(8, 38))
    position = (away * math.sin(turn), -away * math.cos(turn), height)
    reach = np.array([50.0, 30.0])
    near_ball = np.clip(rng.normal(moment.ball[:2], 8), -reach, reach)
    middle = near_ball if rng.random() < 0.5 else rng.uniform(-reach, reach)
    target = (float(middle[0]), float(middle[1]), 0.0)
    far = math.dist(position, target)
    tall = math.exp(rng.uniform(math.log(32), math.log(130))) * size[0] / 1280
    roll = math.radians(float(np.clip(rng.normal(0, 0.6), -2, 2)))
    return look_at(position, target, focal=tall / _BODY * far, size=size, roll=roll)
