"""Parts of the overlay as annotators, to be mixed with those of supervision.

As there, ``annotate`` draws on the scene that it is given and returns it; hand in a copy to keep
the picture. Detections are those of ``FrameState.objects``, or of somebody else with the same
``class_id`` (0 ball, 1 goalkeeper, 2 player, 3 referee) and, for the radar, metres on the pitch in
``data["position"]`` (n, 2).
"""

import cv2
import numpy as np
import supervision as sv

from touchline.arrays import Image, require_pictures
from touchline.errors import require_number
from touchline.frame import FrameState, Objects, PitchState, no_pitch
from touchline.outputs.drawing.ball import Trail, draw_balls, draw_trail
from touchline.outputs.drawing.ground import draw_keypoints, draw_lines
from touchline.outputs.drawing.radar import draw_radar
from touchline.outputs.drawing.style import SOFT, Style
from touchline.pitch import PitchDimensions


class RadarAnnotator:
    """Draws who stands where, from above, into the lower right corner.

    Args:
        dimensions: Of the pitch; 105 x 68 m unless told.
    """

    def __init__(self, dimensions: PitchDimensions | None = None) -> None:
        self._dimensions = dimensions or PitchDimensions()

    def annotate(
        self, scene: Image, detections: sv.Detections, *, pitch: PitchState | None = None
    ) -> Image:
        """Draw on ``scene``, uint8 (H, W, 3) BGR; with a pitch also what the camera sees of it.

        Raises:
            UsageError: The scene is no such picture.
        """
        require_pictures([scene], noun="scene")
        state = FrameState(0, 0.0, 0, detections, pitch or no_pitch())
        draw_radar(scene, state, self._dimensions, Style.for_height(scene.shape[0]))
        return scene


class PitchAnnotator:
    """Draws the lines of the pitch where the homography says, and its keypoints.

    Args:
        dimensions: Of the pitch; 105 x 68 m unless told.
    """

    def __init__(self, dimensions: PitchDimensions | None = None) -> None:
        self._dimensions = dimensions or PitchDimensions()

    def annotate(
        self,
        scene: Image,
        detections: sv.Detections | None = None,
        *,
        pitch: PitchState | None = None,
    ) -> Image:
        """Draw on ``scene``, uint8 (H, W, 3) BGR; without a pitch nothing. Detections are not used.

        Raises:
            UsageError: The scene is no such picture.
        """
        require_pictures([scene], noun="scene")
        if pitch is None:
            return scene
        style, soft = Style.for_height(scene.shape[0]), scene.copy()
        draw_lines(soft, pitch, self._dimensions, style)
        np.copyto(scene, np.asarray(cv2.addWeighted(soft, SOFT, scene, 1 - SOFT, 0.0)))
        draw_keypoints(scene, pitch, style)
        return scene


class BallTrailAnnotator:
    """Draws the ball, and where it was in the frames before; each call is the next frame.

    Args:
        seconds: How long a place is remembered.
        fps: Frames a second.

    Raises:
        UsageError: One of them is not above 0.
    """

    def __init__(self, seconds: float = 0.8, *, fps: float = 25.0) -> None:
        require_number("seconds", seconds, above=0)
        require_number("fps", fps, above=0)
        self._seconds, self._fps = seconds, fps
        self.reset()

    def reset(self) -> None:
        """Forget: the next frame is of another shot."""
        self._trail, self._count = Trail(self._seconds), 0

    def annotate(
        self, scene: Image, detections: sv.Detections, *, pitch: PitchState | None = None
    ) -> Image:
        """Draw on ``scene``, uint8 (H, W, 3) BGR; with pitches a camera that pans does no harm.

        Raises:
            UsageError: The scene is no such picture.
        """
        require_pictures([scene], noun="scene")
        time = self._count / self._fps
        state = FrameState(self._count, time, 0, detections, pitch or no_pitch())
        self._count += 1
        style = Style.for_height(scene.shape[0])
        draw_trail(scene, self._trail.follow(state, (scene.shape[1], scene.shape[0])), style)
        draw_balls(scene, Objects.from_supervision(detections), style)
        return scene
