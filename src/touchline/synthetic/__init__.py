"""A synthetic match: broadcast-like video of football that never was, with exact truth."""

from touchline.synthetic.match import SyntheticMatch
from touchline.synthetic.recording import require_own_match, write_match
from touchline.synthetic.truth import Truth, read_truth

__all__ = ["SyntheticMatch", "Truth", "read_truth", "require_own_match", "write_match"]
