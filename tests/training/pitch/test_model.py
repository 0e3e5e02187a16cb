import pytest

torch = pytest.importorskip("torch")

from training.pitch.model import PitchModel  # noqa: E402


@pytest.mark.parametrize("size", [(96, 160), (64, 128)])
def test_maps_have_a_quarter_of_the_size_of_the_image(size):
    torch.manual_seed(0)
    heatmaps, absent = PitchModel().eval()(torch.rand(2, 3, *size) * 255)
    assert heatmaps.shape == (2, 32, size[0] // 4, size[1] // 4)
    assert absent.shape == (2, 32)


def test_an_image_is_read_alone():
    torch.manual_seed(0)
    model = PitchModel().eval()
    images = torch.rand(3, 3, 64, 96) * 255
    together = model(images)[0][1:2]
    torch.testing.assert_close(together, model(images[1:2])[0], rtol=1e-3, atol=1e-4)
