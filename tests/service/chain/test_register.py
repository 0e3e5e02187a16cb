"""``touchline register`` as an operator meets it."""

import json
import os
import pty
import sys

import bittensor_core as core
import pytest
import typer
from typer.testing import CliRunner

from tests.service.chain.replay import replayed_chain
from touchline.cli.register import register
from touchline.errors import ChainError, UsageError
from touchline.service.chain import make_hotkey

SEED = b"r" * 32
MINER = make_hotkey(SEED)

app = typer.Typer()
app.command()(register)


@pytest.fixture
def chain():
    with replayed_chain(miner=MINER.public_key) as running:
        yield running


@pytest.fixture
def run(chain, tmp_path, monkeypatch):
    """Run the command in a folder with a wallet; an error comes out as it is."""
    path = tmp_path / "wallets" / "club" / "hotkeys" / "keeper"
    path.parent.mkdir(parents=True)
    path.write_bytes(core.serialized_keypair_to_keyfile_data(core.Keypair.create_from_seed(SEED)))
    path.chmod(0o600)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WALLET_NAME", "club")
    monkeypatch.setenv("HOTKEY_NAME", "keeper")
    monkeypatch.setenv("WALLET_PATH", str(tmp_path / "wallets"))
    monkeypatch.setenv("SUBTENSOR_ADDRESS", chain.endpoint)

    def command(*arguments):
        return CliRunner().invoke(app, arguments, catch_exceptions=False)

    return command


def test_a_dry_run_shows_the_call_and_sends_nothing(run, chain):
    done = run("--external-ip", "1.2.3.4", "--external-port", "7999", "--dry-run")
    assert "Nothing was sent; this would be." in done.stdout
    assert "as uid 0" in done.stdout
    assert "0x07042c00" in done.stdout
    assert chain.sent == []


def test_the_call_is_sent_and_json_says_so(run, chain):
    done = run("--external-ip", "8.8.8.8", "--external-port", "80", "--json")
    said = json.loads(done.stdout)
    assert (said["ip"], said["port"], said["sent"], said["hotkey"]) == (
        "8.8.8.8",
        80,
        True,
        MINER.address,
    )
    assert len(chain.sent) == 1


def test_the_port_is_the_one_that_the_miner_listens_on_unless_told(run, monkeypatch):
    monkeypatch.setenv("TOUCHLINE_PORT", "6028")
    said = json.loads(run("--external-ip", "8.8.8.8", "--json").stdout)
    assert said["port"] == 6028


def test_an_address_that_is_not_public_is_remarked_on(run):
    assert "10.0.0.1 is no public address" in run("--external-ip", "10.0.0.1").stderr
    assert run("--external-ip", "8.8.8.8").stderr == ""


def test_options_win_over_settings(run):
    with pytest.raises(ChainError, match="no hotkey striker"):
        run("--external-ip", "8.8.8.8", "--hotkey", "striker")
    with pytest.raises(ChainError, match="no wallet other"):
        run("--external-ip", "8.8.8.8", "--wallet", "other")
    with pytest.raises(ChainError, match="no subnet 45"):
        run("--external-ip", "8.8.8.8", "--netuid", "45")


def test_wrong_values_are_wrong_usage(run, chain):
    with pytest.raises(UsageError, match="refuses 127"):
        run("--external-ip", "127.0.0.1")
    with pytest.raises(UsageError, match=r"'fenney' \(.*\) is not allowed"):
        run("--external-ip", "8.8.8.8", "--network", "fenney")
    assert run("--external-port", "80").exit_code == 2
    assert chain.asked == []


def test_there_is_no_option_for_a_password(run):
    assert "password" not in run("--help").stdout.lower()


def test_a_password_is_asked_for_at_a_terminal_and_not_shown():
    code = "from touchline.cli.password import asking; print(len(asking()('Word, please: ')))"
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", code])
    shown = _read_until(terminal, "please: ")
    os.write(terminal, b"offside\n")
    shown += _read_until(terminal, "7")
    assert os.waitpid(pid, 0)[1] == 0
    os.close(terminal)
    assert "offside" not in shown


def _read_until(terminal, words):
    shown = ""
    while words not in shown:
        shown += os.read(terminal, 1024).decode()
    return shown


def test_nobody_is_asked_where_there_is_no_terminal(monkeypatch):
    from touchline.cli.password import asking

    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        assert asking() is None
