"""Teams as answers spell them. Source: the description, "Reading the answer"."""

WHITE, BLACK, OTHER = "white", "black", "other"
COLOURS = (
    *(WHITE, BLACK, "red", "blue", "yellow", "green", "orange", "purple", "maroon", "pink"),
    *("grey", "brown", "gold", "silver", "turquoise", OTHER),
)
"""The colours that there are."""
_SPELLINGS = {
    **dict.fromkeys(("1", "team1", "team_1", "team-1"), WHITE),
    **dict.fromkeys(("2", "team2", "team_2", "team-2"), BLACK),
}


def read_team(given: object) -> str | None:
    """The colour that is meant, or None.

    ``team1``, ``team_1``, ``team-1``, ``"1"`` and the whole numbers 0 and 1 are white, the same
    with 2 is black, the name of a colour is that colour. Strings are stripped and in any case.
    Truth values, floats and all else are no team.
    """
    if isinstance(given, str):
        text = given.strip().lower()
        return text if text in COLOURS else _SPELLINGS.get(text)
    if isinstance(given, int) and not isinstance(given, bool):
        return {0: WHITE, 1: WHITE, 2: BLACK}.get(given)
    return None
