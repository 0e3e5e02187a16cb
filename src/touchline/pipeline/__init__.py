"""The whole flow: from a video to frame states (``analysis.py``, read it first) and to files."""
