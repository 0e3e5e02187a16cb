"""Small videos made with PyAV."""

from fractions import Fraction

import av
import numpy as np


def write_clip(path, times, size=(320, 180)):
    """H.264 frames at ``times`` (milliseconds), each greener than the one before."""
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv444p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, time in enumerate(times):
            image = np.zeros((height, width, 3), np.uint8)
            image[:, :, 1] = 80 + 5 * number
            frame = av.VideoFrame.from_ndarray(image, "bgr24").reformat(format="yuv444p")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
