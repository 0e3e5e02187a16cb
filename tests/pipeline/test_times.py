"""A whole analysis goes by the times of the frames."""

import itertools

import av
import cv2
import numpy as np
import pytest

from tests.conftest import MILLISECOND
from tests.pipeline.worlds import SIZE, BrightSpot, NoPitch, textured
from touchline.errors import UsageError
from touchline.pipeline import analyze
from touchline.settings import Settings


def pictures(times):
    """A square that walks with 100 pixels a second."""
    for time in times:
        image = textured(1)
        left = 10 + round(100 * time)
        image[80:120, left : left + 20] = 255
        yield image


def write(path, times, rate):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "12"})
        (stream.width, stream.height), stream.pix_fmt = SIZE, "yuv420p"
        stream.codec_context.time_base = MILLISECOND
        for time, image in zip(times, pictures(times), strict=True):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = round(1000 * time), MILLISECOND
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def look(path, **options):
    detector = BrightSpot()
    settings = Settings.read(verify="off")
    with analyze(
        path, detector=detector, pitch_model=NoPitch(), settings=settings, **options
    ) as analysis:
        states = list(analysis)
    return analysis, states, sum(detector.calls)


EVEN = [k / 25 for k in range(50)]
MIXED = list(itertools.accumulate([0.0] + [0.02, 0.1, 0.04, 0.02, 0.033] * 9))


@pytest.mark.parametrize("rate", [25, 50, 1000])
def test_the_same_frames_are_looked_at_whatever_rate_is_claimed(tmp_path, rate):
    analysis, states, looks = look(write(tmp_path / "a.mkv", EVEN, rate))
    assert len(states) == 50
    assert looks == 26
    assert all(len(state.objects) == 1 for state in states)
    assert (analysis.timing is None) == (analysis.info.claimed_fps is None)


def test_uneven_times_are_followed_and_told(tmp_path):
    analysis, states, looks = look(write(tmp_path / "a.mkv", MIXED, 1000))
    assert all(len(state.objects) == 1 for state in states)
    lefts = [float(state.objects.xyxy[0, 0]) for state in states]
    np.testing.assert_allclose(lefts, [10 + 100 * time for time in MIXED], atol=3)
    assert 0.5 * 12.5 * MIXED[-1] < looks <= len(MIXED)
    assert "do not come evenly" in analysis.timing


def test_a_pause_is_told_and_costs_no_frame(tmp_path):
    times = [*EVEN[:20], *(10 + time for time in EVEN[:20])]
    still = write(tmp_path / "a.mkv", EVEN[:40], 25)
    with av.open(str(still)) as video, av.open(str(tmp_path / "b.mkv"), "w") as out:
        stream = out.add_stream_from_template(video.streams.video[0])
        for packet in video.demux(video.streams.video[0]):
            if packet.pts is not None:
                place = round(float(packet.pts * packet.time_base) * 25)
                packet.pts = round(times[place] / packet.time_base)
                packet.dts = None
                packet.stream = stream
                out.mux(packet)
    analysis, states, _ = look(tmp_path / "b.mkv")
    assert len(states) == 40
    assert all(len(state.objects) == 1 for state in states)
    assert "stands for" in analysis.timing


def test_a_folder_of_images_comes_at_the_rate_that_is_told(tmp_path):
    for index, image in enumerate(pictures([k / 5 for k in range(8)])):
        cv2.imwrite(str(tmp_path / f"{index}.png"), image)
    analysis, states, looks = look(tmp_path, image_fps=5)
    assert analysis.info.fps == 5
    assert states[-1].time == pytest.approx(1.4)
    assert looks == 8
    with pytest.raises(UsageError, match="image_fps"):
        analyze(tmp_path, image_fps=float("nan"))
