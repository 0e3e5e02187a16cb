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
class _FrameCheck:
    """What was found in a frame; ``image`` after JPEG, where CLIP is to see it."""

    score: float
    lines: list[tuple[int, int, int, int]]
    image: Image | None


@dataclass(frozen=True, slots=True, eq=False)
class _CheckedClip:
    """A clip, its size (width, height), and what was found in each frame."""

    video: str
    size: tuple[int, int]
    checks: Sequence[_FrameCheck]


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
    """Score several answers to one clip, whose frames are checked once; see ``score_clip``."""
    clip = _check_clip([response for response, _ in answers], video, judge)
    return [_score(response, terms, clip, judge) for response, terms in answers]


def _score(response: Response, terms: Terms, clip: _CheckedClip, judge: Judge) -> ClipScore:
    chosen = select_frames([check.score for check in clip.checks], seed=terms.seed)
    keypoints = _score_keypoints(response, chosen, clip)
    boxes = _score_boxes(response, clip.video, chosen.box_frames, judge)
    frames = _frame_scores(clip.checks, chosen, boxes, keypoints)
    scores = [each.boxes.score for each in frames if each.boxes is not None]
    box = clip_box_score(scores, selected=len(boxes)) if boxes else None
    points = None if keypoints is None else keypoints.reported_score
    speed = _speed(response, terms, box)
    found = [
        *box_losses(frames, response.objects, clip.size),
        *([] if keypoints is None else keypoint_losses(keypoints)),
        *speed_losses(speed, box),
    ]
    return ClipScore(
        predictions=response.path,
        video=clip.video,
        size=clip.size,
        scorer=judge.name,
        is_validators=judge.is_validators,
        skipped=chosen.skipped,
        box=box,
        keypoints=keypoints,
        speed=speed,
        quality=None if box is None or points is None else quality_score(box, points),
        final=None
        if box is None or points is None or speed.score is None
        else final_score(box, points, speed.score),
        frames=frames,
        losses=tuple(sorted(found, key=lambda loss: -loss.gain)),
    )


def _check_clip(
    responses: Sequence[Response], video: str | os.PathLike[str], judge: Judge
) -> _CheckedClip:
    """Size of the clip, and what is in each frame, up to the first that nobody answers."""
    longest = max(map(len, responses))
    with VideoReader(video) as reader:
        size = reader.info.width, reader.info.height
        for response in responses:
            require_size(response, size)
        images = (frame.image for frame in islice(reader, longest + 1))
        checks = list(_after_clip(_check_frames(images, judge), judge))
    for response in responses:
        require_length(response, len(checks), os.fspath(video))
    return _CheckedClip(os.fspath(video), size, checks)


def _check_frames(images: Iterable[Image], judge: Judge) -> Iterator[_FrameCheck]:
    """Check each frame, on all cores: OpenCV lets other threads run."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        waiting: deque[Future[_FrameCheck]] = deque()
        for image in images:
            waiting.append(pool.submit(_check_frame, image, for_clip=judge.frames is not None))
            if len(waiting) >= AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _check_frame(image: Image, *, for_clip: bool) -> _FrameCheck:
    """Pitch score of a frame as the validator gets it, lines of the frame as it is."""
    seen = through_jpeg(image)
    score = pitch_frame_score(seen)
    may_count = is_doubtful(score) if for_clip else score == 1
    return _FrameCheck(
        score,
        pitch_lines(image) if may_count else [],
        seen if for_clip and is_doubtful(score) else None,
    )


def _after_clip(checks: Iterable[_FrameCheck], judge: Judge) -> Iterator[_FrameCheck]:
    """The same after CLIP has seen the doubtful frames, a batch at a time."""
    rest = iter(checks)
    while batch := list(islice(rest, AT_ONCE)):
        images = [check.image for check in batch if check.image is not None]
        scorer = judge.frames
        pitch = iter([] if scorer is None else pitch_probability(images, scorer=scorer).tolist())
        for check in batch:
            asked = None if check.image is None else next(pitch)
            score = checked_score(check.score, pitch=asked)
            yield replace(check, score=score, lines=check.lines if score == 1 else [], image=None)


def _score_keypoints(
    response: Response, chosen: Selection, clip: _CheckedClip
) -> KeypointScore | None:
    if not chosen.keypoint_frames:
        return None
    return keypoint_score(
        response.selected(chosen.keypoint_frames),
        width=clip.size[0],
        height=clip.size[1],
        frames_to_validate=chosen.keypoint_frames,
        pitch_lines={str(frame): clip.checks[frame].lines for frame in chosen.keypoint_frames},
    )


def _score_boxes(
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


def _frame_scores(
    checks: Sequence[_FrameCheck],
    chosen: Selection,
    boxes: dict[int, FrameBoxScore | str | None],
    keypoints: KeypointScore | None,
) -> tuple[FrameScore, ...]:
    told = {} if keypoints is None else {each.frame: each for each in keypoints.frames}
    drawn = set(chosen.box_frames)
    return tuple(
        FrameScore(
            frame=frame,
            pitch=check.score,
            drawn=frame in drawn,
            boxes=found if isinstance(found := boxes.get(frame), FrameBoxScore) else None,
            failed=found if isinstance(found, str) else None,
            keypoints=told.get(frame),
        )
        for frame, check in enumerate(checks)
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
