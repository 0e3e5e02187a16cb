"""A synthetic match: broadcast-like video of football that never was, with exact truth."""

from touchline.synthetic.incidents import EventfulMatch
from touchline.synthetic.match import SyntheticMatch
from touchline.synthetic.recording import record_match, require_own_match, write_match
from touchline.synthetic.truth import Truth, read_truth

__all__ = [
    "EventfulMatch",
    "SyntheticMatch",
    "Truth",
    "read_truth",
    "record_match",
    "require_own_match",
    "write_match",
]
