"""A frame of a run, drawn by mplsoccer: ``python examples/mplsoccer_frame.py results 100 out.png``.

Needs mplsoccer: ``pip install mplsoccer``.
"""

import sys
from itertools import islice
from pathlib import Path

from matplotlib.figure import Figure
from mplsoccer import Pitch

from touchline.frame import FrameState
from touchline.outputs import SavedRun

COLOURS = {-1: "grey", 0: "tab:blue", 1: "tab:red"}
"""By team, -1 for who has none."""


def draw(state: FrameState) -> Figure:
    """The three lines: who stands where, in metres, the far touchline at the top."""
    pitch = Pitch(pitch_type="secondspectrum", pitch_length=105, pitch_width=68)
    figure, axes = pitch.draw()
    pitch.scatter(*state.objects.data["position"].T, ax=axes, c=_colours(state))
    return figure


def _colours(state: FrameState) -> list[str]:
    return [COLOURS[team] for team in state.objects.data["team"].tolist()]


if __name__ == "__main__":
    folder, number, picture = sys.argv[1:]
    run = SavedRun.open(Path(folder))
    draw(next(islice(run.states(), int(number), None))).savefig(picture)
