"""The front door: what the package shows, and what it costs to open it."""

import os
import subprocess
import sys

import pytest

import touchline as tl

COMPLETE = {
    "bash": {"COMP_WORDS": "touchline run --det", "COMP_CWORD": "2"},
    "zsh": {"_TYPER_COMPLETE_ARGS": "touchline run --det"},
    "fish": {
        "_TYPER_COMPLETE_ARGS": "touchline run --det",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    },
}
HEAVY = ("openvino", "onnxruntime", "scipy", "av", "cv2", "supervision", "pyarrow", "numpy")
FEW = 350
"""Modules: 290 for a command line that is read to its end, of them half Python's own."""


def test_the_names_are_sorted_and_all_there() -> None:
    assert tl.__all__ == sorted(tl.__all__)
    for name in tl.__all__:
        assert getattr(tl, name).__name__ == name


def test_the_public_names_are_these() -> None:
    assert set(tl.__all__) == {
        *("ClassId", "Detector", "FrameState", "InputError", "ModelError", "Models", "Objects"),
        *("OutputError", "PitchDimensions", "PitchModel", "PitchState", "PlayerTracker"),
        *("Settings", "Source", "Stage", "TeamClassifier", "TouchlineError", "TrackedFrame"),
        "UsageError",
        *("analyze", "load_detector", "load_pitch_model", "to_kloppy"),
    }


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        tl.no_such_name  # noqa: B018
    assert {*tl.__all__, "__version__"} <= {*dir(tl)}


@pytest.mark.parametrize("program", ["import touchline", "import touchline; touchline.__version__"])
def test_the_import_loads_no_library_of_networks_or_arrays(program: str) -> None:
    loaded = f"{program}; import sys; print([n for n in {HEAVY} if n in sys.modules])"
    said = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"


def opened(arguments: list[str], variables: dict[str, str]) -> tuple[set[str], str]:
    """The modules that a command loaded, and what it said."""
    program = (
        "import atexit, sys; sys.argv[0] = 'touchline'\n"
        "atexit.register(lambda: print('loaded', *(n for n, m in sys.modules.items() if m)))\n"
        "from touchline.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    said, _, loaded = done.stdout.rpartition("loaded")
    return set(loaded.split()), said + done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--version"], "."), (["--help"], "Soccer video"), (["run", "--hlep"], "No such option")],
)
def test_what_needs_no_work_loads_little(arguments: list[str], says: str) -> None:
    loaded, said = opened(arguments, {})
    assert says in said
    assert not loaded & {*HEAVY, "rich"}
    assert len(loaded) < FEW


@pytest.mark.parametrize("shell", COMPLETE)
def test_a_press_of_tab_loads_little(shell: str) -> None:
    variables = {"_TOUCHLINE_COMPLETE": f"complete_{shell}"} | COMPLETE[shell]
    loaded, said = opened([], variables)
    assert "--detector" in said
    assert not loaded & {*HEAVY, "rich"}
    assert len(loaded) < FEW
