"""The elements of a manifest: what is asked, by which rules it is paid.

Source: the description, "The manifest". Keys that are not known are left out, as validators do.
"""

import os
from collections.abc import Mapping
from typing import Any

import yaml

from touchline.errors import InputError, UsageError
from touchline.evaluation.formats import items, mapping, number
from touchline.files import as_path
from touchline.turbovision.scoring import PILLARS, Element


def read_element(path: str | os.PathLike[str], name: str) -> Element:
    """Read an element of a manifest, YAML or JSON, by its id.

    Raises:
        InputError: The manifest cannot be read, or a value in it is of the wrong kind.
        UsageError: It has no such element, or the element is of no family that is scored here.
    """
    elements = {each.get("id"): each for each in _elements(path)}
    if name not in elements:
        known = ", ".join(str(each) for each in elements)
        raise UsageError(f"{path} has no element {name!r:.80}; it has {known or 'none'}.")
    return _element(elements[name], f"{path}: element {name}")


def _elements(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    try:
        content = yaml.safe_load(as_path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path} is not YAML: {reason}.") from error
    rows = items(mapping(content, f"{path}"), "elements", f"{path}")
    return [mapping(each, f"{path}: elements[{i}]") for i, each in enumerate(rows)]


def _element(given: Mapping[str, Any], where: str) -> Element:
    metrics = mapping(given.get("metrics") or {}, f"{where}: metrics")
    pillars = mapping(metrics.get("pillars") or {}, f"{where}: pillars")
    rates = {
        field: number({field: given.get(key) or 0}, field, where)
        for field, key in (("theta", "baseline_theta"), ("delta_floor", "delta_floor"))
    }
    element = Element(
        id=str(given["id"]),
        objects=tuple(map(str, items({"objects": given.get("objects") or []}, "objects", where))),
        pillars={name: number(pillars, name, f"{where}: pillars") for name in pillars},
        beta=number({"beta": given.get("beta", 1)}, "beta", where),
        fps=number({"fps": given.get("service_rate_fps") or 0}, "fps", where),
        **rates,
    )
    unknown = next((name for name in pillars if name not in PILLARS[element.family]), None)
    if unknown is not None:
        raise UsageError(
            f"{where}: pillar {unknown!r} has no metric; {element.family} has "
            f"{', '.join(PILLARS[element.family])}."
        )
    return element
