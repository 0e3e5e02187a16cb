"""The checks for the subnet of today: those of any service, its deadlines, and what it is told."""

from dataclasses import replace
from functools import partial

from touchline.errors import NoHotkeyError, TouchlineError
from touchline.service import doctor
from touchline.service.doctor import (
    Context,
    DoctorCheck,
    Verdict,
    common_checks,
    ok,
    warning,
    wrong,
)
from touchline.turbovision.doctor import uploads
from touchline.turbovision.doctor.subnet import Subnet, block_of
from touchline.turbovision.live import ids_like, likeness, way_to_answer

WAITS = 30.0
"""Seconds that a validator waits, from its own clock."""
COMMIT = "touchline subnet commit --send"
LIVE = "look at the network; touchline subnet manifest reads it too"


def checks_of_today(subnet: Subnet) -> tuple[DoctorCheck, ...]:
    """What is looked at for a miner of the subnet of today, in this order."""
    own = (
        ("element", element, LIVE),
        ("commitment", commitment, COMMIT),
        ("upload", upload, COMMIT),
    )
    return (
        *common_checks(
            deadlines=partial(deadlines, subnet),
            registration=axon,
            access=partial(access, subnet),
            wallet=partial(wallet, subnet),
            freshness=freshness,
        ),
        *(
            DoctorCheck("subnet", name, partial(look, subnet), fix, within=90.0)
            for name, look, fix in own
        ),
    )


def deadlines(subnet: Subnet, _: Context) -> Verdict:
    """The times that the operator set, one after another, all before validators hang up."""
    settings = subnet.settings
    times = {
        "ANSWER_WITHIN_SECONDS": settings.answer_within,
        "ANSWER_BY_SECONDS": settings.answer_by,
        "GIVE_UP_AFTER_SECONDS": settings.give_up_after,
    }
    detail = (
        f"answers aim at {settings.answer_within:g} s, are made of what was seen by "
        f"{settings.answer_by:g} s and end at {settings.give_up_after:g} s"
    )
    if not settings.give_up_after < WAITS:
        fix = f"set GIVE_UP_AFTER_SECONDS below {WAITS:g}: validators wait no longer"
        return wrong(detail, fix)
    if [*times.values()] != sorted({*times.values()}):
        return warning(detail, f"let each be larger than the one before: {', '.join(times)}")
    return ok(detail)


def wallet(subnet: Subnet, context: Context) -> Verdict:
    """Who the miner is; no wallet is needed to answer."""
    named = subnet.settings.miner_hotkey
    if named is not None:
        return ok(f"{named}, by MINER_HOTKEY")
    try:
        return doctor.wallet(context)
    except NoHotkeyError as error:
        fix = "set MINER_HOTKEY, or WALLET_NAME, HOTKEY_NAME and WALLET_PATH"
        return warning(f"{error}; challenges to any miner are answered", fix)


def freshness(context: Context) -> Verdict:
    """How old the metagraph is; without one the server answers the central validator alone."""
    found = _or_central(doctor.freshness(context))
    return replace(found, state="warning") if found.state == "wrong" else found


def axon(context: Context) -> Verdict:
    """Where the chain says that the miner listens, and whether validators can make a URL of it."""
    found = doctor.registration(context)
    if found.state == "wrong" or context.settings.allow_list is not None:
        return found
    try:
        node = context.metagraph().find(context.address())
    except TouchlineError:
        return found
    if node is not None and ":" in node.ip:
        fix = "touchline register --external-ip with the IPv4 address of the miner"
        return wrong(f"{node.ip} is IPv6, of which validators make a broken URL", fix)
    return found


def access(subnet: Subnet, context: Context) -> Verdict:
    """Who may ask: the central validator always, and whoever the metagraph lets."""
    settings = subnet.settings
    if settings.spotcheck:
        return warning("SPOTCHECK_MODE is on: strangers are answered", "unset SPOTCHECK_MODE")
    switches = {
        "VERIFY_ENABLED": settings.verify_signatures,
        "BLACKLIST_ENABLED": settings.check_hotkeys,
    }
    off = [name for name, is_on in switches.items() if not is_on]
    if off:
        return warning(f"{' and '.join(off)} off: strangers are answered", f"unset {off[0]}")
    found = doctor.access(context)
    return found if settings.allow_list is not None else _or_central(found)


def element(subnet: Subnet, context: Context) -> Verdict:
    """Whether the element is asked now, and whether it is for us."""
    try:
        manifest = subnet.manifest()
    except TouchlineError as error:
        return warning(f"not checked: {error}", LIVE)
    block = block_of(context)
    if block is not None and block > manifest.expiry_block:
        detail = f"the manifest ended at block {manifest.expiry_block:,}, it is block {block:,}"
        return warning(detail, "nothing to do: nothing is asked before the next one")
    if subnet.element_id is None:
        names = [each.id for each in manifest.elements if way_to_answer(each)[0]]
        return ok(f"for us: {', '.join(names) or 'none'}; --element looks at one")
    found = subnet.element()
    if found is None:
        ids = [each.id for each in manifest.elements]
        nearest = max(ids, key=partial(likeness, subnet.element_id), default=None)
        detail = f"{subnet.element_id!r} is not asked"
        fix = f"letter by letter: --element {nearest!r}" if nearest else "choose another"
        return wrong(detail, fix)
    ours, way = way_to_answer(found)
    faults = ", ".join(found.faults())
    if faults or not ours:
        return warning(f"{found.id}: {faults or way}", "choose another: touchline subnet manifest")
    weight = "no weight" if found.weight is None else f"{found.weight:g} of the emission"
    return ok(f"{found.id}, {found.track or 'open-source'} track, {weight}: {way}")


def commitment(subnet: Subnet, context: Context) -> Verdict:
    """Whether the chain has a commitment that counts for the element, of the right kind."""
    if context.settings.allow_list is not None:
        return ok("not needed: the allow-list takes the chain's place")
    try:
        found, all_found = subnet.commitment(), subnet.commitments()
    except TouchlineError as error:
        return warning(f"not checked: {error}", "see the lines of the wallet and the chain")
    if found is None:
        return _uncommitted(subnet, all_found)
    is_image = "image_repo" in found.content
    asked = subnet.element()
    if asked is not None and asked.is_private != is_image:
        detail = "an image is committed, but the element is of the open-source track"
        return wrong(detail, f"commit a folder: {COMMIT}")
    if found.content.get("hotkey") not in (None, context.address()):
        detail = f"the commitment of block {found.block:,} names another hotkey"
        return warning(detail, f"commit anew: {COMMIT}")
    what = found.content.get("image_repo" if is_image else "model")
    return ok(f"block {found.block:,}, for {found.content.get('element_id')}: {what}")


def upload(subnet: Subnet, context: Context) -> Verdict:
    """Whether what was committed is where the commitment says."""
    if context.settings.allow_list is not None:
        return ok("not needed: the allow-list takes the chain's place")
    try:
        found = subnet.commitment()
    except TouchlineError:
        return warning("not checked: it takes the commitment", "see its line")
    if found is None:
        return warning("not checked: nothing is committed", "see the line of the commitment")
    told = {name: str(value or "") for name, value in found.content.items()}
    if told.get("image_repo"):
        return uploads.image(
            told["image_repo"],
            told.get("image_tag", ""),
            digest=told.get("image_digest", ""),
            registry=subnet.world.registry,
        )
    model, revision = told.get("model", ""), told.get("revision", "")
    if not (model and revision):
        return wrong("the commitment names neither a folder nor an image", f"commit anew: {COMMIT}")
    return uploads.folder(model, revision, hub=subnet.world.hub, element=subnet.element())


def _or_central(found: Verdict) -> Verdict:
    """What is not well of who may ask, with who always may."""
    if found.state == "ok":
        return found
    return replace(found, detail=f"{found.detail}; the central validator always may")


def _uncommitted(subnet: Subnet, all_found: list[tuple[int, str]]) -> Verdict:
    """Nothing counts: because nothing is there, or because it is for something else."""
    wanted = subnet.element_id
    ids = ids_like(wanted or "", all_found)
    if wanted is None or not ids:
        return wrong("nothing is committed, as far as the chain still has it", COMMIT)
    if wanted in map(str.strip, ids):
        return wrong(f"for {wanted} no image is committed", f"with --image-repo: {COMMIT}")
    return wrong(
        f"nothing is committed for {wanted!r}, but for {ids[0]!r}",
        f"an id counts letter by letter: {COMMIT} --element {wanted}",
    )
