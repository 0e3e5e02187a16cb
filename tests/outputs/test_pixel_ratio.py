from fractions import Fraction

import av
import numpy as np
import pytest

from tests.conftest import picture
from touchline.frame import FrameState, Objects, no_pitch
from touchline.outputs.overlay import Overlay
from touchline.video import VideoReader


def anamorphic(path, ratio, turn=None):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 144, 96, "yuv420p"
        stream.codec_context.sample_aspect_ratio = ratio
        if turn is not None:
            stream.set_display_rotation(turn)
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(picture(index, 144, 96), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("turn", [None, 90.0])
def test_the_overlay_is_shown_as_wide_as_its_source(tmp_path, turn):
    video = anamorphic(tmp_path / "sd.mp4", Fraction(64, 45), turn)
    shown = Fraction(64, 45) if turn is None else Fraction(45, 64)
    with Overlay(tmp_path / "overlay.mp4", video) as overlay:
        for index in range(3):
            nothing = Objects.empty().with_columns(position=np.zeros((0, 2), np.float32))
            state = FrameState(index, index / 25, 0, nothing.to_supervision(), no_pitch())
            overlay.write(state)
    with VideoReader(video) as source, VideoReader(tmp_path / "overlay.mp4") as drawn:
        assert source.info.pixel_ratio == pytest.approx(float(shown))
        assert drawn.info.pixel_ratio == source.info.pixel_ratio
    with av.open(str(tmp_path / "overlay.mp4")) as container:
        assert container.streams.video[0].sample_aspect_ratio == shown


def test_a_video_that_says_nothing_has_square_pixels(make_video):
    with VideoReader(make_video()) as reader:
        assert reader.info.pixel_ratio == 1.0
