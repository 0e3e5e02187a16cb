import pytest

from touchline.errors import UsageError
from touchline.settings import Settings


def test_what_is_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVICE", "cuda")
    assert Settings.read().device == "cuda"
    assert Settings.read(device="cpu").device == "cpu"
    assert Settings.read(device=None).device == "cuda"


def test_a_preset_is_a_width_and_a_height_and_native_is_none() -> None:
    assert Settings.read(detection_size="960x540").imgsz == (960, 540)
    assert Settings.read(detection_size="native").imgsz is None


@pytest.mark.parametrize(
    ("key", "value"), [("DEVICE", "tpu"), ("TOUCHLINE_BATCH_SIZE", "0"), ("TOUCHLINE_THREADS", "x")]
)
def test_a_wrong_value_names_the_key_and_the_value(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(UsageError, match=rf"{key} = .*{value}"):
        Settings.read()
