"""The command that asks a miner of the private track, against miners that answer anything."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from touchline.cli import app
from touchline.errors import InputError, RequestError, UsageError
from touchline.service.chain import make_hotkey, verify
from touchline.turbovision.private.signing import signed_text

MINER = make_hotkey(b"\3" * 32).address
ITEMS = [{"frame": 50, "action": "pass", "confidence": 0.9}, {"frame": 80, "action": "shot"}]


@contextmanager
def answering(body: bytes, status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    """The URL of a miner that says the same to everybody, and what it was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            asked.append((self.path, dict(self.headers.items()), content))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()


def touchline(*arguments: object) -> None:
    fixed = ("--miner-hotkey", MINER, "--video-url", "http://e.com/v.mp4")
    given = ["challenge", *fixed, "--protocol", "turbovision", *arguments]
    app(list(map(str, given)), standalone_mode=False)


def answer(items: list[dict[str, Any]]) -> bytes:
    said = {"type": "soccer_action", "items": items}
    return json.dumps({"challenge_id": "1", "prediction": said, "processing_time": 1.0}).encode()


def test_an_answer_is_counted_and_scored_as_a_validator_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text('[{"frame": 50, "action": "pass"}, {"frame": 80, "action": "shot"}]')
    with answering(answer(ITEMS)) as (url, asked):
        touchline(url, "--truth", truth, "--n", 2, "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["sent"], found["answered"]) == (2, 2)
    assert found["challenges"][0]["actions"] == {"pass": 1, "shot": 1}
    assert found["challenges"][0]["score"] == 1.0
    (path, headers, body) = asked[0]
    assert path == "/challenge"
    assert body.endswith(b'"video_url":"http://e.com/v.mp4","frames":null}')
    signature = bytes.fromhex(headers["signature"].removeprefix("0x"))
    message = signed_text(headers["nonce"], body)
    assert verify(message, signature, headers["validator-hotkey"])
    assert headers["x-miner-hotkey"] == headers["miner-hotkey"] == MINER


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b'{"detail": "no"}', 403, "403 Forbidden"),
        (b"no JSON", 200, "no answer that a validator can read"),
        (answer([{"frame": -1, "action": "pass"}]), 200, "no answer that a validator can read"),
    ],
)
def test_what_a_validator_cannot_use_fails_after_the_table(
    body: bytes, status: int, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        answering(body, status) as (url, _),
        pytest.raises(RequestError, match=f"answered 0 of 1 challenges in time.*{reason}"),
    ):
        touchline(url)
    assert "0 of 1 answered in time" in " ".join(capsys.readouterr().out.split())


def test_a_miner_that_is_not_there_is_a_problem_and_no_crash() -> None:
    with pytest.raises(RequestError, match="answered 0 of 1"):
        touchline("http://127.0.0.1:9")


def test_options_of_the_other_protocol_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="first protocol"):
        touchline("http://127.0.0.1:9", "--save", tmp_path)
    given = ["challenge", "http://127.0.0.1:9", "--truth", str(tmp_path / "t.json")]
    with pytest.raises(UsageError, match="--truth needs"):
        app(given, standalone_mode=False)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"frame": "a", "action": "pass"}]'])
def test_a_truth_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(text)
    with pytest.raises(InputError, match="true actions are a list"):
        touchline("http://127.0.0.1:9", "--truth", truth)
