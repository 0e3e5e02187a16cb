"""What answers to one clip would have earned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from touchline.errors import InputError
from touchline.scorevision.report import ClipScore, Judge
from touchline.scorevision.response import Response, read_response, require_length, require_size
from touchline.scorevision.score import Terms, score_clips
from touchline.video import VideoReader

TOGETHER = 8
"""So many answers are held at once; the clip is looked at once for all of them."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer: what it is called, the file that it lies in, and the seconds that it took."""

    name: str
    file: Path
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """What answers are scored by.

    Attributes:
        video: The clip.
        judge: Who compares image and text.
        others: Seconds of the other miners.
        seed: Draws the frames whose boxes are scored.
    """

    video: Path
    judge: Judge
    others: tuple[float, ...] = ()
    seed: int = 0

    def score(self, answers: Sequence[Sent]) -> Iterator[ClipScore | str]:
        """Of each answer its score, or why it has none; a few answers are held at once.

        Raises:
            InputError: The clip cannot be read.
            ModelError: The scorer failed.
        """
        with VideoReader(self.video) as reader:
            size = reader.info.width, reader.info.height
            frames = sum(1 for _ in reader)
        for start in range(0, len(answers), TOGETHER):
            group = answers[start : start + TOGETHER]
            read = [_read(sent, size, frames) for sent in group]
            yield from self._scored(group, read)

    def _scored(
        self, group: Sequence[Sent], read: Sequence[Response | str]
    ) -> list[ClipScore | str]:
        good = [
            (answer, Terms(sent.seconds, self.others, self.seed))
            for sent, answer in zip(group, read, strict=True)
            if isinstance(answer, Response)
        ]
        scores = iter(score_clips(good, self.video, judge=self.judge) if good else ())
        return [answer if isinstance(answer, str) else next(scores) for answer in read]


def _read(sent: Sent, size: tuple[int, int], frames: int) -> Response | str:
    """The answer, or in words why it is none to this clip."""
    try:
        response = read_response(sent.file)
        require_size(response, size)
        require_length(response, frames, "the video")
    except InputError as error:
        return str(error).removeprefix(f"{sent.file}: ")
    return replace(response, path=sent.name)
