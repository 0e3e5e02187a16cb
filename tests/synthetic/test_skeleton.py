import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from touchline.synthetic.mesh import N_QUADS, surface
from touchline.synthetic.skeleton import INDEX, JOINTS, joints


def _body(*, speed=0.0, phase=0.0, heading=0.0, crouch=0.0, height=1.8):
    return joints(
        np.array([[3.0, -2.0]]),
        np.array([heading]),
        np.array([phase]),
        speed=np.array([speed]),
        height=np.array([height]),
        crouch=np.array([crouch]),
    )


@given(st.floats(0, 8), st.floats(0, 7), st.floats(-4, 4), st.floats(0, 1))
def test_the_lowest_foot_stands_on_the_ground(speed, phase, heading, crouch):
    body = _body(speed=speed, phase=phase, heading=heading, crouch=crouch)
    assert body.shape == (1, len(JOINTS), 3)
    assert np.isclose(
        body[0, [i for n, i in INDEX.items() if "toe" in n or "heel" in n], 2].min(), 0.03
    )


def test_somebody_who_stands_is_as_high_as_told():
    assert np.isclose(_body(height=1.9)[0, INDEX["crown"], 2], 1.9, atol=0.08)


def test_a_keeper_who_crouches_is_lower():
    assert _body(crouch=0.8)[0, INDEX["crown"], 2] < _body()[0, INDEX["crown"], 2] - 0.1


@given(st.floats(0, 6.3))
def test_bones_keep_their_length(phase):
    body = _body(speed=6.0, phase=phase)[0]
    for side in ("left", "right"):
        thigh = body[INDEX[f"knee_{side}"]] - body[INDEX[f"hip_{side}"]]
        assert np.isclose(np.linalg.norm(thigh), 0.245 * 1.8)


def test_turning_turns_the_whole_body():
    east, north = _body(speed=5.0)[0], _body(speed=5.0, heading=np.pi / 2)[0]
    offset = east - [3, -2, 0]
    assert np.allclose(north - [3, -2, 0], np.stack([-offset[:, 1], offset[:, 0], offset[:, 2]], 1))


def test_the_skin_lies_close_around_the_bones():
    body = _body(speed=4.0, phase=1.0)
    corners, normals = surface(body, np.array([1.8]))
    assert corners.shape == (1, N_QUADS, 4, 3)
    assert np.allclose(np.linalg.norm(normals, axis=-1), 1)
    gaps = np.linalg.norm(corners.reshape(-1, 1, 3) - body[0][None], axis=2).min(axis=1)
    assert gaps.max() < 0.4
