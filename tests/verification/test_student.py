import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from tests.inference.networks import write
from touchline.errors import ModelError, UsageError
from touchline.inference import load_engine
from touchline.synthetic import SyntheticMatch
from touchline.verification.labels import Label
from touchline.verification.student import FAR, PANEL, Student, crop, load_student
from touchline.verification.verifier import View, as_claimed

GREY = 114
HEIGHT, WIDTH = PANEL


def frame(colour=(40, 130, 50), size=(720, 1280)) -> np.ndarray:
    return np.full((*size, 3), colour, np.uint8)


def painted(box, size=(720, 1280)) -> np.ndarray:
    """A black frame whose box is white."""
    image = np.zeros((*size, 3), np.uint8)
    left, top, right, bottom = box
    image[top:bottom, left:right] = 255
    return image


def extent(panel: np.ndarray) -> tuple[float, float]:
    """Columns and rows of a panel that are white, where its middle is."""
    white = panel[..., 0] / 255
    return float(white[HEIGHT // 2].sum()), float(white[:, WIDTH // 2].sum())


def panels(view: View) -> tuple[np.ndarray, np.ndarray]:
    image = crop(view)
    return image[:, :WIDTH], image[:, WIDTH:]


def write_verifier(path, *, columns=6, output="probabilities"):
    """The softmax of a random product of the mean colours, so that each crop has its answer."""
    rng = np.random.default_rng(0)
    weight = (rng.normal(size=(3, columns)) / 20).astype(np.float32)
    nodes = [
        helper.make_node("Cast", ["images"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["pixels"], ["means"], axes=[1, 2], keepdims=0),
        helper.make_node("MatMul", ["means", "weight"], ["logits"]),
        helper.make_node("Softmax", ["logits"], [output], axis=1),
    ]
    images = helper.make_tensor_value_info("images", TensorProto.UINT8, ["N", HEIGHT, 2 * WIDTH, 3])
    answer = helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", columns])
    initial = [numpy_helper.from_array(weight, "weight")]
    return write(path, nodes, [images], [answer], initial)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    path = write_verifier(tmp_path_factory.mktemp("student") / "verifier.onnx")
    return load_engine(path, threads=1, precision="f32")


@pytest.fixture(scope="module")
def student(engine) -> Student:
    return Student(engine)


def noisy_views(count: int) -> list[View]:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (180, 320, 3), np.uint8)
    low = rng.uniform(0, [300, 140], (count, 2))
    boxes = np.concatenate([low, low + rng.uniform(8, 60, (count, 2))], 1).astype(np.float32)
    return [View(image, box, is_ball=index % 3 == 0) for index, box in enumerate(boxes)]


@given(
    left=st.integers(100, 900),
    top=st.integers(100, 300),
    height=st.integers(40, 240),
    slender=st.floats(0.25, 0.7),
)
def test_a_person_is_always_shown_at_the_same_scale(left, top, height, slender):
    width = max(round(height * slender), 12)
    box = (left, top, left + width, top + height)
    near, _ = panels(View(painted(box), np.array(box, np.float32)))
    columns, rows = extent(near)
    assert rows == pytest.approx(HEIGHT / 1.3, abs=1)
    assert columns == pytest.approx(HEIGHT / 1.3 * width / height, abs=1)


@pytest.mark.parametrize("side", [8, 16, 40])
def test_a_ball_is_shown_a_quarter_as_high_as_its_picture(side):
    box = (600, 300, 600 + side, 300 + side)
    near, _ = panels(View(painted(box), np.array(box, np.float32), is_ball=True))
    assert extent(near) == pytest.approx((HEIGHT / 4, HEIGHT / 4), abs=1)


def test_the_far_picture_shows_four_times_as_much():
    box = (600, 300, 640, 400)
    near, far = panels(View(painted(box), np.array(box, np.float32)))
    assert np.array(extent(near)) == pytest.approx(FAR * np.array(extent(far)), abs=2)


def test_the_box_lies_in_the_middle():
    box = (611, 303, 645, 391)
    near, far = panels(View(painted(box), np.array(box, np.float32)))
    for panel in (near, far):
        assert np.abs(panel.astype(int) - panel[::-1, ::-1]).max() <= 3


def test_a_wide_box_is_shown_whole():
    box = (300, 300, 700, 400)
    near, _ = panels(View(painted(box), np.array(box, np.float32)))
    assert extent(near)[0] == pytest.approx(WIDTH / 1.3, abs=1)


def test_what_lies_outside_the_frame_is_grey():
    near, far = panels(View(frame(), np.array([0, 300, 40, 400], np.float32)))
    assert (near[:, :6] == GREY).all()
    assert (near[:, WIDTH // 2 + 2 :] == frame()[0, 0]).all()
    assert (far[:, : WIDTH // 2 - 3] == GREY).all()


def test_fine_stripes_are_averaged_and_not_sampled():
    image = frame((0, 0, 0))
    image[:, ::2] = 255
    near, _ = panels(View(image, np.array([400, 100, 600, 600], np.float32)))
    assert near.min() > 60
    assert near.max() < 196


@given(
    low=st.tuples(st.floats(-1e30, 1e30), st.floats(-1e30, 1e30)),
    sides=st.tuples(st.floats(1, 1e30), st.floats(1, 1e30)),
    is_ball=st.booleans(),
)
def test_any_box_gives_a_crop_of_one_size(low, sides, is_ball):
    box = np.array([*low, low[0] + sides[0], low[1] + sides[1]])
    assert crop(View(frame(size=(90, 160)), box, is_ball)).shape == (HEIGHT, 2 * WIDTH, 3)


def test_no_views_give_no_rows(student):
    assert student.judge([]).shape == (0, len(Label))


def test_every_row_is_a_distribution(student):
    rows = student.judge(noisy_views(20))
    assert rows.dtype == np.float32
    assert rows.sum(1) == pytest.approx(np.ones(20), abs=1e-5)
    assert len(np.unique(rows, axis=0)) == 20


@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_the_batch_size_does_not_change_an_answer(engine, student, batch_size):
    views = noisy_views(10)
    assert np.array_equal(Student(engine, batch_size=batch_size).judge(views), student.judge(views))


@pytest.mark.parametrize(
    "box",
    [
        (10, 10, 10, 50),
        (50, 50, 20, 20),
        (np.nan, 0, 10, 10),
        (0, 0, np.inf, 10),
        (-90, 10, -5, 80),
        (400, 10, 430, 80),
    ],
)
def test_a_view_of_nothing_is_background_with_certainty(student, box):
    rows = student.judge([View(frame(size=(180, 320)), np.array(box, np.float32))])
    assert rows[0, Label.BACKGROUND] == 1
    assert rows.sum() == 1


def test_a_view_of_nothing_does_not_move_its_neighbours(student):
    views = noisy_views(4)
    nothing = View(views[0].image, np.full(4, np.nan, np.float32))
    rows = student.judge([nothing, views[0], nothing, *views[1:]])
    assert np.array_equal(rows[[1, 3, 4, 5]], student.judge(views))


def test_a_view_of_nothing_is_not_given_to_the_network():
    class Unused:
        name = device = "none"

        def run(self, images):
            raise AssertionError("the network was asked")

    nothing = View(frame(), np.full(4, np.nan, np.float32))
    assert Student(Unused()).judge([nothing] * 3).shape == (3, len(Label))


def test_five_thousand_views_are_answered(student):
    views = noisy_views(50)
    rows = student.judge(views * 100)
    assert np.array_equal(rows, np.tile(student.judge(views), (100, 1)))


def test_a_network_with_another_answer_is_refused(tmp_path):
    short = write_verifier(tmp_path / "short.onnx", columns=4)
    other = write_verifier(tmp_path / "other.onnx", output="logit")
    for path, shown in ((short, r"\(N, 6\).*\(1, 4\)"), (other, "other answers logit")):
        with pytest.raises(ModelError, match=shown):
            load_student(path).judge(noisy_views(1))


def test_a_batch_size_of_nothing_is_refused(engine):
    with pytest.raises(UsageError, match="batch_size"):
        Student(engine, batch_size=0)


def test_weights_that_are_not_there_are_named():
    with pytest.raises(ModelError, match="no_such"):
        load_student("no_such")


@pytest.fixture(scope="module")
def shipped() -> Student:
    return load_student(threads=1)


def test_the_shipped_weights_confirm_the_people_of_a_synthetic_match(shipped):
    picture, truth = next(iter(SyntheticMatch(11, seconds=1.0, fps=1.0, close_up=None)))
    seen = truth.objects[(truth.objects.data["visible"] > 0.8) & (truth.objects.class_id != 0)]
    views = [View(picture.image, box) for box in seen.xyxy]
    claim = as_claimed(shipped.judge(views), np.zeros(len(views), bool))
    assert (claim > 0.5).mean() > 0.9


def test_the_shipped_weights_confirm_nobody_on_bare_grass(shipped):
    rng = np.random.default_rng(0)
    image = (frame() + rng.integers(-8, 9, (720, 1280, 3))).astype(np.uint8)
    low = rng.uniform(0, [1200, 600], (40, 2))
    boxes = np.concatenate([low, low + np.array([30, 75])], 1).astype(np.float32)
    rows = shipped.judge([View(image, box) for box in boxes])
    assert (rows.argmax(1) == Label.GRASS).mean() > 0.9
    assert as_claimed(rows, np.zeros(40, bool)).max() < 0.2
