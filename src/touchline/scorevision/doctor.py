"""What keeps a miner of the first protocol from answering, or from being paid for it."""

from touchline.service.doctor import (
    Context,
    Verdict,
    access,
    common_checks,
    ok,
    registration,
    warning,
)

PAYS_UNTIL, CLIENT_TIMEOUT = 15.0, 240.0
"""Seconds after which a validator pays nothing for speed, and hangs up."""
CHALLENGED_BELOW = 999.0
"""Total stake from which validators take a node for one of them, and do not challenge it."""


def deadlines(context: Context) -> Verdict:
    """The times that the operator set, against the validators' own."""
    settings = context.settings
    detail = f"answers aim at {settings.answer_within:g} s, end at {settings.give_up_after:g} s"
    if settings.answer_within >= PAYS_UNTIL:
        return warning(detail, f"set ANSWER_WITHIN_SECONDS below {PAYS_UNTIL:g}: speed pays until")
    if settings.give_up_after >= CLIENT_TIMEOUT:
        return warning(detail, f"set GIVE_UP_AFTER_SECONDS below {CLIENT_TIMEOUT:g}")
    return ok(detail)


def challenged(context: Context) -> Verdict:
    """Whether the chain has the hotkey, where it listens, and whether it is one that is asked."""
    found = registration(context)
    if found.state != "ok" or context.settings.allow_list is not None:
        return found
    node = context.metagraph().find(context.address())
    if node is None or node.total_stake < CHALLENGED_BELOW:
        return found
    detail = f"{found.detail}; with {node.total_stake:.0f} stake it is not challenged"
    return warning(detail, "move stake away from this hotkey")


CHECKS = common_checks(deadlines=deadlines, registration=challenged, access=access)
"""What is looked at, in this order."""
