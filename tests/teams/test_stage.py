from dataclasses import replace

import numpy as np
import pytest

from tests.teams.painted import BLACK, BLUE, RED, WHITE, YELLOW, Figure, painted, two_teams
from touchline.frame import NO_TEAM, ClassId, Objects, TrackedFrame, no_pitch
from touchline.pipeline.stages import run_stage
from touchline.teams import Teams

KEEPER, PLAYER, REFEREE = ClassId.GOALKEEPER, ClassId.PLAYER, ClassId.REFEREE


def said(stage: Teams, frames: list[TrackedFrame]) -> Objects:
    return run_stage(stage, frames)[-1]


def film(figures: list[Figure], *, count: int = 3, step: int = 13, **more: int) -> list:
    start = more.pop("start", 0)
    return [painted(figures, index=start + step * each, **more) for each in range(count)]


def test_two_teams_a_referee_and_a_keeper_are_told_apart_by_kits_and_places() -> None:
    objects = said(Teams(), film(two_teams(located=True)))
    assert objects.class_id.tolist() == [PLAYER] * 12 + [REFEREE, KEEPER]
    red, blue = objects.team[:6], objects.team[6:12]
    assert len({*red.tolist()}) == len({*blue.tolist()}) == 1
    assert {red[0], blue[0]} == {0, 1}
    assert objects.team[12] == NO_TEAM
    assert (objects.extra["team_confidence"][:12] > 0.9).all()
    assert np.isnan(objects.extra["team_confidence"][12])
    assert objects.extra["role_confidence"].dtype == np.float32


def test_without_a_homography_teams_and_the_referee_are_told_all_the_same() -> None:
    figures = [*two_teams()[:12], replace(two_teams()[12], class_id=REFEREE)]
    objects = said(Teams(), film(figures))
    assert objects.class_id.tolist() == [PLAYER] * 12 + [REFEREE]
    assert len({*objects.team[:6].tolist()}) == len({*objects.team[6:12].tolist()}) == 1
    assert objects.team[0] != objects.team[6]


def test_a_team_in_black_called_referees_one_by_one_plays_football() -> None:
    figures = [
        replace(each, shirt=BLACK, shorts=BLACK, class_id=REFEREE) if number < 6 else each
        for number, each in enumerate(two_teams(located=True)[:12])
    ]
    objects = said(Teams(), film(figures, count=5))
    assert (objects.class_id[:6] == PLAYER).all()
    assert len({*objects.team[:6].tolist()}) == 1
    assert objects.team[0] != objects.team[6]


def test_who_is_looked_at_is_chosen_where_the_detector_tells_roles() -> None:
    """One look in four tells them, and it is right; people are looked at twice a second."""
    figures = [*two_teams()[:12], replace(two_teams()[12], class_id=REFEREE)]
    silent, scores = np.full((13, 4), np.nan), np.full((13, 4), 0.03)
    scores[np.arange(13), [each.class_id for each in figures]] = 0.9
    frames = [
        replace(frame, objects=frame.objects.with_columns(class_scores=each))
        for frame, each in zip(
            film(figures, count=13, step=2), 4 * [silent, scores, silent], strict=False
        )
    ]
    stage = Teams()
    assert said(stage, frames).class_id.tolist() == [PLAYER] * 12 + [REFEREE]
    assert [each.time for each in stage.memory[0].moments] == [frames[1].time, frames[7].time]


def test_teams_keep_their_numbers_over_a_cut() -> None:
    stage, figures = Teams(), two_teams()[:12]
    before = said(stage, film(figures))
    turned = [*figures[6:], *figures[:6]]
    after = said(stage, film(turned, start=200, shot=1, ids=range(101, 113)))
    assert after.team.tolist() == [*before.team[6:], *before.team[:6]]


def test_frames_that_nobody_looked_at_get_the_names_of_their_tracks() -> None:
    frames = film(two_teams()[:12], count=4, step=6)
    unseen = replace(frames[1], image=None)
    named = run_stage(Teams(), [frames[0], unseen, *frames[2:]])
    assert named[1].team.tolist() == named[0].team.tolist()
    assert (named[1].team != NO_TEAM).all()


def test_the_ball_and_who_has_no_track_stay_as_they_are() -> None:
    frame = painted(two_teams()[:12])
    objects = frame.objects
    objects.class_id[0] = ClassId.BALL
    objects.tracker_id[1] = -1
    named = said(Teams(), [frame])
    assert named.class_id[0] == ClassId.BALL
    assert named.team[:2].tolist() == [NO_TEAM, NO_TEAM]
    assert np.isnan(named.extra["role_confidence"][:2]).all()


def test_who_stands_beyond_the_lines_is_off_the_pitch_and_plays_for_nobody() -> None:
    coach = Figure(WHITE, BLACK, (1240, 690), (10.0, -38.0))
    objects = said(Teams(), film([*two_teams(located=True)[:12], coach], count=5))
    assert objects.off_pitch.tolist() == [False] * 12 + [True]
    assert objects.team[-1] == NO_TEAM


def test_in_the_end_the_first_frames_are_named_from_the_whole_match() -> None:
    stage = Teams()
    early = [replace(two_teams(located=True)[12], position=(-10.0, 4.0))]
    first = run_stage(stage, film(early, count=1))[0]
    assert first.class_id.tolist() == [PLAYER]
    figures = [*early, *two_teams(located=True)[:12]]
    said(stage, film(figures, count=4, start=13))
    assert stage.revise(first, 0.0).class_id.tolist() == [REFEREE]
    assert stage.revise(first, 0.0).xyxy.tolist() == first.xyxy.tolist()


def test_what_was_said_for_a_while_does_not_flip_on_a_doubtful_look() -> None:
    stage, figures = Teams(), two_teams()[:12]
    seen = [said(stage, film(figures, count=2, start=25 * second)) for second in range(6)]
    odd = [replace(figures[0], shirt=BLUE, shorts=BLUE), *figures[1:]]
    after = said(stage, film(odd, count=1, start=150))
    assert after.team[0] == seen[-1].team[0]


def test_a_keeper_plays_for_those_who_guard_his_goal() -> None:
    rng = np.random.default_rng(2)
    figures = [
        Figure(shirt, WHITE, (60 + 90 * number, 400), (x, float(rng.uniform(-20, 20))))
        for number, (shirt, x) in enumerate(
            [
                (RED, 44),
                (RED, 41),
                (RED, 38),
                (RED, 35),
                (BLUE, 39),
                (BLUE, 30),
                (BLUE, 25),
                (BLUE, 22),
            ]
        )
    ]
    keeper = Figure(YELLOW, YELLOW, (1200, 400), (51.5, 0.0))
    objects = said(Teams(), film([*figures, keeper]))
    assert objects.class_id[-1] == KEEPER
    assert objects.team[-1] == objects.team[0] != objects.team[4]


def test_the_kits_are_named_by_their_colours() -> None:
    stage = Teams()
    objects = said(stage, film(two_teams()[:12]))
    worn = stage.kits
    assert worn[str(objects.team[0])]["shirt"] == "red"
    assert "blue" in worn[str(objects.team[6])]["shirt"]
    assert worn["0"]["colour"].startswith("#")


def test_frames_without_anybody_are_given_back_as_they_came() -> None:
    empty = TrackedFrame(0, 0.0, 0, Objects.empty(), no_pitch(), np.zeros((72, 128, 3), np.uint8))
    assert len(said(Teams(), [empty])) == 0
    assert Teams().process([]) == []


@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_a_reduced_picture_shows_the_same_kits(scale: float) -> None:
    step = round(1 / scale)
    frames = [
        replace(each, image=each.image[::step, ::step].copy(), scale=scale)
        for each in film(two_teams()[:12])
    ]
    team = said(Teams(), frames).team
    assert len({*team[:6].tolist()}) == len({*team[6:].tolist()}) == 1
    assert team[0] != team[6]
