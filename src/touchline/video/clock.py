"""Presentation times that always grow, whatever the container claims."""

from fractions import Fraction


class Clock:
    """Turns the time stamps of a stream into seconds from its first frame.

    Missing stamps advance by one average frame. A stamp that does not grow is moved a half frame
    behind its predecessor, so that the true times are reached again; a jump back by more than
    ``RESET`` is the seam of two recordings, after which time goes on from the last frame.
    """

    RESET = 1.0
    """Seconds: the longest disorder that is not a seam."""

    def __init__(self, period: float, time_base: Fraction | None) -> None:
        self._period = period
        self._time_base = time_base
        self._offset: float | None = None
        self._last = -period

    def tick(self, stamp: int | None) -> float:
        """Time of the next frame, in seconds, given its time stamp in units of the time base."""
        self._last = self._next(stamp)
        return self._last

    def _next(self, stamp: int | None) -> float:
        following = self._last + self._period
        if stamp is None or self._time_base is None:
            return following
        claimed = float(stamp * self._time_base)
        if self._offset is None or claimed + self._offset < self._last - self.RESET:
            self._offset = following - claimed
        time = claimed + self._offset
        return time if time > self._last else self._last + self._period / 2
