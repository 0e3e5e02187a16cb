"""A recording for the Rerun viewer."""

import sys
from pathlib import Path

import pytest

import touchline as tl
from tests.outputs.runs import CLIP, save, state
from touchline.outputs import export_run
from touchline.outputs.exports import RerunRecording

BOX = (10.0, 20.0, 40.0, 90.5)


def test_without_rerun_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    run = save(tmp_path / "run", [state(0, [])])
    with pytest.raises(tl.UsageError, match=r'pip install "touchline\[rerun\]"'):
        export_run(run, ["rerun"])
    assert not (run / "results.rrd").exists()


def test_a_recording_has_boxes_and_places(tmp_path: Path, make_video) -> None:
    pytest.importorskip("rerun")
    player = {"box": BOX, "id": 7, "team": 0, "position": (10.0, -5.0)}
    path = tmp_path / "results.rrd"
    with RerunRecording(path, video=make_video(frames=3), dimensions=CLIP.dimensions) as out:
        for index in range(3):
            out.write(state(index, [player, {"box": BOX, "class_id": 0}]))
    content = path.read_bytes()
    assert content.startswith(b"RRF2")
    for name in (b"/video/boxes", b"/video/keypoints", b"/pitch/people", b"/pitch/lines"):
        assert name in content
