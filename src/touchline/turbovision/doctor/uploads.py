"""What a commitment names, where it was uploaded.

Sources: Hugging Face's HTTP API (``/api/models/REPO/tree/REVISION``), and the registry API of
images (``/token``, ``/v2/NAME/manifests/TAG``).
"""

import json
from typing import Any
from urllib.parse import quote

from touchline.errors import InputError
from touchline.service.doctor import Verdict, WebReply, ask, ok, warning, wrong
from touchline.turbovision.auditing import folder_fault, is_onnx_only, registry_megabytes
from touchline.turbovision.live import ManifestElement

LISTING_BYTES = 4 * 1024**2
"""Of an answer with the files of a folder; one with a thousand has 300,000."""
MANY = 1000
"""Files on one page of a listing."""
HIDDEN = (401, 403)
READER = "DataAndMike"
"""The GitHub user who must be able to read a private image, for spot checks."""
OF_IMAGES = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
"""The forms in which an image may be described."""
DIGEST = "Docker-Content-Digest"
LATER = "nothing was found wrong with it; look again when it answers"
AUDIT = "touchline audit says so before an upload; old files of a repository count as well"


def folder(
    model: str, revision: str, *, hub: str, element: ManifestElement | None = None
) -> Verdict:
    """Whether a revision of a folder can be read, and what a checker says of its files.

    Args:
        model: ``USER/REPOSITORY``.
        revision: 40 hex digits.
        hub: Address of Hugging Face.
        element: Whose limits count; None where it is not known.
    """
    try:
        place = f"{hub}/api/models/{quote(model)}/tree/{quote(revision)}"
        reply = ask(f"{place}?recursive=true", most=LISTING_BYTES)
        files = _files(reply)
    except InputError as error:
        return warning(f"not checked: {error}", LATER)
    if files is None:
        return _unread(model, revision, reply=reply)
    fault = folder_fault(files) or _beyond(files, element)
    if fault is not None:
        return wrong(f"{model} at {revision[:7]}: {fault}", AUDIT)
    size = registry_megabytes(files)
    if len(files) >= MANY:
        return warning(f"{model} has {len(files)} files or more, {size:.1f} MiB so far", AUDIT)
    return ok(f"{model} at {revision[:7]}: {len(files)} files, {size:.1f} MiB")


def image(repo: str, tag: str, *, digest: str = "", registry: str | None = None) -> Verdict:
    """Whether an image is there, as a stranger sees it.

    Args:
        repo: ``HOST/USER/NAME``.
        tag: Of the image.
        digest: That was committed; empty holds it against nothing.
        registry: Its address; None is that of the image's host.
    """
    host, _, name = quote(repo).partition("/")
    base = registry or f"https://{host}"
    try:
        reply = _described(name, quote(tag), base=base)
    except InputError as error:
        return warning(f"not checked: {error}", LATER)
    if reply.status in HIDDEN:
        fix = f"if it is private, as it may stay: grant read to the GitHub user {READER}"
        return warning(f"{repo} is private, or not there", fix)
    if reply.status == 404:
        return wrong(f"{repo} has no tag {tag}", "push the image, or commit another tag")
    if reply.status != 200:
        return warning(f"not checked: {host} answers with status {reply.status}", LATER)
    found = reply.headers.get(DIGEST, "")
    if digest and found and found != digest:
        return wrong(
            f"{repo}:{tag} is {found[:19]}, but {digest[:19]} is committed",
            "push the image that was committed, or commit anew",
        )
    return ok(f"{repo}:{tag} is there, for anybody to read")


def _files(reply: WebReply) -> dict[str, int] | None:
    """Bytes by path; None where the files were refused."""
    if reply.status != 200:
        return None
    try:
        rows: Any = json.loads(reply.body)
        return {str(row["path"]): int(row["size"]) for row in rows if row["type"] == "file"}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError("the listing of the files is of no known form") from error


def _unread(model: str, revision: str, *, reply: WebReply) -> Verdict:
    if reply.status in HIDDEN:
        return wrong(
            f"{model} is private, or not there: validators cannot read it",
            "make the repository public, now that it is committed",
        )
    if reply.status == 404:
        return wrong(f"{model} has no revision {revision}", "upload it, or commit another one")
    return warning(f"not checked: Hugging Face answers with status {reply.status}", LATER)


def _beyond(files: dict[str, int], element: ManifestElement | None) -> str | None:
    """What of the element's own limits the files do not keep."""
    if element is None:
        return None
    most, size = element.max_model_size_mb, registry_megabytes(files)
    if most is not None and size > most:
        return f"{size:.1f} MiB, and the element takes {most:g}"
    if element.onnx_model and not is_onnx_only(files):
        return "the element takes no weights but ONNX"
    return None


def _described(name: str, tag: str, *, base: str) -> WebReply:
    """What a registry says of a tag, to whoever has no account there.

    Raises:
        InputError: It does not answer, or gives no token.
    """
    granted = ask(f"{base}/token?scope=repository:{name}:pull", most=LISTING_BYTES)
    if granted.status != 200:
        return granted
    try:
        token = json.loads(granted.body)["token"]
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{base} gives no token") from error
    told = {"Authorization": f"Bearer {token}", "Accept": OF_IMAGES}
    return ask(f"{base}/v2/{name}/manifests/{tag}", method="HEAD", headers=told)
