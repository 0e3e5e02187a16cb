from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

import onnxruntime  # noqa: E402

from touchline.inference import load_engine  # noqa: E402
from touchline.verification.labels import Label  # noqa: E402
from touchline.verification.student import OUTPUT  # noqa: E402
from training.verification.model import StudentNet  # noqa: E402
from training.verification.shipped import (  # noqa: E402
    TOLERANCE,
    Calibration,
    Shipped,
    export,
    largest_difference,
)

CALIBRATION = Calibration(temperature=1.3, keepers=0.4)
CROPS = np.random.default_rng(0).integers(0, 256, (5, 64, 96, 3), np.uint8)


@pytest.fixture(scope="module")
def net() -> StudentNet:
    torch.manual_seed(0)
    return StudentNet().eval()


@pytest.fixture(scope="module")
def exported(net: StudentNet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "verifier.onnx"
    export(net, path, CALIBRATION)
    return path


def answer(net: StudentNet, calibration: Calibration) -> np.ndarray:
    with torch.no_grad():
        return Shipped(net, calibration).eval()(torch.from_numpy(CROPS)).numpy()


def test_the_file_computes_what_the_network_does(net: StudentNet, exported: Path):
    assert largest_difference(net, exported, CALIBRATION) < TOLERANCE


def test_the_file_holds_the_calibration(net: StudentNet, exported: Path):
    assert largest_difference(net, exported, Calibration(0.3, 9.0)) > TOLERANCE


def test_the_file_is_small_enough_to_ship(exported: Path):
    assert exported.stat().st_size <= 2_000_000


def test_its_weights_are_halves_and_its_answers_are_not(exported: Path):
    model = onnx.load(exported)
    large = [tensor for tensor in model.graph.initializer if len(tensor.dims) > 1]
    assert {tensor.data_type for tensor in large} == {onnx.TensorProto.FLOAT16}
    assert model.graph.output[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT


def test_both_runtimes_take_any_number_of_crops(exported: Path):
    session = onnxruntime.InferenceSession(str(exported))
    theirs = session.run([OUTPUT], {"images": CROPS})[0]
    ours = load_engine(exported, threads=1, precision="f32").run(CROPS)[OUTPUT]
    assert theirs.shape == (5, len(Label))
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_a_high_temperature_doubts(net: StudentNet):
    plain, doubting = answer(net, Calibration()), answer(net, Calibration(temperature=5))
    assert (doubting.max(1) < plain.max(1)).all()


def test_rarer_keepers_lose_odds_to_all_others_alike(net: StudentNet):
    plain, rarer = answer(net, Calibration()), answer(net, Calibration(keepers=0.5))
    odds = (rarer / plain)[:, [Label.FOOTBALL, Label.PLAYER, Label.GRASS]]
    assert odds == pytest.approx(np.repeat(odds[:, :1], 3, axis=1), rel=1e-4)
    assert rarer[:, Label.GOALKEEPER] / plain[:, Label.GOALKEEPER] == pytest.approx(
        0.5 * odds[:, 0], rel=1e-4
    )
