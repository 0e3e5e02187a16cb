"""What the subnet publishes and what it is told: manifests, commitments, standings."""

from touchline.turbovision.live.changes import changes, way_to_answer
from touchline.turbovision.live.commits import (
    FolderCommit,
    FoundCommit,
    ImageCommit,
    ids_like,
    latest_commit,
    likeness,
)
from touchline.turbovision.live.manifest import (
    INDEX,
    Manifest,
    ManifestElement,
    address_in,
    parse_manifest,
    picked,
    read_manifest,
)
from touchline.turbovision.live.places import joined
from touchline.turbovision.live.shards import OPEN_INDEX, PRIVATE_INDEX, Sample, read_samples
from touchline.turbovision.live.standings import (
    BLOCKS_A_DAY,
    OPEN_DAYS,
    PRIVATE_DAYS,
    RankedMiner,
    standings,
)

__all__ = [
    "BLOCKS_A_DAY",
    "INDEX",
    "OPEN_DAYS",
    "OPEN_INDEX",
    "PRIVATE_DAYS",
    "PRIVATE_INDEX",
    "FolderCommit",
    "FoundCommit",
    "ImageCommit",
    "Manifest",
    "ManifestElement",
    "RankedMiner",
    "Sample",
    "address_in",
    "changes",
    "ids_like",
    "joined",
    "latest_commit",
    "likeness",
    "parse_manifest",
    "picked",
    "read_manifest",
    "read_samples",
    "standings",
    "way_to_answer",
]
