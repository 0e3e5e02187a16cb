"""What was uploaded, as those who must read it see it."""

from collections.abc import Iterator

import pytest

from tests.service.doctor.places import nowhere
from tests.turbovision.doctor.places import REVISION, Place, listing, place
from touchline.turbovision.doctor.uploads import DIGEST, READER, folder, image
from touchline.turbovision.live import ManifestElement

TREE = f"/api/models/me/ScoreVision/tree/{REVISION}"
REPO, NAME = "ghcr.io/me/pt-solution", "me/pt-solution"
MANIFEST = f"/v2/{NAME}/manifests/v1"
MIB = 1024**2


@pytest.fixture
def there() -> Iterator[Place]:
    with place() as running:
        yield running


def of_folder(there: Place, **told: object):
    element = ManifestElement.model_validate({"id": "x/Detect-y", **told}) if told else None
    return folder("me/ScoreVision", REVISION, hub=there.base, element=element)


def test_a_folder_that_can_be_read_is_counted(there: Place) -> None:
    there.has(TREE, listing(miner_py=9_000, model_onnx=9 * MIB, README_md=100))
    found = of_folder(there)
    assert (found.state, found.detail) == ("ok", "me/ScoreVision at aaaaaaa: 3 files, 9.0 MiB")
    assert there.asked[0][0] == f"{TREE}?recursive=true"


@pytest.mark.parametrize(
    ("files", "told", "words"),
    [
        ({"model_onnx": 31 * MIB}, {}, "repo_size_exceeded"),
        ({"model_onnx": 20 * MIB}, {"max_model_size_mb": 10}, "20.0 MiB, and the element takes 10"),
        ({"miner_py": 10}, {}, "no_onnx_model_found"),
        ({"model_onnx": 10, "old_png": 10}, {}, "unsupported_artifact_suffix:old.png"),
    ],
)
def test_what_a_checker_refuses_of_the_files_is_wrong(
    there: Place, files: dict[str, int], told: dict[str, object], words: str
) -> None:
    there.has(TREE, listing(**files))
    found = of_folder(there, **told)
    assert found.state == "wrong"
    assert words in found.detail


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (401, "wrong", "validators cannot read it"),
        (404, "wrong", "has no revision"),
        (503, "warning", "not checked"),
    ],
)
def test_a_folder_that_is_refused_says_why(
    there: Place, status: int, state: str, words: str
) -> None:
    there.has(TREE, {"error": "no"}, status=status)
    found = of_folder(there)
    assert (found.state, words in found.detail) == (state, True)


@pytest.mark.parametrize("says", [{"files": []}, [{"type": "file"}], ["x"], None])
def test_a_listing_of_another_form_is_not_checked(there: Place, says: object) -> None:
    there.has(TREE, says)
    found = of_folder(there)
    assert (found.state, "of no known form" in found.detail) == ("warning", True)


def test_a_folder_with_a_page_full_of_files_is_not_counted_to_the_end(there: Place) -> None:
    there.has(TREE, listing(model_onnx=10, **{f"f{i}_txt": 1 for i in range(999)}))
    assert "or more" in of_folder(there).detail


def test_an_image_that_anybody_may_read_is_there(there: Place) -> None:
    there.has("/token", {"token": "t1"})
    there.has(MANIFEST, {"schemaVersion": 2}, **{DIGEST: "sha256:ab"})
    found = image(REPO, "v1", digest="sha256:ab", registry=there.base)
    assert (found.state, found.detail) == ("ok", f"{REPO}:v1 is there, for anybody to read")
    assert there.asked == [(f"/token?scope=repository:{NAME}:pull", None), (MANIFEST, "Bearer t1")]
    other = image(REPO, "v1", digest="sha256:cd", registry=there.base)
    assert (other.state, "sha256:cd is committed" in other.detail) == ("wrong", True)


@pytest.mark.parametrize("path", ["/token", MANIFEST])
@pytest.mark.parametrize("status", [401, 403])
def test_a_private_image_may_stay_so_and_it_is_told_who_reads_it(
    there: Place, path: str, status: int
) -> None:
    there.has("/token", {"token": "t1"})
    there.has(path, {"errors": [{"code": "DENIED"}]}, status=status)
    found = image(REPO, "v1", registry=there.base)
    assert found.state == "warning"
    assert READER in found.fix


def test_a_tag_that_is_not_there_is_wrong(there: Place) -> None:
    there.has("/token", {"token": "t1"})
    found = image(REPO, "v2", registry=there.base)
    assert (found.state, found.detail) == ("wrong", f"{REPO} has no tag v2")


@pytest.mark.parametrize("says", [{}, [], "t1"])
def test_a_registry_that_gives_no_token_is_not_checked(there: Place, says: object) -> None:
    there.has("/token", says)
    found = image(REPO, "v1", registry=there.base)
    assert (found.state, "gives no token" in found.detail) == ("warning", True)


def test_what_cannot_be_reached_is_not_checked_and_never_wrong(there: Place) -> None:
    nobody = nowhere().rstrip("/")
    for found in (folder("me/a", REVISION, hub=nobody), image(REPO, "v1", registry=nobody)):
        assert (found.state, found.detail.startswith("not checked")) == ("warning", True)
