import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.shared import beside
from tests.verification.clip.towers import (
    made_merges,
    needs_published,
    pin,
    published_merges,
    vocabulary_of,
    write_texts,
)
from touchline.errors import ModelError
from touchline.verification.clip.sources import SOURCES
from touchline.verification.clip.tokens import Tokens
from touchline.verification.prompts import ALL_PROMPTS

pytest.importorskip("tokenizers")

MADE = "\n".join(["#version", *made_merges(), ""])

words = st.sampled_from(
    [
        *["person", "grass", "Football", "PLAYER", "goalkeeper's", "don't", "it'll", "a  b", "\n"],
        *["<|endoftext|>", "<|startoftext|>", "<|EndOfText|>", "42", "é", "é", "ß", "İ", "ﬁ"],
        *["足球", "⚽", "\u200b", "\u00a0", "</w>", "...", "!?", "_", "'S"],
    ]
)
texts = st.text(max_size=40) | st.lists(words, max_size=30).map(" ".join)


MERGES = {"made": made_merges, "published": published_merges}


@pytest.fixture(scope="module", params=["made", *beside("published")])
def tokenizers(request, tmp_path_factory):
    """Ours and that of ``transformers``, on the same files."""
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("tokens")
    write_texts(folder, MERGES[request.param]())
    ours = Tokens(folder / "vocab.json", folder / "merges.txt")
    return ours, transformers.CLIPTokenizer.from_pretrained(folder)


@settings(deadline=None, max_examples=300)
@given(text=texts | st.sampled_from(ALL_PROMPTS))
@example("")
@example("person " * 100)
def test_tokens_are_those_of_clip_tokenizer(tokenizers, text):
    ours, theirs = tokenizers
    wanted = theirs([text], padding="max_length", truncation=True, max_length=77)["input_ids"]
    assert ours.encode([text]).tolist() == wanted


@needs_published
@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("clip", "#version: 0.2 - Trained by `huggingface/tokenizers`"),
        ("clip-int8", "#version: 0.2 - Trained by `huggingface/tokenizers`"),
        ("clip-b16", "#version: 0.2"),
        ("clip-b16-int8", "#version: 0.2"),
    ],
)
def test_the_pinned_vocabulary_is_the_published_one(tmp_path, name, heading):
    write_texts(tmp_path, published_merges(), heading=heading)
    assert pin(tmp_path / "vocab.json") == SOURCES[name].vocabulary
    assert pin(tmp_path / "merges.txt") == SOURCES[name].merges


@pytest.mark.parametrize(
    ("kind", "text", "numbers"),
    [
        ("made", "a grass ball", [547, 320, 520, 544, 548, 548]),
        *beside(
            ("published", "a photo of a cat", [49406, 320, 1125, 539, 320, 2368, 49407, 49407])
        ),
    ],
)
def test_known_words_are_known_numbers(tmp_path, kind, text, numbers):
    write_texts(tmp_path, MERGES[kind]())
    row = Tokens(tmp_path / "vocab.json", tmp_path / "merges.txt").encode([text])[0]
    assert row[: len(numbers)].tolist() == numbers


def test_a_row_begins_ends_and_is_filled_with_marks(tmp_path):
    known = write_texts(tmp_path, made_merges())
    rows = Tokens(tmp_path / "vocab.json", tmp_path / "merges.txt").encode(["grass", "x" * 200])
    start, end = known["<|startoftext|>"], known["<|endoftext|>"]
    assert rows.shape == (2, 77)
    assert rows[0].tolist() == [start, known["grass</w>"], *[end] * 75]
    assert (rows[1, 0], rows[1, -2] != end, rows[1, -1]) == (start, True, end)


@pytest.mark.parametrize(
    "merges", ["", "#version\na b c\n", "#version\nzz qq</w>\n", MADE + "zz qq</w>\n"]
)
def test_files_that_do_not_fit_each_other_are_a_model_error(tmp_path, merges):
    write_texts(tmp_path, made_merges())
    (tmp_path / "merges.txt").write_text(merges)
    with pytest.raises(ModelError, match="no vocabulary of CLIP"):
        Tokens(tmp_path / "vocab.json", tmp_path / "merges.txt")


def test_a_vocabulary_without_marks_is_a_model_error(tmp_path):
    write_texts(tmp_path, made_merges())
    (tmp_path / "vocab.json").write_text("{}")
    with pytest.raises(ModelError, match="no vocabulary of CLIP"):
        Tokens(tmp_path / "vocab.json", tmp_path / "merges.txt")
    assert len(vocabulary_of([])) == 514
