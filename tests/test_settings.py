import re
from pathlib import Path
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


@pytest.mark.parametrize(
    ("given", "device"),
    [
        ("cuda:0", "cuda"),
        ("0", "cuda"),
        (0, "cuda"),
        ("CPU", "cpu"),
        ("GPU", "cuda"),
        ("mps", "mps"),
    ],
)
def test_what_other_tools_call_a_device_is_understood(given: object, device: str) -> None:
    assert Settings.read(device=given).device == device


@pytest.mark.parametrize("given", ["1", "cuda:1", 1])
def test_another_gpu_than_the_first_is_refused_with_the_way_to_it(given: object) -> None:
    with pytest.raises(UsageError, match="CUDA_VISIBLE_DEVICES=1"):
        Settings.read(device=given)


@pytest.mark.parametrize("given", ["tpu", "-1", "cuda:", True, None, ["cpu"]])
def test_what_is_no_device_is_refused(given: object) -> None:
    with pytest.raises(UsageError, match="DEVICE"):
        Settings(device=given)


def test_a_wrong_value_says_where_it_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("DEVICE=tpu\n")
    with pytest.raises(UsageError, match=rf"from {tmp_path / '.env'}"):
        Settings.read()
    monkeypatch.setenv("DEVICE", "npu")
    with pytest.raises(UsageError, match=r"'npu' .from the environment"):
        Settings.read()
    with pytest.raises(UsageError, match=r"'xpu' .as given"):
        Settings.read(device="xpu")


@pytest.mark.parametrize(
    "content",
    ["NAME=Mu\u00f1oz\n".encode("latin-1"), b"\xff\xfeA\0=\0001\0\n\0", b"A=\0\0", b"\xff" * 99],
)
def test_an_env_file_that_is_not_ours_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(content)
    assert Settings.read().verify == "fast"


def test_a_folder_of_that_name_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").mkdir()
    assert Settings.read().verify == "fast"


@pytest.mark.parametrize(
    "content",
    [
        "NAME=Mu\u00f1oz\nTOUCHLINE_VERIFY=off\n".encode("latin-1"),
        "TOUCHLINE_VERIFY=off\n".encode("utf-16-le"),
        b"A=1\n" * 2**19,
    ],
)
def test_an_env_file_that_cannot_be_read_but_sets_ours_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(str(tmp_path / ".env"))):
        Settings.read()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_env_file_with_a_mark_of_its_encoding_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, encoding: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("TOUCHLINE_VERIFY=off\n", encoding=encoding)
    assert Settings.read().verify == "off"


def test_a_setting_that_is_no_json_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOUCHLINE_STAGES", "mine:Stage")
    with pytest.raises(UsageError, match="stages"):
        Settings.read()


def test_settings_are_given_by_the_names_of_the_attributes() -> None:
    given = Settings(detect_every=1, verify="off", detection_size="native")
    assert (given.detect_every, given.verify, given.detection_size) == (1, "off", "native")


@pytest.mark.parametrize(
    ("name", "value"),
    [("detect_evry", 1), ("threads", True), ("threads", 1.5), ("batch_size", "x"), ("cache", 7)],
)
def test_what_is_no_setting_or_no_value_of_it_is_refused(name: str, value: object) -> None:
    with pytest.raises(UsageError):
        Settings(**{name: value})


@pytest.mark.parametrize("value", ["inf", "nan"])
def test_no_time_is_infinite(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ANSWER_WITHIN_SECONDS", value)
    with pytest.raises(UsageError, match="ANSWER_WITHIN_SECONDS"):
        MinerSettings.read()


def test_paths_of_settings_are_in_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for key in ("TOUCHLINE_CACHE", "TOUCHLINE_STATE", "TOUCHLINE_SCRATCH", "WALLET_PATH"):
        monkeypatch.setenv(key, "~/x")
    monkeypatch.setenv("ALLOW_LIST", "~/x")
    read = MinerSettings.read()
    paths = {read.cache, read.state, read.scratch, read.wallet_path, read.allow_list}
    assert paths == {tmp_path / "x"}
