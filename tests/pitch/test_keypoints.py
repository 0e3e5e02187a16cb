import numpy as np
import pytest
import supervision as sv

from tests.pitch.cameras import SIZE, VERTICES, Camera
from tests.pitch.maps import DrawnMaps
from touchline.errors import ModelError, UsageError
from touchline.frame import Source
from touchline.pitch import HeatmapPitchModel, load_pitch_model

CAMERAS = [Camera((0, -80, 22), (x, 0), 1.0) for x in (-30, 0, 30)]
BLANK = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)


def drawn(cameras: list[Camera]) -> DrawnMaps:
    return DrawnMaps([(c.see(VERTICES) / SIZE, c.visible()) for c in cameras])


def test_points_come_back_in_pixels_of_the_original_image():
    for found, camera in zip(_locate(CAMERAS), CAMERAS, strict=True):
        visible = camera.visible()
        assert np.abs(found.xy[0] - camera.see(VERTICES))[visible].max() < 2.5
        assert (found.keypoint_confidence[0][visible] > 0.9).all()


def test_an_absent_point_is_zero_with_confidence_zero():
    for found, camera in zip(_locate(CAMERAS), CAMERAS, strict=True):
        absent = found.keypoint_confidence[0] == 0
        assert absent[~camera.visible(margin=5)].all()
        assert not found.xy[0][absent].any()
        assert (found.data["source"][0][absent] == "").all()


def test_the_answer_has_the_shape_of_one_pitch():
    (found,) = _locate(CAMERAS[:1])
    assert isinstance(found, sv.KeyPoints)
    assert found.xy.shape == (1, 32, 2)
    assert found.keypoint_confidence.shape == (1, 32)
    assert found.xy.dtype == np.float32


def test_images_of_other_sizes_scale_the_points():
    model = HeatmapPitchModel(drawn(CAMERAS[1:2] * 2))
    small, large = model.locate([BLANK[::2, ::2], BLANK])
    assert np.allclose(small.xy * 2, large.xy, atol=0.5)


def test_the_engine_gets_squashed_images_in_batches():
    engine = drawn(CAMERAS)
    HeatmapPitchModel(engine, batch_size=2).locate([BLANK] * 3)
    assert engine.batches == [(2, 384, 640, 3), (1, 384, 640, 3)]


def test_the_size_of_the_batch_changes_nothing():
    alone = _locate(CAMERAS, batch_size=1)
    together = _locate(CAMERAS, batch_size=None)
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.xy, other.xy)


def test_a_point_far_from_where_the_others_put_it_gives_way_to_them():
    camera = CAMERAS[1]
    fractions = camera.see(VERTICES) / SIZE
    fractions[15] += [0.1, 0]
    view = (fractions, camera.visible())
    (clean,) = HeatmapPitchModel(DrawnMaps([view])).locate([BLANK])
    (raw,) = HeatmapPitchModel(DrawnMaps([view]), clean=False).locate([BLANK])
    assert raw.keypoint_confidence[0, 15] > 0.9
    assert clean.data["source"][0, 15] == Source.PROJECTED
    assert np.abs(clean.xy[0, 15] - camera.see(VERTICES)[15]).max() < 3


def test_points_are_called_detected_where_the_network_saw_them():
    (found,) = _locate(CAMERAS[1:2])
    visible = CAMERAS[1].visible()
    assert (found.data["source"][0][visible] == Source.DETECTED).all()


def test_a_hidden_vertex_is_added_where_many_others_show():
    camera = CAMERAS[1]
    hidden = camera.visible() & (np.arange(32) != 15)
    view = (camera.see(VERTICES) / SIZE, hidden)
    (found,) = HeatmapPitchModel(DrawnMaps([view])).locate([BLANK])
    assert found.data["source"][0, 15] == Source.PROJECTED
    assert np.abs(found.xy[0, 15] - camera.see(VERTICES)[15]).max() < 3


def test_five_points_are_too_few_to_add_others():
    camera = CAMERAS[1]
    few = np.isin(np.arange(32), [13, 14, 15, 30, 31])
    assert (few & camera.visible()).sum() == 5
    view = (camera.see(VERTICES) / SIZE, few)
    (found,) = HeatmapPitchModel(DrawnMaps([view])).locate([BLANK])
    assert np.array_equal(found.keypoint_confidence[0] > 0, few)


def test_points_that_support_nothing_must_be_sure_of_themselves():
    line = np.isin(np.arange(32), [13, 14, 15])
    view = (CAMERAS[1].see(VERTICES) / SIZE, line)
    (sure,) = HeatmapPitchModel(DrawnMaps([view])).locate([BLANK])
    (unsure,) = HeatmapPitchModel(DrawnMaps([view], doubt=0.5)).locate([BLANK])
    assert np.array_equal(sure.keypoint_confidence[0] > 0, line)
    assert not unsure.keypoint_confidence.any()


def test_no_images_give_no_answers():
    assert HeatmapPitchModel(drawn([])).locate([]) == []


def test_an_image_without_a_pitch_gives_no_point():
    nowhere = (np.zeros((32, 2)), np.zeros(32, bool))
    (found,) = HeatmapPitchModel(DrawnMaps([nowhere])).locate([BLANK])
    assert not found.keypoint_confidence.any()


@pytest.mark.parametrize("confidence", [0, 1, -1, 2])
def test_a_confidence_outside_0_to_1_is_refused(confidence):
    with pytest.raises(UsageError, match="confidence"):
        HeatmapPitchModel(drawn([]), confidence=confidence)


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(UsageError, match="batch_size"):
        HeatmapPitchModel(drawn([]), batch_size=0)


def test_weights_that_do_not_exist_are_named():
    with pytest.raises(ModelError, match="nowhere"):
        load_pitch_model("nowhere.onnx")


def _locate(cameras: list[Camera], batch_size: int | None = None) -> list[sv.KeyPoints]:
    model = HeatmapPitchModel(drawn(cameras), batch_size=batch_size)
    return model.locate([BLANK] * len(cameras))
