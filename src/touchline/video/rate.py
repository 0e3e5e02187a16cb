"""How fast frames really come: by their own times, where the container claims something else."""

from collections.abc import Sequence

import numpy as np

FITS = 0.05
"""Share by which a claimed rate may differ from that of the times and still be believed."""
FASTEST = 1000.0
"""Frames a second; what comes faster is an error of a clock."""
_USUAL = (0.4, 1.6)
"""Steps, in medians, that are a frame long: without pauses, frames left out, and double stamps."""
_KNOWN = 0.4
"""Share of the packets that must have a time: of two fields of a picture only one may have."""
EVEN = 0.1
"""Share of a frame by which the step to the next one may differ from one and count as one."""
_ROUNDING = 0.00105
"""Seconds by which containers that count milliseconds may alter a step."""
_WHOLE = 0.02
"""Frames by which a place may miss a whole number and count as it."""


def measured_rate(seconds: Sequence[float | None], claimed: float | None) -> float | None:
    """The rate to go by: the claimed one where the times fit it, else that of the times.

    Args:
        seconds: Time stamps in any order, None where there is none.
        claimed: Frames a second by the container, None where it does not say.

    Returns:
        Frames a second, at most ``FASTEST``; None where neither says anything.
    """
    claim = min(claimed, FASTEST) if claimed else None
    stamps = np.unique([each for each in seconds if each is not None])
    if len(stamps) < 2 or len(stamps) < _KNOWN * len(seconds):
        return claim
    steps = np.diff(stamps)
    median = float(np.median(steps))
    usual = steps[(steps > _USUAL[0] * median) & (steps < _USUAL[1] * median)]
    mean = float(usual.mean())
    if claimed and any(abs(claimed * step - 1) <= FITS for step in (mean, median)):
        return claimed
    return min(1 / mean, FASTEST)


class Beats:
    """Gives each frame its place in time, counted in frames of the rate.

    Where frames come evenly these are the whole numbers 0, 1, 2, ... whatever the rounding of the
    container; a pause of a second is as many beats as a second has, and frames twice as dense as
    the rate says are half a beat apart. So what counts beats keeps to the clock.

    Args:
        rate: Frames a second.

    Attributes:
        uneven: Frames so far that did not come one beat after the one before.
        longest: Seconds between two frames at most.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._slack = max(EVEN, _ROUNDING * rate)
        self._time: float | None = None
        self._beat = 0.0
        self.uneven = 0
        self.longest = 0.0

    def of(self, time: float) -> float:
        """The place of the next frame, given its time in seconds, which grows."""
        if self._time is not None:
            seconds = max(time - self._time, 1 / FASTEST)
            self._beat = self._after(seconds * self._rate)
            self.longest = max(self.longest, seconds)
        self._time = time
        return self._beat

    def _after(self, step: float) -> float:
        if abs(step - 1) <= self._slack:
            return self._beat + 1
        self.uneven += 1
        place = self._beat + step
        return float(round(place)) if abs(place - round(place)) <= _WHOLE else place


def rate_note(rate: float, claimed: float | None, beats: Beats, frames: int) -> str | None:
    """One sentence where frames do not come as the container claims, or None.

    Args:
        rate: Frames a second that was gone by.
        claimed: What the container claims where the times differ.
        beats: Of all frames.
        frames: Their number.
    """
    clauses = []
    if claimed is not None:
        clauses.append(f"the file claims {claimed:.6g} frames a second, but has {rate:.4g}")
    if beats.uneven > max(2.0, 0.02 * frames):
        clauses.append(f"{beats.uneven} of {frames} frames do not come evenly")
    if beats.longest > max(1.0, 2.5 / rate):
        clauses.append(f"one frame stands for {beats.longest:.1f} s")
    return "; ".join(clauses) + ": the times of the frames were followed" if clauses else None
