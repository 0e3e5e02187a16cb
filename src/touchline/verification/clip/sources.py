"""Where CLIP's weights come from, and what their bytes must be.

The hashes and sizes were not taken from the hub. Those of the weights are quoted alike by several
independent public repositories that pinned them; those of ``vocab.json`` and both ``merges.txt``
were computed from the vocabulary that OpenAI published, and a test computes them again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file of the hub: name, SHA-256 in lower-case hexadecimal, and size."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ClipSource:
    """What a named CLIP is made from.

    Attributes:
        repository: Owner and name on the hub.
        revision: The commit that is meant, 40 hexadecimal digits.
        weights: State dict of PyTorch, or safetensors.
        vocabulary: ``vocab.json``.
        merges: ``merges.txt``.
        int8: Whether the linear maps of the image tower are stored with eight bits.
        hub: Address before the repository.
    """

    repository: str
    revision: str
    weights: PinnedFile
    vocabulary: PinnedFile
    merges: PinnedFile
    int8: bool = False
    hub: str = HUB

    @property
    def files(self) -> tuple[PinnedFile, ...]:
        """All that has to be there."""
        return self.weights, self.vocabulary, self.merges

    def url(self, file: PinnedFile) -> str:
        """Where a file is fetched from."""
        return f"{self.hub}/{self.repository}/resolve/{self.revision}/{file.name}"


_VOCABULARY = PinnedFile(
    "vocab.json", "5047b556ce86ccaf6aa22b3ffccfc52d391ea4accdab9c2f2407da5b742d4363", 862_328
)

_B32 = ClipSource(
    repository="openai/clip-vit-base-patch32",
    revision="3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268",
    weights=PinnedFile(
        "pytorch_model.bin",
        "a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f",
        605_247_071,
    ),
    vocabulary=_VOCABULARY,
    merges=PinnedFile(
        "merges.txt", "f526393189112391ce6f9795d4695f704121ce452c3aad1f5335cc41337eba85", 524_657
    ),
)

_B16 = ClipSource(
    repository="openai/clip-vit-base-patch16",
    revision="57c216476eefef5ab752ec549e440a49ae4ae5f3",
    weights=PinnedFile(
        "pytorch_model.bin",
        "ec89c7b09c749a60aae3c9cd910516f24b58214a7df060b48962d14c469cfbf0",
        598_641_023,
    ),
    vocabulary=_VOCABULARY,
    merges=PinnedFile(
        "merges.txt", "9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a", 524_619
    ),
)

SOURCES: Mapping[str, ClipSource] = MappingProxyType(
    {
        "clip": _B32,
        "clip-b16": _B16,
        "clip-int8": replace(_B32, int8=True),
        "clip-b16-int8": replace(_B16, int8=True),
    }
)
"""The CLIPs that can be pulled: ViT-B/32 (the validator's), ViT-B/16, both in eight bits."""
