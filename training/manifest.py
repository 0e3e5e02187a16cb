"""Bring hashes and sizes in the manifest of shipped weights up to date.

``python -m training.manifest`` after an export. Licence, source and description stay as they are
written; a network without an entry is refused, because only a person knows where it comes from.
"""

import argparse
import json
import sys
from pathlib import Path

from touchline.inference.weights import MANIFEST, sha256, shipped_folder


def refresh(folder: Path) -> list[str]:
    """Rewrite the manifest in ``folder`` and return the names whose hash changed.

    Raises KeyError when a network in the folder has no entry.
    """
    path = folder / MANIFEST
    entries = json.loads(path.read_text(encoding="utf-8"))
    names = {fields["file"]: name for name, fields in entries.items()}
    changed = []
    for file in sorted([*folder.glob("*.onnx"), *folder.glob("*.npz")]):
        entry = entries[names[file.name]]
        fresh = {"sha256": sha256(file), "bytes": file.stat().st_size}
        if fresh["sha256"] != entry["sha256"]:
            changed.append(names[file.name])
        entry.update(fresh)
    path.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return changed


def main() -> int:
    """Refresh the shipped manifest; 1 when a network has no entry."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        changed = refresh(shipped_folder())
    except KeyError as file:
        print(f"{file} has no entry in {MANIFEST}: add one with its licence.", file=sys.stderr)
        return 1
    print(f"refreshed: {', '.join(changed) or 'nothing changed'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
