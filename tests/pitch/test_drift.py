import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.pitch.cameras import SIZE, Camera, cameras, seen
from touchline.geometry import project_points
from touchline.pitch.drift import drift, part_of
from touchline.pitch.projection import image_units

STILL = Camera((0, -80, 22), (10, 0), 1.0)
similarities = st.builds(
    lambda zoom, turn, x, y: np.array(
        [
            [zoom * np.cos(turn), -zoom * np.sin(turn), x],
            [zoom * np.sin(turn), zoom * np.cos(turn), y],
            [0, 0, 1],
        ]
    ),
    st.floats(0.8, 1.2),
    st.floats(-0.2, 0.2),
    st.floats(-0.3, 0.3),
    st.floats(-0.2, 0.2),
)


def look(camera: Camera, moved: np.ndarray | None = None, noise: float = 0.0) -> np.ndarray:
    """Where the vertices (32, 2) are seen, in units; NaN outside."""
    found = seen(camera, noise=noise)
    image = project_points(found.xy[0], image_units(SIZE))
    image[found.keypoint_confidence[0] == 0] = np.nan
    return image if moved is None else project_points(image, moved)


def test_looks_that_agree_show_no_drift():
    assert drift(look(STILL), look(STILL, noise=2), np.eye(3), least=0.006) is None


@given(cameras, similarities)
@settings(max_examples=40, deadline=None)
def test_a_lost_motion_is_found(camera, lost):
    assume(camera.visible().sum() >= 6)
    found = drift(look(camera), look(camera, lost), np.eye(3), least=0.006)
    moved = np.abs(lost - np.eye(3)).max() > 0.05
    assert found is not None or not moved
    if found is not None:
        assert np.abs(found - lost).max() < 0.01


def test_too_few_common_vertices_show_nothing():
    left, right = Camera((0, -80, 22), (-45, 0), 1.6), Camera((0, -80, 22), (45, 0), 1.6)
    assert drift(look(left), look(right), np.eye(3), least=0.006) is None


def test_what_no_drift_explains_is_left_alone():
    other = Camera((30, -60, 40), (0, 5), 1.0)
    assert drift(look(STILL), look(other), np.eye(3), least=0.006) is None


@given(similarities)
def test_all_of_a_motion_is_the_motion_and_none_of_it_is_nothing(similarity):
    parts = part_of(similarity, np.array([0.0, 1.0]))
    assert np.allclose(parts[0], np.eye(3))
    assert np.allclose(parts[1], similarity)


@given(similarities)
def test_two_halves_of_a_motion_are_the_motion(similarity):
    (half,) = part_of(similarity, np.array([0.5]))
    assert np.allclose(half @ half, similarity)


def test_a_pure_shift_is_shared_out_evenly():
    shift = np.array([[1.0, 0, 0.3], [0, 1, -0.1], [0, 0, 1]])
    parts = part_of(shift, np.array([0.25, 0.5]))
    assert np.allclose(parts[:, 0, 2], [0.075, 0.15])
    assert np.allclose(parts[:, 1, 2], [-0.025, -0.05])
