"""One challenge from its video's address to its answer."""

import time

from touchline.scorevision.wire import Challenge, write_answer
from touchline.service.web import VideoHandler


class ChallengeHandler(VideoHandler):
    """Answers challenges, as many at once as there are workers."""

    __slots__ = ()

    async def answer(self, challenge: Challenge, *, received: float) -> bytes:
        """The answer to a challenge, as JSON; raises what ``analysed`` does.

        Args:
            challenge: What is asked.
            received: When it came, by ``time.perf_counter``.
        """
        answered = await self.analysed(
            challenge.video_url, name=challenge.challenge_id, received=received
        )
        return write_answer(
            challenge.challenge_id,
            answered.frames,
            seconds=time.perf_counter() - received,
            skipped=answered.report.skipped,
        )
