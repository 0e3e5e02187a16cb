import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from training.detector.data import BALL, GOALKEEPER, PERSON, PLAYER, REFEREE  # noqa: E402
from training.detector.loss import (  # noqa: E402
    Target,
    assign,
    decode,
    detection_loss,
    generalised_iou,
    pairwise_iou,
)

SIZE = 128
sides = st.floats(1, 50)
corners = st.floats(0, 100)


@st.composite
def boxes(draw):
    x, y = draw(corners), draw(corners)
    return [x, y, x + draw(sides), y + draw(sides)]


def quiet_maps(count: int = 1) -> list[torch.Tensor]:
    """Maps of a network that is nearly sure of seeing nothing; cells answer their own square."""
    maps = [torch.zeros(count, 9, SIZE // s, SIZE // s) for s in (8, 16, 32)]
    for level in maps:
        level[:, 4:] = -9
    return maps


def perfect_maps(box: list[float], class_id: int) -> list[torch.Tensor]:
    """Maps in which one cell of stride 8 tells exactly this box."""
    maps = quiet_maps()
    for level in maps:
        level[:, 2:4] = -6  # the others answer next to nothing, so one cell is enough
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    column, row = int(x // 8), int(y // 8)
    size = [math.log((box[2] - box[0]) / 8), math.log((box[3] - box[1]) / 8)]
    answer = torch.tensor([x / 8 - column, y / 8 - row, *size, 9.0])
    maps[0][0, :5, row, column] = answer
    maps[0][0, 5 + class_id, row, column] = 9
    return maps


def target(*rows: tuple[int, list[float]]) -> Target:
    xyxy = torch.tensor([box for _, box in rows], dtype=torch.float32).reshape(-1, 4)
    return Target(xyxy, torch.tensor([class_id for class_id, _ in rows], dtype=torch.int64))


def test_a_cell_that_answers_zero_is_a_box_of_one_stride_at_its_corner():
    predictions = decode(quiet_maps())
    assert predictions.xyxy[0, 0].tolist() == [-4, -4, 4, 4]
    assert predictions.centre[0].tolist() == [4, 4]
    last = predictions.xyxy[0, -1]
    assert last.tolist() == [80, 80, 112, 112]


@given(boxes(), boxes())
def test_generalised_overlap_is_symmetric_and_below_overlap(first, second):
    a, b = torch.tensor([first]), torch.tensor([second])
    iou, giou = generalised_iou(a, b)
    assert generalised_iou(b, a)[1].item() == pytest.approx(giou.item(), abs=1e-5)
    assert -1 <= giou.item() <= iou.item() + 1e-6
    assert pairwise_iou(a, b).item() == pytest.approx(iou.item(), abs=1e-5)


@given(boxes())
def test_a_box_overlaps_itself_entirely(box):
    iou, giou = generalised_iou(torch.tensor([box]), torch.tensor([box]))
    assert iou.item() == pytest.approx(1, abs=1e-3)
    assert giou.item() == pytest.approx(1, abs=1e-3)


@settings(max_examples=30)
@given(st.lists(boxes(), min_size=1, max_size=5))
def test_every_cell_carries_one_box_and_lies_near_it(rows):
    truth = target(*((PLAYER, box) for box in rows))
    predictions = decode(quiet_maps())
    cells, of = assign(predictions, 0, truth)
    assert len(set(cells.tolist())) == len(cells)
    middle = ((truth.xyxy[:, :2] + truth.xyxy[:, 2:]) / 2)[of]
    reach = (predictions.centre[cells] - middle).abs().amax(1)
    assert (reach < 1.5 * predictions.stride[cells]).all()


def test_a_small_ball_gets_a_cell():
    cells, of = assign(decode(quiet_maps()), 0, target((BALL, [50, 50, 58, 58])))
    assert len(cells) >= 1
    assert set(of.tolist()) == {0}


def test_an_image_without_boxes_gets_no_cell():
    cells, of = assign(decode(quiet_maps()), 0, target())
    assert len(cells) == len(of) == 0


def test_a_perfect_answer_costs_next_to_nothing():
    box = [40.0, 30.0, 60.0, 80.0]
    losses = detection_loss(perfect_maps(box, PLAYER), [target((PLAYER, box))], offsets=True)
    assert losses.total.item() < 0.2


def test_the_wrong_class_costs_in_classes_only():
    box = [40.0, 30.0, 60.0, 80.0]
    truth = [target((PLAYER, box))]
    right = detection_loss(perfect_maps(box, PLAYER), truth, offsets=True)
    wrong = detection_loss(perfect_maps(box, BALL), truth, offsets=True)
    assert wrong.classes > right.classes + 5
    assert wrong.box.item() == pytest.approx(right.box.item())


def test_a_ball_weighs_twice_a_player():
    box = [40.0, 40.0, 50.0, 50.0]
    ball = detection_loss(quiet_maps(), [target((BALL, box))], offsets=False)
    player = detection_loss(quiet_maps(), [target((PLAYER, box))], offsets=False)
    assert ball.box.item() == pytest.approx(2 * player.box.item())


def test_a_batch_without_boxes_has_a_finite_loss_and_gradient():
    maps = [level.requires_grad_() for level in quiet_maps(2)]
    losses = detection_loss(maps, [target(), target()], offsets=True)
    losses.total.backward()
    assert losses.total.isfinite()
    assert losses.box == losses.classes == losses.offsets == 0
    assert all(level.grad.isfinite().all() for level in maps)


def test_somebody_of_unknown_role_counts_in_box_and_objectness_but_not_in_class():
    box = [40.0, 30.0, 60.0, 80.0]
    for class_id in (GOALKEEPER, PLAYER, REFEREE):
        maps = perfect_maps(box, class_id)
        losses = detection_loss(maps, [target((PERSON, box))], offsets=False)
        assert losses.classes == 0
        assert losses.total.item() < 0.2
    missed = detection_loss(quiet_maps(), [target((PERSON, box))], offsets=False)
    assert missed.objectness > 5
    assert missed.box > 0.1


@pytest.mark.parametrize(("class_id", "ignored"), [(PLAYER, True), (BALL, False)])
def test_what_looks_like_an_unlabelled_class_is_no_background(class_id: int, ignored: bool):
    maps = perfect_maps([40.0, 30.0, 60.0, 80.0], class_id)
    nothing = target()
    people = frozenset({GOALKEEPER, PLAYER, REFEREE})
    strict = detection_loss(maps, [nothing], offsets=False).objectness.item()
    lenient = detection_loss(
        maps, [replace(nothing, unlabelled=people)], offsets=False
    ).objectness.item()
    assert strict > 8
    assert (lenient < 0.5) == ignored


def test_a_labelled_box_counts_though_others_of_its_class_may_have_none():
    box = [40.0, 30.0, 60.0, 80.0]
    partly = replace(target((REFEREE, box)), unlabelled=frozenset({REFEREE}))
    missed = detection_loss(quiet_maps(), [partly], offsets=False)
    assert missed.objectness > 5
    assert missed.classes > 1
