"""Parts of the overlay among the annotators of supervision."""

import numpy as np
import pytest
import supervision as sv

import touchline as tl
from tests.outputs.factory import camera, match, pitch
from touchline.outputs.drawing import BallTrailAnnotator, PitchAnnotator, RadarAnnotator

SIZE = (640, 360)


@pytest.fixture
def scene() -> np.ndarray:
    return np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)


def changed(scene: np.ndarray) -> np.ndarray:
    return (scene != 90).any(axis=2)


@pytest.mark.parametrize("annotator", [RadarAnnotator(), PitchAnnotator(), BallTrailAnnotator()])
def test_they_mix_with_those_of_supervision(annotator, scene: np.ndarray) -> None:
    state = match()
    drawn = sv.BoxAnnotator().annotate(scene, state.objects)
    before = drawn.copy()
    drawn = annotator.annotate(drawn, state.objects, pitch=pitch(camera(SIZE)))
    assert drawn is scene
    assert (drawn != before).any()
    with pytest.raises(tl.UsageError, match="uint8"):
        annotator.annotate(scene.astype(float), state.objects)


def test_the_radar_lies_in_its_corner_and_shows_the_view(scene: np.ndarray) -> None:
    plain = changed(RadarAnnotator().annotate(scene.copy(), match().objects))
    assert plain.any()
    assert not plain[:200].any()
    assert not plain[:, :400].any()
    seen = RadarAnnotator().annotate(scene.copy(), match().objects, pitch=pitch(camera(SIZE)))
    assert (seen != RadarAnnotator().annotate(scene, match().objects)).any()


def test_without_a_pitch_no_line_is_drawn(scene: np.ndarray) -> None:
    assert not changed(PitchAnnotator().annotate(scene)).any()
    assert changed(PitchAnnotator().annotate(scene, pitch=pitch(camera(SIZE)))).any()


def test_the_trail_grows_with_every_call_and_can_be_forgotten(scene: np.ndarray) -> None:
    def drawn(annotator: BallTrailAnnotator, index: int) -> int:
        return int(changed(annotator.annotate(scene.copy(), match(index).objects)).sum())

    annotator = BallTrailAnnotator(fps=25)
    alone = drawn(annotator, 0)
    assert drawn(annotator, 40) > alone
    annotator.reset()
    assert drawn(annotator, 40) == pytest.approx(alone, rel=0.2)


@pytest.mark.parametrize("wrong", [{"fps": 0}, {"seconds": -1}])
def test_a_trail_of_no_length_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(tl.UsageError, match="above 0"):
        BallTrailAnnotator(**wrong)
