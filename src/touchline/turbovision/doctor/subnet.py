"""What the checks of the subnet of today look at besides; what takes time is worked out once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from touchline.errors import TouchlineError
from touchline.service.doctor import Context, World, once
from touchline.turbovision.live import (
    INDEX,
    FoundCommit,
    Manifest,
    ManifestElement,
    latest_commit,
    read_manifest,
)
from touchline.turbovision.private import PrivateSettings


@dataclass(frozen=True, slots=True)
class SubnetWorld(World):
    """Where the subnet publishes, and where miners upload.

    Attributes:
        manifest: An index of manifests, or one.
        hub: Hugging Face, where folders lie.
        registry: Of images; None is the host that an image's name begins with.
    """

    manifest: str = INDEX
    hub: str = "https://huggingface.co"
    registry: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Subnet:
    """What the subnet publishes and is told, as one miner sees it.

    Attributes:
        settings: What the operator set.
        world: Where things are.
        element_id: Of the element that the miner answers; None looks at what it committed last.
        manifest: What is asked now.
        commitments: Of the miner's hotkey, as the chain has them.
    """

    settings: PrivateSettings
    world: SubnetWorld
    element_id: str | None
    manifest: Callable[[], Manifest]
    commitments: Callable[[], list[tuple[int, str]]]

    @classmethod
    def of(cls, context: Context, settings: PrivateSettings, element_id: str | None) -> Self:
        """Nothing is looked at yet.

        Args:
            context: Of the miner.
            settings: What the operator set.
            element_id: Of the element that the miner answers.
        """
        world = context.world if isinstance(context.world, SubnetWorld) else SubnetWorld()
        return cls(
            settings=settings,
            world=world,
            element_id=element_id,
            manifest=once(lambda: read_manifest(world.manifest, block=block_of(context))[0]),
            commitments=once(lambda: _read_commitments(context)),
        )

    def element(self) -> ManifestElement | None:
        """The element as the manifest has it; None where it has none, or cannot be read."""
        try:
            elements = self.manifest().elements
        except TouchlineError:
            return None
        return next((each for each in elements if each.id == self.element_id), None)

    def commitment(self) -> FoundCommit | None:
        """The commitment that counts for the element; None where there is none.

        Raises:
            TouchlineError: The chain cannot be read, or who the miner is is not known.
        """
        element = self.element()
        private = element is not None and element.is_private
        return latest_commit(self.commitments(), self.element_id, private=private)


def block_of(context: Context) -> int | None:
    """The block of now; None where the chain is not read."""
    settings = context.settings
    if settings.allow_list is not None or not settings.refresh_nodes:
        return None
    try:
        return context.chain().block
    except TouchlineError:
        return None


def _read_commitments(context: Context) -> list[tuple[int, str]]:
    from touchline.service.chain import endpoint_of, read_commitments

    settings = context.settings
    endpoint = endpoint_of(settings.subtensor_network, settings.subtensor_address)
    within = context.world.chain_within
    return read_commitments(endpoint, settings.netuid, context.address(), timeout=within)
