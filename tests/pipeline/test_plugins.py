import pytest

from touchline.errors import UsageError
from touchline.pipeline.plugins import is_object_name, load_object, make


def test_a_name_leads_to_what_it_names() -> None:
    assert load_object("collections:OrderedDict.fromkeys")([1]) == {1: None}
    assert make("collections:Counter", has="most_common") == {}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("collections", "write module:name"),
        (":x", "write module:name"),
        ("collections:", "write module:name"),
        ("no_such_module:x", "no module 'no_such_module'"),
        ("collections.no_such:x", "no module 'collections.no_such'"),
        ("collections:NoSuch", "no attribute 'NoSuch'"),
    ],
)
def test_a_name_that_leads_nowhere_says_why(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_object(name)


def test_a_module_that_breaks_is_not_taken_for_a_missing_one(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "breaks.py").write_text("import no_such_dependency")  # type: ignore[operator]
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        load_object("breaks:x")


def test_what_a_factory_makes_must_have_the_method() -> None:
    with pytest.raises(UsageError, match="makes a Counter, which has no method detect"):
        make("collections:Counter", has="detect")


@pytest.mark.parametrize("name", ["mine:Finder", "my.package:make.it"])
def test_a_module_and_a_name_are_an_object(name: str) -> None:
    assert is_object_name(name)


@pytest.mark.parametrize("name", ["players", "a/b.onnx", "C:\\weights.onnx", "http://x/y", "a:b c"])
def test_paths_and_plain_names_are_not(name: str) -> None:
    assert not is_object_name(name)
