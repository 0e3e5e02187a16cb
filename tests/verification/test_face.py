import subprocess
import sys

import pytest

from touchline import verification
from touchline.verification import clip


def order(name: str) -> tuple[int, str]:
    """Constants first, then classes, then functions, each by name."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2, name


@pytest.mark.parametrize("face", [verification, clip], ids=lambda face: face.__name__)
def test_a_face_has_what_it_names_in_order(face):
    assert face.__all__ == sorted(face.__all__, key=order)
    assert all(hasattr(face, name) for name in face.__all__)


def test_a_name_that_the_face_lacks_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = verification.nothing


def test_the_decision_tree_loads_no_network_library():
    program = "import sys; from touchline.verification import ask; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert {"touchline.inference", "openvino", "onnxruntime"}.isdisjoint(run.stdout.split())
