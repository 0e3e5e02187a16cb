"""What a validator would pay for an answer, frame by frame, and why: ``touchline score``."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

from touchline.arrays import Image
from touchline.errors import UsageError
from touchline.frame import Frame
from touchline.scorevision.report import (
    ClipScore,
    FrameScore,
    Judge,
    Loss,
    Speed,
    box_losses,
    keypoint_losses,
    speed_losses,
)
from touchline.scorevision.response import Response, require_length, require_size
from touchline.scorevision.scoring import (
    MIN_BOX_SCORE,
    FrameBoxScore,
    KeypointScore,
    Selection,
    checked_score,
    clip_box_score,
    fastest_time,
    final_score,
    is_doubtful,
    keypoint_score,
    pitch_frame_score,
    pitch_lines,
    pitch_probability,
    quality_score,
    score_frame_boxes,
    select_frames,
    speed_score,
    through_jpeg,
)
from touchline.video import VideoReader

AT_ONCE = 16
"""Frames that are shown to CLIP, or held while their lines are sought."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a challenge is not in its answer.

    Attributes:
        elapsed: Seconds from request to answer; None takes what the answer says of itself.
        others: Seconds of the other miners, all of whom are taken to have a box score above 0.2.
        seed: For drawing the frames that boxes are scored on; a validator draws anew each time.
    """

    elapsed: float | None = None
    others: tuple[float, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """What was found in a frame; ``image`` after JPEG, where CLIP is to see it."""

    score: float
    lines: list[tuple[int, int, int, int]]
    image: Image | None


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """A clip, its size (width, height), and what was found in each frame."""

    video: str
    size: tuple[int, int]
    looks: Sequence[_Look]


def score_clip(
    response: Response,
    video: str | os.PathLike[str],
    *,
    judge: Judge,
    terms: Terms | None = None,
) -> ClipScore:
    """Score an answer as a validator does.

    The clip is read twice and never held: once for the pitch scores and lines of all frames, once
    for the frames drawn for boxes.

    Args:
        response: The answer.
        video: Its clip: a file, or a folder of images.
        judge: Who compares image and text.
        terms: Times and seed; None is one's own pace and seed 0.

    Raises:
        InputError: The video cannot be read, or the answer is not one to this video.
        ModelError: The scorer failed; that is never a score of 0.
        UsageError: A time of ``terms`` is negative or not finite.
    """
    return score_clips([(response, terms or Terms())], video, judge=judge)[0]


def score_clips(
    answers: Sequence[tuple[Response, Terms]], video: str | os.PathLike[str], *, judge: Judge
) -> list[ClipScore]:
    """Score several answers to one clip, whose frames are looked at once; see ``score_clip``."""
    looked = _look_at_all([response for response, _ in answers], video, judge)
    return [_score(response, terms, looked, judge) for response, terms in answers]


def _score(response: Response, terms: Terms, looked: _Looked, judge: Judge) -> ClipScore:
    chosen = select_frames([look.score for look in looked.looks], seed=terms.seed)
    keypoints = _keypoints(response, chosen, looked)
    boxes = _boxes(response, looked.video, chosen.box_frames, judge)
    frames = _frames(looked.looks, chosen, boxes, keypoints)
    scores = [each.boxes.score for each in frames if each.boxes is not None]
    box = clip_box_score(scores, selected=len(boxes)) if boxes else None
    speed = _speed(response, terms, box)
    found = [
        *box_losses(frames, response.objects, looked.size),
        *_other_losses(keypoints, speed, box),
    ]
    return ClipScore(
        predictions=response.path,
        video=looked.video,
        size=looked.size,
        scorer=judge.name,
        is_validators=judge.is_validators,
        skipped=chosen.skipped,
        box=box,
        keypoints=keypoints,
        speed=speed,
        quality=_quality(box, keypoints),
        final=_final(box, keypoints, speed),
        frames=frames,
        losses=tuple(sorted(found, key=lambda loss: -loss.gain)),
    )


def _look_at_all(
    responses: Sequence[Response], video: str | os.PathLike[str], judge: Judge
) -> _Looked:
    """Size of the clip, and what is in each frame, up to the first that nobody answers."""
    longest = max(map(len, responses))
    with VideoReader(video) as reader:
        size = reader.info.width, reader.info.height
        for response in responses:
            require_size(response, size)
        images = (frame.image for frame in islice(reader, longest + 1))
        looks = list(_checked(_looks(images, judge), judge))
    for response in responses:
        require_length(response, len(looks), os.fspath(video))
    return _Looked(os.fspath(video), size, looks)


def _looks(images: Iterable[Image], judge: Judge) -> Iterator[_Look]:
    """Look at each picture, on all cores: OpenCV lets other threads run."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        waiting: deque[Future[_Look]] = deque()
        for image in images:
            waiting.append(pool.submit(_look, image, for_clip=judge.frames is not None))
            if len(waiting) >= AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _look(image: Image, *, for_clip: bool) -> _Look:
    """Pitch score of a frame as the validator gets it, lines of the frame as it is."""
    seen = through_jpeg(image)
    score = pitch_frame_score(seen)
    may_count = is_doubtful(score) if for_clip else score == 1
    return _Look(
        score,
        pitch_lines(image) if may_count else [],
        seen if for_clip and is_doubtful(score) else None,
    )


def _checked(looks: Iterable[_Look], judge: Judge) -> Iterator[_Look]:
    """The looks after CLIP's check, a batch at a time."""
    rest = iter(looks)
    while batch := list(islice(rest, AT_ONCE)):
        images = [look.image for look in batch if look.image is not None]
        pitch = iter(_pitch(images, judge))
        for look in batch:
            asked = None if look.image is None else next(pitch)
            score = checked_score(look.score, pitch=asked)
            yield replace(look, score=score, lines=look.lines if score == 1 else [], image=None)


def _pitch(images: list[Image], judge: Judge) -> list[float]:
    if judge.frames is None:
        return []
    probability: list[float] = pitch_probability(images, scorer=judge.frames).tolist()
    return probability


def _keypoints(response: Response, chosen: Selection, looked: _Looked) -> KeypointScore | None:
    if not chosen.keypoint_frames:
        return None
    return keypoint_score(
        response.selected(chosen.keypoint_frames),
        width=looked.size[0],
        height=looked.size[1],
        frames_to_validate=chosen.keypoint_frames,
        pitch_lines={str(frame): looked.looks[frame].lines for frame in chosen.keypoint_frames},
    )


def _boxes(
    response: Response, video: str, drawn: Sequence[int], judge: Judge
) -> dict[int, FrameBoxScore | str | None]:
    """Of each frame drawn its box score, or why the validator breaks over it, or None."""
    found: dict[int, FrameBoxScore | str | None] = {}
    if not drawn:
        return found
    wanted = set(drawn)
    with VideoReader(video) as reader:
        for frame in islice(reader, max(wanted) + 1):
            if frame.index in wanted:
                found[frame.index] = _frame_boxes(response, frame, judge)
    return found


def _frame_boxes(response: Response, frame: Frame, judge: Judge) -> FrameBoxScore | str | None:
    objects = response.objects(frame.index)
    if not objects:
        return None
    try:
        scorer = judge.of_frame(frame.image, objects)
        return score_frame_boxes(frame.image, objects, scorer=scorer, frame=frame.index)
    except UsageError as error:
        # The answer was read before and the scorer raises no such error: a box without a pixel.
        return str(error)


def _frames(
    looks: Sequence[_Look],
    chosen: Selection,
    boxes: dict[int, FrameBoxScore | str | None],
    keypoints: KeypointScore | None,
) -> tuple[FrameScore, ...]:
    told = {} if keypoints is None else {each.frame: each for each in keypoints.frames}
    drawn = set(chosen.box_frames)
    return tuple(
        FrameScore(
            frame=frame,
            pitch=look.score,
            drawn=frame in drawn,
            boxes=found if isinstance(found := boxes.get(frame), FrameBoxScore) else None,
            failed=found if isinstance(found, str) else None,
            keypoints=told.get(frame),
        )
        for frame, look in enumerate(looks)
    )


def _speed(response: Response, terms: Terms, box: float | None) -> Speed:
    own = response.seconds if terms.elapsed is None else terms.elapsed
    by = None if own is None else "the miner" if terms.elapsed is None else "given"
    times = [*terms.others] if own is None else [*terms.others, own]
    # Of the others' boxes nothing is known, and one's own sets no pace where it is not paid.
    scores = [1.0] * len(terms.others) + [0.0 if box is None else box] * (own is not None)
    fastest = fastest_time(times, scores)
    raw = None if own is None else speed_score(own, fastest=own if fastest is None else fastest)
    paid = raw if box is not None and box > MIN_BOX_SCORE else 0.0
    return Speed(
        seconds=own,
        measured_by=by,
        fastest=fastest,
        others=len(terms.others),
        raw=raw,
        score=None if raw is None else paid,
    )


def _other_losses(keypoints: KeypointScore | None, speed: Speed, box: float | None) -> list[Loss]:
    lost = [] if keypoints is None else keypoint_losses(keypoints)
    return lost + speed_losses(speed, box)


def _quality(box: float | None, keypoints: KeypointScore | None) -> float | None:
    if box is None or keypoints is None:
        return None
    return quality_score(box, keypoints.reported_score)


def _final(box: float | None, keypoints: KeypointScore | None, speed: Speed) -> float | None:
    if box is None or keypoints is None or speed.score is None:
        return None
    return final_score(box, keypoints.reported_score, speed.score)
