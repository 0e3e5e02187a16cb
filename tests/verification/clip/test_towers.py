"""Against ``transformers`` with the same weights."""

import numpy as np
import pytest

from tests.verification.clip.test_preprocess import noise, normalised
from tests.verification.clip.towers import made_merges, make_model, source_of, write_texts
from touchline.inference import load_engine
from touchline.verification.clip import load_clip, prepare, pull
from touchline.verification.clip.store import IMAGE, find_stored
from touchline.verification.prompts import ALL_PROMPTS

SIZES = [(224, 224), (60, 31), (31, 60), (1, 1), (500, 260), (90, 200)]


@pytest.fixture(scope="module")
def images():
    """Smooth ones as well as noise, so that bicubic has something to do."""
    ramp = np.linspace(0, 255, 90 * 70 * 3).reshape(90, 70, 3).astype(np.uint8)
    return [*(noise(*size, seed=i) for i, size in enumerate(SIZES)), ramp]


@pytest.fixture(scope="module")
def wanted(made, images):
    """Embeddings and logits of CLIPModel."""
    import torch

    inputs = made.processor()(
        text=list(ALL_PROMPTS),
        images=images,
        return_tensors="pt",
        padding=True,
        input_data_format="channels_last",
    )
    with torch.inference_mode():
        return made.model(**inputs)


def cosine(first, second):
    first, second = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (first, second))
    return (first * second).sum(axis=1)


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
def test_images_embed_as_in_clip_model(made, images, wanted, backend):
    engine = load_engine(
        made.cache / "clip" / "clip" / IMAGE, backend=backend, device="cpu", precision="f32"
    )
    found = engine.run(prepare(images))["embedding"]
    assert cosine(found, wanted.image_embeds.numpy()).min() > 1 - 1e-6
    # What the network gives has not been brought to unit length.
    assert np.ptp(np.linalg.norm(found, axis=1)) > 0.1


def test_texts_embed_as_in_clip_model(made, wanted):
    stored = find_stored("clip", made.cache)
    assert tuple(stored.texts) == ALL_PROMPTS
    found = np.stack(list(stored.texts.values()))
    assert cosine(found, wanted.text_embeds.numpy()).min() > 1 - 1e-6


def test_logits_are_those_of_clip_model(clip, images, wanted):
    np.testing.assert_allclose(
        clip.logits(images, list(ALL_PROMPTS)), wanted.logits_per_image.numpy(), atol=1e-4
    )


def test_embeddings_have_unit_length_and_a_row_each(clip, images):
    found = clip.embed(images)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(found[3:4], clip.embed(images[3:4]))


def test_colours_are_not_swapped(clip, images):
    swapped = clip.embed([image[:, :, ::-1] for image in images])
    assert cosine(clip.embed(images), swapped).min() < 0.99


def test_eight_bits_stay_close(made, clip, images):
    eight = load_clip("clip-int8", cache=made.cache, device="cpu", threads=1)
    closeness = cosine(eight.embed(images), clip.embed(images))
    assert 0.999 < closeness.min() < 1 - 1e-7
    whole, small = ((made.cache / "clip" / name / IMAGE).stat().st_size for name in made.registry)
    linear = 2 * (4 * 128 * 128 + 2 * 128 * 256) + 128 * 64
    assert whole - small > 0.7 * 4 * linear


@pytest.mark.slow
def test_the_whole_of_vit_b_32_embeds_as_in_clip_model(tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    vocabulary = write_texts(tmp_path, made_merges())
    model = make_model(len(vocabulary), vision={}, text={}, projection=512)
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    pull("big", cache=tmp_path, source=tmp_path, registry={"big": source_of(tmp_path)})
    clip = load_clip("big", cache=tmp_path, device="cpu")
    images = [noise(224, 224), noise(90, 40)]
    with torch.inference_mode():
        pixels = torch.from_numpy(normalised(prepare(images)).astype(np.float32))
        wanted = model.get_image_features(pixels).pooler_output.numpy()
    assert cosine(clip.embed(images), wanted).min() > 1 - 1e-5
