"""The race between ways of computing a network, by a clock that the tests turn."""

import json
from dataclasses import dataclass, field

import numpy as np
import pytest

from touchline.errors import ModelError
from touchline.inference import EngineChoice, EngineTimings
from touchline.inference.measuring import difference, made_picture, measure

F32 = EngineChoice("openvino", "f32", 2)
BF16 = EngineChoice("openvino", "bf16", 2)
ORT = EngineChoice("onnxruntime", "f32", 2)
WAYS = [F32, BF16, ORT]


@dataclass
class Machine:
    """Runs networks in as many milliseconds as it is told, each answering a little off.

    ``off`` is by how much; ``noise`` is what one run after another takes besides.
    """

    milliseconds: dict[EngineChoice, float]
    off: dict[EngineChoice, float] = field(default_factory=dict)
    noise: list[float] = field(default_factory=list)
    broken: tuple[EngineChoice, ...] = ()
    now: float = 0.0
    loaded: list[EngineChoice] = field(default_factory=list)

    def load(self, choice):
        self.loaded.append(choice)
        return Network(self, choice)

    def measure(self, choices=WAYS):
        return measure(choices, self.load, size=(64, 96), clock=lambda: self.now)[0]


@dataclass
class Network:
    machine: Machine
    choice: EngineChoice
    name: str = "made"
    device: str = "cpu"

    def run(self, images):
        if self.choice in self.machine.broken:
            raise ModelError("it cannot")
        besides = self.machine.noise.pop() if self.machine.noise else 0.0
        each = self.machine.milliseconds[self.choice] + besides
        self.machine.now += each * len(images) / 1000
        return {"out": np.full((len(images), 4), 1 + self.machine.off.get(self.choice, 0.0))}


def test_the_fastest_way_is_chosen_and_all_are_told():
    found = Machine({F32: 37.0, BF16: 55.0, ORT: 20.0}).measure()
    assert (found.chosen, found.sure) == (ORT, True)
    assert [each.choice for each in found.timings] == WAYS
    assert [each.milliseconds for each in found.timings] == pytest.approx([37.0, 55.0, 20.0])


@pytest.mark.parametrize(("saved", "chosen"), [(0.06, BF16), (0.08, ORT)])
def test_what_is_presumed_stays_unless_another_is_clearly_faster(saved, chosen):
    assert Machine({F32: 90.0, BF16: 50.0, ORT: 50.0 * (1 - saved)}).measure().chosen == chosen


def test_float32_is_presumed_where_there_is_no_bfloat16():
    assert Machine({F32: 50.0, ORT: 48.0}).measure([F32, ORT]).chosen == F32


def test_a_format_that_differs_too_much_is_not_offered_however_fast():
    found = Machine({F32: 40.0, BF16: 10.0, ORT: 40.0}, off={BF16: 0.11}).measure()
    assert found.chosen == F32
    refused = found.timings[-1]
    assert (refused.choice, refused.milliseconds) == (BF16, None)
    assert refused.difference == pytest.approx(0.11)
    assert ("made 96x64, openvino bf16, 2 threads, 0.1100 from f32", refused.refused) in (
        found.lines()
    )


def test_an_answer_that_is_no_number_is_not_offered():
    found = Machine({F32: 40.0, BF16: 10.0, ORT: 40.0}, off={BF16: np.nan}).measure()
    assert found.chosen == F32
    assert found.timings[-1].difference is None


def test_a_way_that_fails_is_passed_over_and_says_why():
    found = Machine({F32: 40.0, BF16: 30.0}, broken=(ORT,)).measure()
    assert found.chosen == BF16
    assert found.timings[-1].refused == "it cannot"


def test_a_network_that_cannot_be_computed_at_all_says_so():
    with pytest.raises(ModelError, match="it cannot"):
        Machine({BF16: 1.0, ORT: 1.0}, broken=(F32,)).measure()


@pytest.mark.parametrize(
    ("besides", "chosen"), [(0.0, ORT), (9.0, BF16)], ids=["all rounds won", "every other one lost"]
)
def test_on_a_busy_machine_another_way_is_used_only_if_it_won_every_round(besides, chosen):
    rounds = [float(10 * 1.3**step) for step in range(20)]
    noise = [
        each
        for step, busy in enumerate(rounds)
        for each in (busy, busy, busy + besides * (step % 2))
    ]
    found = Machine({F32: 5.0, BF16: 5.0, ORT: 1.0}, noise=noise[::-1]).measure()
    assert (found.chosen, found.sure) == (chosen, False)
    assert any("for now" in way for way, _ in found.lines())


@pytest.mark.parametrize(("half", "chosen"), [(9.0, 4), (20.0, 8)])
def test_half_the_threads_are_tried_of_the_best_way_alone(half, chosen):
    ways = [EngineChoice("openvino", p, t) for t in (8, 4) for p in ("f32", "bf16")]
    cost = {each: 30.0 if each.precision == "f32" else 10.0 for each in ways}
    machine = Machine(cost | {ways[3]: half})
    assert machine.measure(ways).chosen == EngineChoice("openvino", "bf16", chosen)
    assert ways[2] not in machine.loaded


def test_what_was_measured_goes_through_json_and_back():
    found = Machine({F32: 40.0, BF16: 30.0, ORT: 1.0}, broken=(ORT,)).measure()
    assert EngineTimings.from_dict(json.loads(json.dumps(found.as_dict()))) == found


def test_the_made_picture_is_always_the_same_at_any_size():
    for size in ((1, 1), (64, 96), (360, 640)):
        picture = made_picture(*size)
        assert (picture.shape, picture.dtype) == ((*size, 3), np.uint8)
        np.testing.assert_array_equal(picture, made_picture(*size))


def test_the_difference_is_that_of_the_worst_output_whatever_its_scale():
    exact = {"small": np.full((1, 4), 0.01), "large": np.full((1, 4), 1000.0)}
    answer = {"small": np.full((1, 4), 0.012), "large": np.full((1, 4), 1010.0)}
    assert difference(answer, exact) == pytest.approx(0.2)
    assert difference(exact, exact) == 0
