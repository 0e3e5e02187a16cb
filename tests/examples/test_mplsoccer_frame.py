"""The example for mplsoccer, as a reader starts it."""

import runpy
import sys
from pathlib import Path

import cv2
import pytest

from tests.docs.pages import ROOT
from tests.outputs.runs import save, state

BOX = (10.0, 20.0, 40.0, 90.5)


def test_it_draws_a_frame_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [
        {"box": BOX, "id": 7, "team": 0, "position": (10.0, -5.0)},
        {"box": BOX, "id": 8, "team": 1, "position": (-20.0, 30.0)},
        {"box": BOX, "id": 9},
    ]
    run = save(tmp_path / "run", [state(index, people) for index in range(3)])
    picture, program = tmp_path / "frame.png", ROOT / "examples" / "mplsoccer_frame.py"
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(sys, "argv", [str(program), str(run), "1", str(picture)])
    runpy.run_path(str(program), run_name="__main__")
    drawn = cv2.imread(str(picture))
    assert drawn is not None
    blue, green, red = (drawn[..., channel].astype(int) for channel in range(3))
    assert ((blue > red + 80) & (blue > green + 30)).any()  # the one team
    assert ((red > blue + 80) & (red > green + 80)).any()  # the other
