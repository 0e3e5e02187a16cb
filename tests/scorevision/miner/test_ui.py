"""The last challenges under ``/ui``: a real service on the loopback, and who may look."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from tests.scorevision.miner.serving import Running, serving
from tests.scorevision.miner.subnet import Clip, ask, hosting
from tests.scorevision.miner.test_service import settings
from tests.scorevision.miner.validators import body_of
from tests.service.fetching import hosts
from touchline.scorevision.miner.app import create_app
from touchline.service.web.kept import KeptChallenge, KeptChallenges

ID = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def answered(
    clip: Clip, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Running, httpx.Client]]:
    """A service that keeps two challenges, and has answered three."""
    folder = tmp_path_factory.mktemp("ui")
    (folder / "allow.json").write_text('{"anyone": true}')
    with (
        hosting(hosts.with_ranges(clip.content)) as host,
        serving(folder, ALLOW_LIST="allow.json", KEPT_CHALLENGES="2") as running,
        httpx.Client(base_url=running.url, trust_env=False, timeout=60) as client,
    ):
        for name in ("first", "second", ID):
            clip.require_answered(ask(client, body_of(host.url(), challenge_id=name)))
        yield running, client
        assert list(running.scratch.iterdir()) == []


@pytest.mark.slow
def test_the_last_challenges_are_listed_and_each_has_its_page_and_its_video(
    answered: tuple[Running, httpx.Client], clip: Clip
) -> None:
    _, client = answered
    listed = client.get("/ui")
    assert listed.status_code == 200
    assert listed.text.count("<tr><td>") == 2
    assert "second" in listed.text
    assert ">first<" not in listed.text
    assert ID not in listed.text
    page = "/" + listed.text.split('<a href="')[1].split('"')[0]
    shown = client.get(page)
    assert shown.status_code == 200
    assert 'id="facts"' in shown.text
    assert client.get(page.replace("report.html", "video")).content == clip.content
    begin = client.get(page.replace("report.html", "video"), headers={"range": "bytes=0-9"})
    assert (begin.status_code, begin.content) == (206, clip.content[:10])


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["challenge.json", "../nodes", "summary.json", "report-data/../summary.json", "x/y"]
)
def test_no_other_file_is_shown(answered: tuple[Running, httpx.Client], path: str) -> None:
    _, client = answered
    page = "/" + client.get("/ui").text.split('<a href="')[1].split('"')[0]
    assert client.get(page.replace("report.html", path)).status_code == 404
    assert client.get("/ui/1/report.html").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example"}, {"x-forwarded-for": "127.0.0.1"}, {"forwarded": "for=127.0.0.1"}],
    ids=["another name", "a proxy", "a proxy by the standard"],
)
def test_a_page_from_elsewhere_and_whoever_comes_through_a_proxy_is_refused(
    answered: tuple[Running, httpx.Client], headers: dict[str, str]
) -> None:
    _, client = answered
    for path in ("/ui", "/ui/1/report.html"):
        assert client.get(path, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("peer", "given", "status"),
    [
        ("10.1.2.3", {}, 403),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("10.1.2.3", {"ui": "anyone"}, 200),
        ("127.0.0.1", {"ui": "off"}, 404),
        ("127.0.0.1", {"max_kept": 0}, 404),
    ],
)
def test_who_may_look_is_a_setting(
    peer: str, given: dict[str, Any], status: int, tmp_path: Path
) -> None:
    app = create_app(settings(tmp_path, **given))
    client = TestClient(app, base_url="http://localhost:7999", client=(peer, 50000))
    assert client.get("/ui").status_code == status


def test_only_the_newest_stay_and_what_cannot_be_kept_is_only_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = KeptChallenges(tmp_path / "challenges", 2)
    for number in range(4):
        results, video = tmp_path / "results", tmp_path / "video"
        results.mkdir()
        video.write_bytes(b"1")
        kept.take(results, video, KeptChallenge(f"{number}", 10, 1.0))
    assert [each.challenge_id for _, each in kept.listed()] == ["3", "2"]
    kept.take(tmp_path / "absent", tmp_path / "absent" / "video", KeptChallenge("4", 10, 1.0))
    assert "'4' is not kept" in caplog.text
    assert len(kept.names()) == 2
