import numpy as np
import pytest

import touchline as tl
from tests.teams import painted
from tests.teams.painted import BLUE, RED, WHITE


def test_crops_of_two_teams_get_two_numbers() -> None:
    red = [painted.crop(RED, WHITE, seed=seed) for seed in range(8)]
    blue = [painted.crop(BLUE, BLUE, seed=seed) for seed in range(8)]
    classifier = tl.TeamClassifier()
    classifier.fit(red + blue)
    team = classifier.predict([painted.crop(BLUE, BLUE, seed=50), *red, *blue])
    assert team.dtype == np.int64
    assert len({*team[1:9].tolist()}) == len({*team[9:].tolist()}) == 1
    assert team[0] == team[9] != team[1]


def test_crops_may_differ_in_size() -> None:
    classifier = tl.TeamClassifier()
    tall = np.repeat(np.repeat(painted.crop(RED, WHITE), 2, axis=0), 2, axis=1)
    classifier.fit([tall, painted.crop(BLUE, BLUE)])
    first, second = classifier.predict([painted.crop(RED, WHITE, seed=1), painted.crop(BLUE, BLUE)])
    assert first != second
    assert classifier.predict([]).shape == (0,)


def test_predict_before_fit_says_what_is_missing() -> None:
    with pytest.raises(tl.UsageError, match="fit comes before predict"):
        tl.TeamClassifier().predict([painted.crop(RED, WHITE)])


@pytest.mark.parametrize(
    ("crops", "said"),
    [
        ([], "2 crops or more; got 0"),
        ([painted.crop(RED, WHITE)], "2 crops or more; got 1"),
        ([painted.crop(RED, WHITE), np.zeros((4, 4), np.uint8)], r"crop 1 is uint8 \(4, 4\)"),
        ([painted.crop(RED, WHITE) / 255.0, painted.crop(RED, WHITE)], "crop 0 is float64"),
        ([painted.crop(RED, WHITE), np.zeros((0, 4, 3), np.uint8)], "at least one pixel"),
        ([painted.crop(RED, WHITE), "shirt.png"], "crop 1 is a str"),
    ],
)
def test_what_is_no_crop_is_refused_in_a_sentence(crops: list, said: str) -> None:
    with pytest.raises(tl.UsageError, match=said):
        tl.TeamClassifier().fit(crops)
