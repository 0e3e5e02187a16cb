"""What the keypoint score of a clip is made of, and what each frame adds to it."""

from dataclasses import dataclass

from touchline.scorevision.scoring.frame_fit import DroppedPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFit:
    """What a frame with a homography earns without regard to other frames.

    Attributes:
        outliers: Vertices (0 to 31) of points that count but do not fit the homography.
        inlier_ratio: 0 to 1, of the points that count.
        reprojection_error: Mean over them, outliers too, in units of the scaled template.
        keypoint_score: ``(min(100, 100 inliers) + max(0, 100 - error)) / 2``, 0 to 100.
        on_line: 0 to 1.
        inside: 0 to 1.
        scale: 0 to 1.5.
    """

    outliers: tuple[int, ...]
    inlier_ratio: float
    reprojection_error: float
    keypoint_score: float
    on_line: float
    inside: float
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameKeypoints:
    """What one frame adds to the keypoint score, and why.

    Attributes:
        frame: Its number.
        points: How many points count.
        dropped: Vertex (0 to 31) and reason of each point that is there and does not count.
        fit: None without a homography: then the frame is in no mean but that of consistency.
        segment: From 0; a new one begins after the frame of a cut.
        stability: Of its segment, 0 to 1.
        plausibility: Of its segment, 0 to 1.
        consistency: With the frame before it in its run, 0 to 1; None where it is not validated.
    """

    frame: int
    points: int
    dropped: tuple[tuple[int, DroppedPoint], ...]
    fit: FrameFit | None
    segment: int
    stability: float
    plausibility: float
    consistency: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeypointScore:
    """The keypoint score of a clip and its parts, named as the validator names them.

    All means are over the frames with a homography, and 0 without any.

    Attributes:
        valid_frames: How many frames have a homography.
        avg_inlier_ratio: 0 to 1.
        avg_reprojection_error: Units of the scaled template; None without a frame.
        avg_keypoint_score: 0 to 100.
        player_score: 0 to 100, how still players keep; over all frames.
        transitions: Numbers of the frames at which the scene is cut; a list, as the validator has.
        avg_keypoint_stability: 0 to 1.
        avg_player_plausibility: 0 to 1.
        mean_on_line: 0 to 1.
        mean_inside: 0 to 1.
        mean_scale: 0 to 1, though single frames reach 1.5.
        scale_valid: 0 to 1, whether enough frames have a homography.
        scene_consistency: 0 to 1, over the validated frames.
        final_score: 0 to 100.
        reported_score: ``final_score / 100``, half of the quality.
        frames: What each frame adds, by number.
    """

    valid_frames: int
    avg_inlier_ratio: float
    avg_reprojection_error: float | None
    avg_keypoint_score: float
    player_score: float
    transitions: list[int]
    avg_keypoint_stability: float
    avg_player_plausibility: float
    mean_on_line: float
    mean_inside: float
    mean_scale: float
    scale_valid: float
    scene_consistency: float
    final_score: float
    reported_score: float
    frames: tuple[FrameKeypoints, ...]
