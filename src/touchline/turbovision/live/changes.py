"""What is new in a manifest, and which of its elements are for us."""

from collections.abc import Iterator
from typing import Any

from touchline.errors import UsageError
from touchline.turbovision.live.manifest import Manifest, ManifestElement
from touchline.turbovision.packing import classes_for

SOCCER = "soccer_action"


def way_to_answer(element: ManifestElement) -> tuple[bool, str]:
    """Whether Touchline answers an element, and how; or why not.

    Elements of the open-source track are answered by a packed folder, soccer's actions by a server.
    """
    if element.is_private:
        if element.groundtruth_type == SOCCER:
            return True, "touchline serve --protocol turbovision"
        return False, f"{element.groundtruth_type or 'another game'}: nothing of soccer"
    if element.family == "PitchCalib":
        football = element.keypoint_template in (None, "football")
        return football, "touchline pack" if football else f"a {element.keypoint_template} pitch"
    if element.family not in ("Detect", "PlayerDetect"):
        return False, f"{element.family or 'this family'}: nothing of Touchline answers it"
    try:
        classes = classes_for(element.objects or ())
    except UsageError as error:
        return False, str(error)
    return bool(classes), "touchline pack" if classes else "it names no objects"


def changes(before: Manifest, after: Manifest) -> Iterator[str]:
    """What differs between two manifests, a clause each; the order of the elements does not."""
    yield from _differing("", *(_told(each, {"elements", "signature"}) for each in (before, after)))
    old, new = ({each.id: each for each in given.elements} for given in (before, after))
    yield from (f"{name}: gone" for name in old if name not in new)
    for name, element in new.items():
        if name not in old:
            yield f"{name}: new"
        else:
            yield from _differing(f"{name}: ", _told(old[name], set()), _told(element, set()))


def _told(given: Manifest | ManifestElement, without: set[str]) -> dict[str, Any]:
    return given.model_dump(mode="json", exclude=without)


def _differing(name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for key, value in after.items():
        if before[key] != value:
            yield f"{name}{key} {before[key]!r} -> {value!r}"
