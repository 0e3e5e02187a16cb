"""The whole examination: every look ends in a line."""

import subprocess
import sys
import threading

import pytest

from tests.service.doctor.places import SEED, context_of, write_wallet
from touchline.errors import ModelError
from touchline.scorevision import CHECKS
from touchline.service.doctor import DoctorCheck, Verdict, examine
from touchline.service.doctor.context import once

QUICK = [check for check in CHECKS if check.within == 30.0 or check.group == "chain"]


def look_at(context, look, within=10.0):
    check = DoctorCheck("models", "it", look, "mend it", within)
    (finding,) = examine(context, [check])
    return finding


def failing(error):
    def look(context):
        raise error

    return look


def test_a_verdict_becomes_a_line_of_its_group(tmp_path):
    finding = look_at(context_of(tmp_path), lambda context: Verdict("ok", "fine"))
    assert (finding.group, finding.name, finding.state) == ("models", "it", "ok")


def test_an_error_of_ours_is_wrong_with_its_sentence(tmp_path):
    finding = look_at(context_of(tmp_path), failing(ModelError("it is broken.")))
    assert (finding.state, finding.detail, finding.fix) == ("wrong", "it is broken.", "mend it")


def test_a_missing_package_is_wrong_with_the_extra(tmp_path):
    finding = look_at(context_of(tmp_path), failing(ImportError(name="psutil")))
    assert (finding.state, finding.detail) == ("wrong", "it takes the package psutil")
    assert "touchline[miner" in finding.fix


@pytest.mark.parametrize("error", [ValueError("odd"), TimeoutError("odd"), MemoryError("odd")])
def test_any_other_error_is_wrong_and_no_traceback(tmp_path, error):
    finding = look_at(context_of(tmp_path), failing(error))
    assert finding.state == "wrong"
    assert "odd" in finding.detail


def test_a_look_that_does_not_end_is_wrong(tmp_path):
    never = threading.Event()
    finding = look_at(context_of(tmp_path), lambda context: never.wait(), within=0.05)
    never.set()
    assert (finding.state, finding.detail) == ("wrong", "no result within 0.05 s")


def test_what_takes_time_is_done_once_and_so_is_its_failure():
    calls = []

    def work():
        calls.append(1)
        raise ModelError("no")

    get = once(work)
    for _ in range(2):
        with pytest.raises(ModelError):
            get()
    assert calls == [1]


def test_no_secret_is_shown(tmp_path):
    write_wallet(tmp_path / "wallets", content='{"secretSeed": "0xbadbadbad"}')
    context = context_of(
        tmp_path,
        subtensor_address="ws://user:tokentoken@127.0.0.1:1/keykey?api=apiapi",
        password="passpass",
    )
    said = " ".join(f"{line.detail} {line.fix}" for line in examine(context, QUICK))
    assert "127.0.0.1" in said
    for secret in ("tokentoken", "keykey", "apiapi", "passpass", "badbadbad", SEED.hex()):
        assert secret not in said


def test_every_line_that_is_not_ok_says_what_to_do(tmp_path):
    for finding in examine(context_of(tmp_path), QUICK):
        assert bool(finding.fix) == (finding.state != "ok"), finding


def test_it_works_without_the_extras(tmp_path):
    program = f"""
import sys
for name in ("bittensor_core", "bittensor", "psutil", "pynvml", "httpx", "fastapi"):
    sys.modules[name] = None
from pathlib import Path
from tests.service.doctor.places import context_of
from touchline.scorevision import CHECKS
from touchline.service.doctor import examine
quick = [check for check in CHECKS if check.name not in ("inference", "speed")]
for line in examine(context_of(Path({str(tmp_path)!r})), quick):
    print(line.name, line.state, line.detail, line.fix, sep="|")
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    lines = {line.split("|")[0]: line for line in run.stdout.splitlines()}
    assert len(lines) == len(CHECKS) - 2
    assert "it takes the package psutil" in lines["memory"]
    assert "touchline[chain]" in lines["wallet"]
    assert lines["port"].startswith("port|ok")
