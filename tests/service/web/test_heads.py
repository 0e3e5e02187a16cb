"""HEAD on every route, as uptime monitors send it."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.scorevision.miner.test_service import settings
from touchline.scorevision.miner.app import create_app

GETS = ["/availability", "/health", "/health/live", "/metrics", "/public-encryption-key"]
POSTS = ["/soccer/challenge", "/exchange-symmetric-key"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Of a service that was not started: its networks are not loaded."""
    folder: Path = tmp_path_factory.mktemp("service")
    return TestClient(create_app(settings(folder, encrypted=True)))


@pytest.mark.parametrize("path", [*GETS, "/openapi.json", "/nowhere"])
def test_head_has_status_and_headers_of_get_and_no_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert set(head.headers) == set(got.headers)


def test_the_health_of_what_is_not_ready_is_503_for_both(client: TestClient) -> None:
    assert client.head("/health").status_code == client.get("/health").status_code == 503


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "DELETE"])
@pytest.mark.parametrize("path", GETS)
def test_other_methods_are_told_that_get_and_head_are_allowed(
    client: TestClient, path: str, method: str
) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "HEAD"])
@pytest.mark.parametrize("path", POSTS)
def test_what_is_posted_to_allows_nothing_else(client: TestClient, path: str, method: str) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_the_description_of_the_service_has_no_head(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        assert list(methods) == (["get"] if path in GETS else ["post"])
