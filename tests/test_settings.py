from typing import get_args

import pytest

from touchline.errors import UsageError
from touchline.inference import Backend, Device
from touchline.scorevision.settings import MinerSettings
from touchline.settings import Settings


def test_what_is_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVICE", "cuda")
    assert Settings.read().device == "cuda"
    assert Settings.read(device="cpu").device == "cpu"
    assert Settings.read(device=None).device == "cuda"


@pytest.mark.parametrize("device", get_args(Device))
def test_every_device_that_an_engine_takes_can_be_set(device: str) -> None:
    assert Settings.read(device=device).device == device


@pytest.mark.parametrize("backend", get_args(Backend))
def test_every_backend_that_an_engine_takes_can_be_set(backend: str) -> None:
    assert Settings.read(backend=backend).backend == backend


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


def test_a_bare_name_in_the_environment_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "STATE", "PASSWORD", "CACHE", "THREADS", "VERIFY"):
        monkeypatch.setenv(name, "1234")
    assert MinerSettings.read() == MinerSettings.read(host="0.0.0.0")


def test_another_process_gets_the_same_settings_and_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BT_PW", "open sesame")
    given = MinerSettings.read(device="cpu", threads=3, cache="/tmp/x")
    text = given.to_json()
    monkeypatch.setenv("TOUCHLINE_VERIFY", "off")
    assert "sesame" not in text
    read = Settings.from_json(text)
    assert read.model_dump() == {name: getattr(given, name) for name in Settings.model_fields}


def test_what_is_given_wrongly_names_the_key_of_the_environment() -> None:
    with pytest.raises(UsageError, match="SUBTENSOR_NETWORK = 'main'"):
        MinerSettings.read(subtensor_network="main")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("NETUID", "sn44"),
        ("SUBTENSOR_NETWORK", "mainnet"),
        ("SUBTENSOR_ADDRESS", "http://node"),
        ("WALLET_NAME", "../other"),
        ("MIN_STAKE_THRESHOLD", "nan"),
        ("MIN_STAKE_THRESHOLD", "-1"),
        ("TOUCHLINE_PORT", "70000"),
        ("MAX_CONCURRENT_CHALLENGES", "0"),
        ("ALLOW_PRIVATE_VIDEO_HOSTS", "maybe"),
    ],
)
def test_a_wrong_value_of_the_miner_names_the_key_and_the_value(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(UsageError, match=rf"{key} = .*{value}"):
        MinerSettings.read()


def test_a_wrong_setting_of_the_miner_does_not_stop_an_analyst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NETUID", "sn44")
    assert Settings.read().device == "auto"


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BT_PW", "open sesame")
    settings = MinerSettings.read()
    assert settings.password is not None
    assert settings.password.get_secret_value() == "open sesame"
    assert "sesame" not in f"{settings!r} {settings} {settings.model_dump_json()}"
