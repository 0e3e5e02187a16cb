import json
from dataclasses import replace

import numpy as np
import pytest

from tests.outputs.factory import match, pitch
from touchline.outputs.summary import SummaryBuilder
from touchline.video import VideoInfo

INFO = VideoInfo(width=320, height=180, fps=25.0, frames=4, duration=0.16, codec="h264")


@pytest.fixture
def builder():
    return SummaryBuilder("match.mp4", INFO, weights={"players": "ab12"})


def build(builder, **given):
    options = {"seconds": {"total": 0.08}, "paces": {0: {"detect_every": 2, "locate_every": 5}}}
    return builder.build(**(options | given))


def in_metres(state, uncertainty):
    return replace(state, pitch=replace(pitch(np.eye(3)), uncertainty=uncertainty))


def test_a_summary_counts_what_it_saw(builder):
    for index in range(4):
        builder.see(match(index))
    summary = build(builder)
    assert (summary.frames, summary.shots, summary.ids) == (4, 1, 4)
    assert summary.duration == 0.16
    assert summary.real_time_factor == 2.0
    assert summary.objects == {
        "ball": {"detected": 4},
        "goalkeeper": {},
        "player": {"detected": 8},
        "referee": {"detected": 4},
    }


def test_tracks_of_another_shot_are_other_tracks(builder):
    builder.see(match(0))
    builder.see(match(1, shot=1))
    assert build(builder).ids == 8


def test_the_uncertainty_is_the_median_over_frames_that_have_a_pitch(builder):
    for index, uncertainty in enumerate((0.1, 0.302, 2.0)):
        builder.see(in_metres(match(index), uncertainty))
    builder.see(match(3))
    summary = build(builder)
    assert summary.median_uncertainty == 0.3
    assert summary.frames_with_homography == 3
    assert summary.skipped.frames_without_pitch == 1


def test_what_was_skipped_is_said(builder):
    builder.see(match(0))
    skipped = build(builder, truncated="decoding stopped after frame 1 of about 4").skipped
    assert skipped.detect_every == 2
    assert skipped.locate_every == 5
    assert skipped.truncated == "decoding stopped after frame 1 of about 4"


def test_a_summary_of_nothing_divides_by_nothing(builder):
    summary = build(builder, seconds={})
    assert summary.frames == 0
    assert summary.duration == 0
    assert summary.real_time_factor is None
    assert summary.median_uncertainty is None


def test_a_saved_summary_reads_back(builder, tmp_path):
    builder.see(match(0))
    summary = build(builder)
    summary.save(tmp_path / "summary.json")
    read = json.loads((tmp_path / "summary.json").read_text())
    assert read == json.loads(summary.to_json())
    assert read["path"] == "match.mp4"
    assert read["video"]["width"] == 320
    assert read["weights"] == {"players": "ab12"}
    assert set(read["versions"]) >= {"touchline", "numpy", "openvino"}
