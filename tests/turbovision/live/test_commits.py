"""What is committed on the chain, and which commitment counts."""

import json
from typing import Any

import pytest

from touchline.errors import UsageError
from touchline.turbovision.live import FolderCommit, ImageCommit, latest_commit

FOLDER: dict[str, Any] = {
    "model": "me/ScoreVision",
    "revision": "a" * 40,
    "chute_id": "c1",
    "slug": "me-turbovision-x",
    "hotkey": "5A",
    "element_id": "manak0/Detect-x",
}
IMAGE: dict[str, Any] = {
    "image_repo": "ghcr.io/me/pt-solution",
    "image_tag": "v1",
    "image_digest": f"sha256:{'0' * 64}",
    "hotkey": "5A",
    "element_id": "manako/DetectFootballEvent",
}


def test_both_forms_say_who_answers_what_from_where() -> None:
    assert json.loads(FolderCommit(**FOLDER).text()) == {"role": "miner", **FOLDER}
    image = {"role": "miner", "track": "private", **IMAGE}
    assert json.loads(ImageCommit(**IMAGE).text()) == image


@pytest.mark.parametrize(
    ("made", "told", "words"),
    [
        (FolderCommit, {"model": "ScoreVision"}, "USER/REPOSITORY"),
        (FolderCommit, {"revision": "main"}, "40 hex digits"),
        (FolderCommit, {"slug": "https://x"}, "part of an address"),
        (FolderCommit, {"element_id": "a b"}, "id of an element"),
        (ImageCommit, {"image_repo": "solution"}, "HOST/USER/NAME"),
        (ImageCommit, {"image_digest": "latest"}, "sha256:HEX"),
    ],
)
def test_a_value_of_another_form_is_refused(made: Any, told: dict[str, str], words: str) -> None:
    given = FOLDER if made is FolderCommit else IMAGE
    with pytest.raises(UsageError, match=words):
        made(**{**given, **told})


def test_the_latest_commitment_for_an_element_counts() -> None:
    first, other = FolderCommit(**FOLDER).text(), ImageCommit(**IMAGE).text()
    second = FolderCommit(**{**FOLDER, "revision": "b" * 40}).text()
    given = [(7, second), (5, first), (9, other), (11, "no json"), (12, "[]"), ("x", second)]
    found = latest_commit(given, FOLDER["element_id"])
    assert found is not None
    assert (found.block, found.content["revision"]) == (7, "b" * 40)
    image = latest_commit(given, IMAGE["element_id"], private=True)
    assert image is not None
    assert image.block == 9
    assert latest_commit(given, FOLDER["element_id"], private=True) is None
    assert latest_commit([], None) is None
