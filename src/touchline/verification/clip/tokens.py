"""Texts as CLIP's tokens."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from touchline.arrays import Int64
from touchline.errors import ModelError

if TYPE_CHECKING:
    import tokenizers

LENGTH = 77
"""Tokens of every text, its two marks included; longer ones are cut, shorter ones filled."""
START, END = "<|startoftext|>", "<|endoftext|>"

_BYTES = 2 * 256 + 2
"""Tokens that no merge makes: each byte inside and at the end of a word, and the two marks."""
_WORDS = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)


class Tokens:
    """CLIP's byte-pair encoding: NFC, single spaces, lower case, words, merges.

    Equal to ``CLIPTokenizer`` of ``transformers`` with padding and truncation to 77. Threads may
    share one.

    Args:
        vocabulary: ``vocab.json``, from token to number.
        merges: ``merges.txt``, a heading and then a merge a line, the most frequent first.

    Raises:
        ModelError: a file cannot be read, they do not fit each other, or the ``tokenizers``
            package is not there.
    """

    def __init__(self, vocabulary: Path, merges: Path) -> None:
        self._tokenizer = _tokenizer(vocabulary, merges)
        # The library forbids a second thread while the first encodes ("Already borrowed").
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Int64:
        """Tokens of each text: int64 (n, 77), filled with the end mark."""
        with self._lock:
            rows = [each.ids for each in self._tokenizer.encode_batch(list(texts))]
        return np.array(rows, np.int64).reshape(-1, LENGTH)


def _tokenizer(vocabulary: Path, merges: Path) -> "tokenizers.Tokenizer":
    try:
        known = json.loads(vocabulary.read_text(encoding="utf-8"))
        lines = merges.read_text(encoding="utf-8").splitlines()[1:]
        pairs = [(first, second) for first, second in map(str.split, lines)]
        if len(pairs) != len(known) - _BYTES:
            raise ValueError(f"{len(pairs)} merges do not make {len(known)} tokens")
        return _built(known, pairs)
    except ImportError as error:
        raise ModelError(
            'texts of CLIP are read with the package tokenizers: pip install "touchline[clip]"'
        ) from error
    # The library raises plain exceptions of its own.
    except Exception as error:
        raise ModelError(
            f"{vocabulary} and {merges} are no vocabulary of CLIP: {error}."
        ) from error


def _built(known: dict[str, int], pairs: list[tuple[str, str]]) -> "tokenizers.Tokenizer":
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    tokenizer = Tokenizer(
        models.BPE(
            vocab=known,
            merges=pairs,
            continuing_subword_prefix="",
            end_of_word_suffix="</w>",
            fuse_unk=False,
            unk_token=END,
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in (START, END)])
    tokenizer.post_processor = processors.RobertaProcessing(
        (END, known[END]), (START, known[START]), trim_offsets=False, add_prefix_space=False
    )
    tokenizer.enable_truncation(LENGTH)
    tokenizer.enable_padding(length=LENGTH, pad_id=known[END], pad_token=END)
    return tokenizer
