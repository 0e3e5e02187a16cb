import pytest

from touchline.teams import colour_name


@pytest.mark.parametrize(
    ("bgr", "name"),
    [
        ((250, 250, 250), "white"),
        ((20, 20, 25), "black"),
        ((40, 30, 210), "red"),
        ((70, 40, 25), "dark blue"),
        ((60, 210, 235), "yellow"),
        ((230, 190, 130), "light blue"),
    ],
)
def test_a_shirt_is_called_what_one_would_call_it(bgr: tuple[int, int, int], name: str) -> None:
    assert colour_name(bgr) == name
