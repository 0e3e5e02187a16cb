import numpy as np

from tests.teams import painted
from tests.teams.painted import BLACK, BLUE, RED, WHITE, YELLOW
from touchline.teams.kits import CROP, cut, grass_colour, seen_colours
from touchline.teams.place import RULES
from training.teams.fit import RECOLOURED, fit_place, fit_space, kits, recoloured
from training.teams.people import NOBODY, LabelledPeople, _roles

KITS = {2: ((RED, WHITE), (BLUE, BLUE)), 1: ((YELLOW, YELLOW),), 3: ((BLACK, BLACK),)}
GREEN = grass_colour(painted.lawn((128, 72)))


def frame(match: str, seed: int) -> LabelledPeople:
    """Twelve players in two kits, three keepers in one, three referees in one."""
    people = [
        (role, painted.crop(*kit, seed=100 * seed + 10 * number + each))
        for role, worn in KITS.items()
        for number, kit in enumerate(worn)
        for each in range(6 if role == 2 else 3)
    ]
    whole = np.array([[0.0, 0.0, painted.WIDTH, painted.HEIGHT]])
    crops = np.concatenate([cut(crop, whole) for _, crop in people])
    role = np.array([role for role, _ in people])
    rules = np.random.default_rng(seed).normal(0, 0.3, (len(role), len(RULES)))
    rules[:, 0] += role == 1
    return LabelledPeople(match, *seen_colours(crops, GREEN), rules, role)


FRAMES = [frame(f"match {number // 2}", number) for number in range(4)]


def test_each_kit_of_a_match_comes_as_it_is_and_dyed() -> None:
    found = kits(FRAMES)
    each = 1 + RECOLOURED
    groups = [found[start : start + each] for start in range(0, len(found), each)]
    assert [len(group) for group in groups] == [each] * len(groups)
    assert all(len({len(kit) for kit in group}) == 1 for group in groups)
    referees = [group for group in groups if len(group[0]) == 6]
    assert len(groups) >= 8  # two teams, keepers and referees of two matches
    assert len(referees) >= 2
    assert not np.allclose(referees[0][0], referees[0][1])


def test_in_the_space_that_is_fitted_people_of_one_kit_lie_about_a_unit_apart() -> None:
    worn = kits(FRAMES)
    space = fit_space(worn)
    placed = [(kit - space["mean"]) @ space["matrix"] for kit in worn]
    within = np.concatenate([each - each.mean(axis=0) for each in placed]).var(axis=0).mean()
    between = np.array([each.mean(axis=0) for each in placed]).var(axis=0).mean()
    assert within < 1.5
    assert between > 3 * within


def test_a_dye_is_the_same_for_all_who_wear_the_kit_and_leaves_the_crop_alone() -> None:
    colours = np.repeat(FRAMES[0].colours[:1], 3, axis=0)
    before = colours.copy()
    dyed = recoloured(colours, np.random.default_rng(3))
    assert (dyed[0] == dyed[1]).all()
    assert (dyed[0] == dyed[2]).all()
    assert not np.allclose(dyed, before)
    assert (colours == before).all()
    assert dyed.shape[1:3] == (CROP[1], CROP[0])


def test_a_rule_that_goes_with_a_role_speaks_for_it() -> None:
    rules = np.concatenate([each.rules for each in FRAMES])
    fitted = fit_place(rules, np.concatenate([each.role for each in FRAMES]))
    weights = fitted["weights"][0]
    assert weights.argmax() == 1


def test_a_label_names_one_box_and_what_no_label_names_is_nobody() -> None:
    boxes = np.array([[0, 0, 10, 20], [1, 0, 11, 20], [50, 0, 60, 20]], np.float32)
    labels = np.array([[0, 0, 10, 20]], np.float32)
    assert _roles(boxes, labels, np.array([3])).tolist() == [3, NOBODY, NOBODY]
