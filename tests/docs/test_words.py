"""One word, one thing: the glossary, and the names of public classes."""

import ast
from collections import defaultdict

import pytest

from tests.docs.pages import ROOT, SOURCE, code, resolved, table

WORDS = table(ROOT / "CONTRIBUTING.md", "Words")


def public_classes() -> dict[str, set[str]]:
    """The modules that define each public class; a re-export is the same class."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in SOURCE.rglob("*.py"):
        module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].add(f"{module}:{node.lineno}")
    return found


def test_no_public_class_name_means_two_things() -> None:
    double = {name: sorted(where) for name, where in public_classes().items() if len(where) > 1}
    assert double == {}


def test_the_words_are_in_order_and_explained() -> None:
    words = [row[0].strip("`").lower() for row in WORDS]
    assert words == sorted(words)
    assert all(row[1] and row[2] for row in WORDS)


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row[0])
def test_a_word_is_where_the_glossary_says(row: list[str]) -> None:
    for place in code(row[2]):
        resolved(f"touchline.{place}")


@pytest.mark.parametrize(
    "word",
    [
        *("kalman", "nms", "hungarian", "queue", "worker", "retry", "prefetch", "calibration"),
        *("preprocess", "postprocess", "homography", "backoff", "student", "expert", "stage"),
        *("pace", "shot", "track", "tracker_id", "class_id", "xyxy", "interpolated", "proposed"),
    ],
)
def test_a_word_that_newcomers_look_for_is_in_the_glossary(word: str) -> None:
    assert any(word in row[0].lower() for row in WORDS)
