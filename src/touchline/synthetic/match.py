"""A whole synthetic match clip, frame by frame, and single frames from chance cameras."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from touchline.errors import UsageError
from touchline.frame import Frame
from touchline.pitch import PitchDimensions
from touchline.synthetic.camera import Camera
from touchline.synthetic.direction import Take, chance_camera, close_up, main_camera
from touchline.synthetic.lens import Grain
from touchline.synthetic.looks import random_look
from touchline.synthetic.play import Moment, Play
from touchline.synthetic.scene import CameraView, Scene
from touchline.synthetic.truth import Truth

_STEP = 0.04
"""Longest step of the simulation in seconds."""
_WARM_UP = 3.0
_GRAIN = 2.2
_CLOSE_UP_BLUR = 0.002
"""Blur behind the people in a close-up, as a share of the width."""


class SyntheticMatch:
    """A clip of a match that never was, with exact labels.

    Iterating gives ``(Frame, Truth)`` pairs, painted one at a time; each iteration starts anew and
    gives the same frames. The same arguments give the same pictures.
    """

    def __init__(
        self,
        seed: int = 7,
        *,
        seconds: float = 8.0,
        fps: float = 25.0,
        size: tuple[int, int] = (1280, 720),
        close_up: tuple[float, float] | None = (0.6, 0.78),
    ) -> None:
        """Choose a clip.

        Args:
            seed: Chooses teams, stadium, light and play.
            seconds: Length of the clip.
            fps: Frames per second.
            size: Width and height in pixels, even numbers of at least 64.
            close_up: When the close-up starts and ends, as shares of the clip: a cut at both
                (shots 0, 1, 2); None for a single shot of the main camera.

        Raises:
            UsageError: a length, rate, size or close-up that cannot be filmed.
        """
        _check(seconds, fps, size, close_up)
        self._seed, self._fps, self._size = seed, fps, size
        self._n_frames = max(1, round(seconds * fps))
        self._cuts = tuple(round(share * self._n_frames) for share in close_up or ())
        look = random_look(np.random.default_rng([seed, 0]))
        self._scene = Scene(look, PitchDimensions())

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self._fps

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._size

    @staticmethod
    def _new_play(rng: np.random.Generator) -> Play:
        return Play(rng)

    def __len__(self) -> int:
        return self._n_frames

    def __iter__(self) -> Iterator[tuple[Frame, Truth]]:
        rng = np.random.default_rng([self._seed, 1])
        grain = Grain(self._size, rng, _GRAIN)
        play = self._new_play(rng)
        interval = 1 / self._fps
        before: Camera | None = None
        shot = -1
        moment = _advance(play, _WARM_UP)
        for index in range(self._n_frames):
            if shot != (now := sum(index >= cut for cut in self._cuts)):
                shot, before = now, None
                filming = self._shot(shot, moment)
            moment = _advance(play, interval)
            camera = filming.film(moment, interval)
            view = CameraView(
                camera=camera,
                before=before or camera,
                interval=interval,
                index=index,
                shot=shot,
                depth_blur=_CLOSE_UP_BLUR * self._size[0] * (shot % 2),
                clock=index * interval,
            )
            image, truth = self._scene.film(moment, view)
            before = camera
            yield Frame(index, index * interval, grain.add(image, rng)), truth

    def _shot(self, shot: int, moment: Moment) -> Take:
        # Odd shots are close-ups; the main camera stands where it stood before.
        if shot % 2:
            rng = np.random.default_rng([self._seed, 2, shot])
            return Take(close_up(self._size, moment, rng), moment, quickness=5.0, seed=shot)
        rng = np.random.default_rng([self._seed, 3])
        return Take(main_camera(self._size, rng), moment, quickness=2.2, seed=shot)

    @staticmethod
    def random_frame(
        rng: np.random.Generator, *, size: tuple[int, int] = (1280, 720)
    ) -> tuple[Frame, Truth]:
        """One frame of a new match in a new stadium, through a camera drawn at random.

        Args:
            rng: Where the chance comes from.
            size: Width and height in pixels.

        Returns:
            The frame (index 0, time 0) and its truth.
        """
        _check(1.0, 25.0, size, None)
        moment = _advance(Play(rng), float(rng.uniform(1, 12)))
        camera = chance_camera(size, moment, rng)
        before = replace(camera, pan=camera.pan + float(rng.normal(0, 4)) / camera.focal)
        clock = float(rng.uniform(0, 2400)) if rng.random() < 0.6 else None
        view = CameraView(camera, before, 0.04, int(rng.integers(100)), 0, 0.0, clock)
        image, truth = Scene(random_look(rng), PitchDimensions()).film(moment, view)
        grain = Grain(size, rng, float(rng.uniform(0.5, 5)))
        return Frame(0, 0.0, grain.add(image, rng)), truth


def _advance(play: Play, seconds: float) -> Moment:
    steps = int(np.ceil(seconds / _STEP - 1e-9))
    for _ in range(steps - 1):
        play.step(seconds / steps)
    return play.step(seconds / steps)


def _check(
    seconds: float, fps: float, size: tuple[int, int], close_up: tuple[float, float] | None
) -> None:
    if seconds <= 0 or fps <= 0:
        raise UsageError(f"a clip needs seconds and fps above 0, not {seconds} and {fps}")
    if min(size) < 64 or size[0] % 2 or size[1] % 2:
        raise UsageError(f"a picture needs even sides of at least 64 pixels, not {size}")
    if close_up is not None and not 0 < close_up[0] < close_up[1] <= 1:
        raise UsageError(f"a close-up needs two shares 0 < start < end <= 1, not {close_up}")
