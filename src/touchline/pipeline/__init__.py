"""The whole flow: from a video to frame states (``analysis.py``, read it first) and to files.

``Models`` loads the networks once, ``Models.analyze`` makes an ``Analysis`` of each clip, and
``run_job`` writes what comes of it.
"""

from touchline.pipeline.analysis import Analysis
from touchline.pipeline.models import Models, analyze
from touchline.pipeline.pace import HASTE, Costs, Deadline, Pace, Pacer, Steady
from touchline.pipeline.plugins import load_object
from touchline.pipeline.profile import Profile, StageProfile
from touchline.pipeline.run import run_job
from touchline.pipeline.stages import Stage
from touchline.pipeline.stopwatch import Stopwatch

__all__ = [
    "HASTE",
    "Analysis",
    "Costs",
    "Deadline",
    "Models",
    "Pace",
    "Pacer",
    "Profile",
    "Stage",
    "StageProfile",
    "Steady",
    "Stopwatch",
    "analyze",
    "load_object",
    "run_job",
]
