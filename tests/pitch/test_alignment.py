import numpy as np
import pytest

from tests.pitch.painted import (
    BEHIND_GOAL,
    MAIN,
    MARKINGS,
    MIDDLE,
    PITCH,
    VERTICES,
    apart,
    camera_at,
    in_view,
    painted,
)
from touchline.pitch.alignment import (
    BODY,
    GROUND_NOISE,
    TURN,
    Anchors,
    Belief,
    align,
    seen_markings,
    spread,
)
from touchline.pitch.paint import find_paint

MIDFIELD = ((0.0, -75.0, 18.0), (0.0, 0.0, 0.0), 2.2)
NUDGE = np.array([0.01, 0.002, -0.003, 0.002, 0.8, -0.6, 0.5, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("view", [MAIN, MIDDLE, BEHIND_GOAL])
def test_a_camera_that_was_nudged_comes_back_to_the_paint(view):
    truth, paint = camera_at(view), find_paint(painted(view))
    nudged = truth.stepped(NUDGE)
    assert apart(truth, nudged) > 0.005
    assert apart(truth, align(nudged, MARKINGS, paint=paint, free=BODY)) < 0.002


def test_the_bend_of_a_lens_is_found_on_lines_that_it_bends():
    truth, paint = camera_at(MAIN, 0.08), find_paint(painted(MAIN, 0.08))
    start = camera_at(MAIN)
    plain = align(start, MARKINGS, paint=paint, free=BODY)
    bent = align(plain, MARKINGS, paint=paint, radii=[6.0] * 8 + [4.0] * 8)
    assert bent.bend == pytest.approx(0.08, abs=0.04)
    assert apart(truth, bent) < apart(truth, plain)


def test_what_may_not_change_does_not():
    paint, nudged = find_paint(painted(MAIN)), camera_at(MAIN).stepped(NUDGE)
    turned = align(nudged, MARKINGS, paint=paint, free=TURN)
    assert np.array_equal(turned.centre, nudged.centre)
    assert not np.array_equal(turned.rotation, nudged.rotation)
    body = align(nudged, MARKINGS, paint=paint, free=BODY)
    assert (body.bend, body.wider, body.longer, *body.middle) == (0, 0, 0, 0, 0)


def test_points_alone_move_a_camera_to_where_they_are_seen():
    truth = camera_at(MAIN)
    shown = in_view(truth)
    image = truth.project(VERTICES[shown], PITCH.width)
    anchors = Anchors(VERTICES[shown], image, np.ones(shown.sum()))
    found = align(truth.stepped(NUDGE), MARKINGS, anchors=anchors, free=BODY, radii=[24.0] * 12)
    assert apart(truth, found) < 1e-4


def test_a_point_far_off_is_not_followed():
    truth = camera_at(MAIN)
    shown = in_view(truth)
    image = truth.project(VERTICES[shown], PITCH.width)
    image[0] += 0.2
    anchors = Anchors(VERTICES[shown], image, np.ones(shown.sum()))
    found = align(truth.stepped(NUDGE), MARKINGS, anchors=anchors, free=BODY, radii=[24.0] * 12)
    assert apart(truth, found) < 0.003


def test_what_is_believed_of_a_place_holds_a_camera_that_paint_says_nothing_of():
    belief = Belief(np.array([0.0, -70.0, 15.0]), np.full(3, 0.1))
    nothing = find_paint(np.zeros((720, 1280, 3), np.uint8))
    found = align(camera_at(MAIN), MARKINGS, paint=nothing, belief=belief, free=BODY)
    assert found.centre == pytest.approx([0, -70, 15], abs=0.1)


def test_markings_in_the_picture_are_those_that_the_camera_shows_inside_it():
    seen = seen_markings(camera_at(MAIN), MARKINGS, 540)
    assert 0 < len(seen.rows) < len(MARKINGS.points)
    assert np.all((seen.pixels >= 1) & (seen.pixels < [959, 539]))
    image = camera_at(MAIN).project(MARKINGS.points[seen.rows], PITCH.width)
    corner = np.array([0.5, 540 / 960 / 2])
    assert np.allclose((image + corner) * 960, seen.pixels)


def test_a_camera_that_more_lines_hold_is_known_better():
    images = [painted(MAIN).copy(), painted(MAIN)]
    images[0][:, 640:] = (60, 110, 60)
    doubts = []
    for image in images:
        covariance = spread(camera_at(MAIN), MARKINGS, find_paint(image))
        assert np.all(np.linalg.eigvalsh(covariance) > 0)
        doubts.append(np.linalg.slogdet(covariance[:7, :7])[1])
    assert doubts[0] > doubts[1]


def test_midfield_says_nothing_of_the_length_of_the_ground():
    paint = find_paint(painted(MIDFIELD))
    covariance = spread(camera_at(MIDFIELD), MARKINGS, paint, sure_of_priors=True)
    longer = 9
    assert np.sqrt(covariance[longer, longer]) == pytest.approx(GROUND_NOISE, rel=1e-3)


@pytest.mark.parametrize("view", [MAIN, MIDDLE, BEHIND_GOAL])
def test_a_camera_is_off_by_about_what_it_says(view):
    truth, paint = camera_at(view), find_paint(painted(view))
    found = align(truth.stepped(NUDGE), MARKINGS, paint=paint, radii=[12.0] * 4 + [4.0] * 8)
    covariance = spread(found, MARKINGS, paint)
    step = 1e-5
    shown = VERTICES[in_view(truth)]
    here = found.project(shown, PITCH.width)
    nudged = [found.stepped(step * each).project(shown, PITCH.width) for each in np.eye(12)]
    jacobian = (np.array(nudged) - here) / step  # (12, n, 2)
    doubt = np.sqrt(np.einsum("kni,kl,lni->n", jacobian, covariance, jacobian))
    off = np.linalg.norm(here - truth.project(shown, PITCH.width), axis=1)
    assert 0.1 < np.median(off / doubt) < 4
