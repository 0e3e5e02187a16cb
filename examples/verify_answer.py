"""An answer of somebody else: ``python examples/verify_answer.py predictions.json match.mp4``.

Says what a validator of subnet 44 would pay for it, for which reasons, and which frames are the
worst. The judge is the shipped verifier; ``touchline score`` is the same with more choices.
"""

import sys
from pathlib import Path

from rich.console import Console

from touchline.scorevision import read_response, score_clip
from touchline.scorevision.report import load_judge, report

WORST = 3
"""Frames that are named."""

if __name__ == "__main__":
    answer, video = map(Path, sys.argv[1:])
    result = score_clip(read_response(answer), video, judge=load_judge("student"))
    Console().print(report(result))
    for frame in sorted(result.frames, key=lambda frame: frame.merit)[:WORST]:
        print(f"frame {frame.frame}: worth {frame.merit:.2f}")
