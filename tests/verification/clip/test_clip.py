import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.verification.clip.test_preprocess import noise
from touchline.errors import ModelError, UsageError
from touchline.verification.clip import ClipModel, load_clip
from touchline.verification.prompts import ALL_PROMPTS, KINDS_OF_PERSON, PERSON_OR_GRASS


class Means:
    """A network whose embedding is the mean of each colour, which counts what it is shown."""

    name, device = "means", "none"

    def __init__(self):
        self.sizes = []

    def run(self, images):
        self.sizes.append(len(images))
        return {"embedding": images.mean(axis=(1, 2)).astype(np.float32)}


TEXTS = {"blue": [1, 0, 0], "green": [0, 5, 0], "red": [0, 0, 0.1]}


def means(**given):
    engine = Means()
    texts = {text: np.array(vector, np.float32) for text, vector in TEXTS.items()}
    return ClipModel(engine, texts, logit_scale=np.log(100), **given), engine


def plain(red, green, blue):
    return np.full((8, 6, 3), (red, green, blue), np.uint8)


def test_a_logit_is_the_factor_times_the_cosine():
    clip, _ = means()
    found = clip.logits([plain(200, 0, 0), plain(30, 40, 0)], ["red", "green", "blue", "red"])
    np.testing.assert_allclose(found, [[100, 0, 0, 100], [60, 80, 0, 60]], atol=1e-3)
    assert found.dtype == np.float32


def test_images_go_in_batches_and_come_back_in_order():
    clip, engine = means(batch_size=4)
    images = [plain(i + 1, 100, 0) for i in range(10)]
    together = clip.embed(images)
    assert engine.sizes == [4, 4, 2]
    np.testing.assert_array_equal(together, [clip.embed([image])[0] for image in images])


def test_no_images_or_no_texts_are_an_empty_answer():
    clip, engine = means()
    assert clip.logits([], ["red"]).shape == (0, 1)
    assert clip.logits([plain(1, 2, 3)], []).shape == (1, 0)
    assert clip.scorer()([], ["red", "blue"]).shape == (0, 2)
    assert engine.sizes == [1]


def test_a_scorer_embeds_an_image_once_whatever_is_asked_about_it():
    clip, engine = means()
    images = [plain(i, 9, 9) for i in range(6)]
    scorer = clip.scorer()
    first = scorer(images, ["red", "blue"])
    np.testing.assert_array_equal(scorer(images[1:3], ["red", "blue"]), first[1:3])
    np.testing.assert_array_equal(scorer(images, ["green"]), clip.logits(images, ["green"]))
    assert engine.sizes == [6, 6]


def test_a_scorer_knows_images_by_what_they_show():
    clip, engine = means()
    scorer = clip.scorer()
    image = plain(200, 9, 9)
    scorer([image, image.copy()], ["red"])
    image[:] = (0, 0, 255)  # as the validator paints over what it has cut
    assert scorer([image], ["blue"])[0, 0] == pytest.approx(100, abs=1e-3)
    scorer([np.full((6, 8, 3), 7, np.uint8)], ["red"])
    scorer([np.full((8, 6, 3), 7, np.uint8)], ["red"])
    assert engine.sizes == [1, 1, 1, 1]


def test_a_text_nobody_embedded_is_refused_where_there_is_no_text_tower():
    with pytest.raises(ModelError, match="'purple' is not known, and there is no text tower"):
        means()[0].logits([plain(1, 2, 3)], ["red", "purple"])


def test_a_new_text_is_embedded_once_even_when_threads_come_together():
    asked = []

    def encode(texts):
        asked.append(list(texts))
        return np.eye(3, dtype=np.float32)[[0] * len(texts)]

    clip, _ = means(encode=encode)
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda _: clip.logits([plain(0, 0, 9)], ["new", "new"]), range(8)))
    np.testing.assert_allclose(rows, np.full((8, 1, 2), 100), atol=1e-3)
    assert asked == [["new"]]


@pytest.mark.parametrize("answer", [{}, {"embedding": np.zeros((1, 4), np.float32)}])
def test_a_network_that_answers_something_else_is_a_model_error(answer):
    clip, engine = means()
    engine.run = lambda images: answer
    with pytest.raises(ModelError, match=r"means answers no embedding \(1, 3\)"):
        clip.embed([plain(1, 2, 3)])


def test_an_empty_image_is_refused():
    with pytest.raises(UsageError, match="with an area"):
        means()[0].embed([np.zeros((0, 4, 3), np.uint8)])


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(UsageError, match="batch_size is 1 or more"):
        means(batch_size=0)


def test_threads_may_share_a_clip(clip):
    batches = [[noise(40 + i, 30, seed=j) for j in range(3)] for i in range(6)]
    alone = [clip.logits(batch, list(KINDS_OF_PERSON)) for batch in batches]
    with ThreadPoolExecutor(3) as pool:
        shared = list(pool.map(lambda batch: clip.logits(batch, list(KINDS_OF_PERSON)), batches))
    np.testing.assert_array_equal(alone, shared)


def test_the_fixed_prompts_need_no_text_tower(made, tmp_path):
    shutil.copytree(made.cache, tmp_path / "cache")
    clip = load_clip(cache=tmp_path / "cache", backend="openvino", threads=1)
    assert clip.logits([noise(9, 9)], list(ALL_PROMPTS)).shape == (1, len(ALL_PROMPTS))
    assert clip.device == "openvino:cpu"


def test_another_text_is_embedded_from_what_the_clip_was_made_of(made, clip):
    import torch

    text = "a person on the grass"
    found = clip.compare(np.eye(64, dtype=np.float32), [text])[:, 0]
    with torch.inference_mode():
        tokens = made.processor()(text=[text], return_tensors="pt")
        wanted = made.model.get_text_features(**tokens).pooler_output[0].numpy()
    factor = made.model.logit_scale.exp().item()
    np.testing.assert_allclose(found, factor * wanted / np.linalg.norm(wanted), atol=1e-4)


def test_another_text_is_refused_where_those_files_are_gone_or_changed(made, tmp_path):
    from touchline.verification.clip import pull

    shutil.copytree(made.hub, tmp_path / "hub")
    pull("clip", cache=tmp_path, source=tmp_path / "hub", registry=made.registry)
    clip = load_clip(cache=tmp_path, device="cpu", threads=1)
    with (tmp_path / "hub" / "merges.txt").open("a") as file:
        file.write("\n")
    with pytest.raises(ModelError, match=r"'ball in play' .*merges\.txt, .*is gone or changed"):
        clip.logits([noise(9, 9)], ["ball in play"])
    shutil.rmtree(tmp_path / "hub")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin, .*is gone or changed"):
        clip.logits([noise(9, 9)], ["ball in play"])
    assert clip.logits([noise(9, 9)], list(PERSON_OR_GRASS)).shape == (1, 2)
