"""Peak memory of a run on a clip, and on the same clip ten times over.

``python -m benchmarks.memory DATA/clips/broadcast_720p.mp4``
"""

import argparse
import json
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av

from touchline.video import VideoReader

PEAK = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def loop(video: Path, times: int, target: Path) -> None:
    """Write ``video`` to ``target`` so many times over."""
    with VideoReader(video) as reader:
        info = reader.info
    with av.open(str(target), "w") as container:
        rate = Fraction(info.fps).limit_denominator(1001)
        options = {"preset": "ultrafast", "crf": "18"}
        stream = container.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = info.width, info.height, "yuv420p"
        for _ in range(times):
            with VideoReader(video) as reader:
                for frame in reader:
                    picture = av.VideoFrame.from_ndarray(frame.image, format="bgr24")
                    container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def peak_mib(video: Path, folder: Path) -> float:
    """Peak resident memory of ``touchline run`` on ``video``, in MiB."""
    command = [sys.executable, "-m", "touchline", "run", str(video), "-o", str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *command, "--no-overlay", "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout.splitlines()[-1]) / 1024


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--times", type=int, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        once = peak_mib(arguments.video, folder / "once")
        loop(arguments.video, arguments.times, folder / "long.mp4")
        often = peak_mib(folder / "long.mp4", folder / "often")
    print(json.dumps({"once_mib": once, "times": arguments.times, "often_mib": often}))


if __name__ == "__main__":
    main()
