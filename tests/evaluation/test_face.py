import subprocess
import sys

import pytest

from touchline import evaluation


def test_every_name_of_the_face_is_there_and_they_are_sorted() -> None:
    assert evaluation.__all__ == sorted(evaluation.__all__)
    for name in evaluation.__all__:
        assert callable(getattr(evaluation, name))


def test_an_unknown_name_is_refused_as_a_module_does() -> None:
    with pytest.raises(AttributeError, match=r"'touchline\.evaluation' has no attribute 'x'"):
        _ = evaluation.x


def test_reading_labels_does_not_load_the_pipeline() -> None:
    asked = "import sys, touchline.evaluation.formats; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "touchline.evaluation.labels" in loaded
    assert "touchline.pipeline" not in loaded
