"""The front door: what the package shows, and what it costs to open it."""

import subprocess
import sys

import pytest

import touchline as tl

HEAVY = ("openvino", "onnxruntime", "scipy", "av", "cv2", "supervision", "pyarrow", "numpy")


def test_the_names_are_sorted_and_all_there() -> None:
    assert tl.__all__ == sorted(tl.__all__)
    for name in tl.__all__:
        assert getattr(tl, name).__name__ == name


def test_the_public_names_are_these() -> None:
    assert set(tl.__all__) == {
        *("ClassId", "Detector", "FrameState", "InputError", "ModelError", "Models", "Objects"),
        *("OutputError", "PitchDimensions", "PitchModel", "PitchState", "PlayerTracker"),
        *("Settings", "Source", "Stage", "TouchlineError", "TrackedFrame", "UsageError"),
        *("analyze", "load_detector", "load_pitch_model"),
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


def test_the_version_and_the_help_of_the_command_load_none_either() -> None:
    program = (
        "import sys; sys.argv = ['touchline', '{option}']\n"
        "from touchline.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('loaded', [n for n in {HEAVY} if n in sys.modules])"
    )
    for option in ("--version", "--help"):
        run = [sys.executable, "-c", program.format(option=option)]
        said = subprocess.run(run, capture_output=True, text=True, check=True)
        assert said.stdout.strip().endswith("loaded []"), said.stdout
