"""What keeps a miner from answering, found before a validator does."""

from touchline.scorevision.doctor.context import Context, World
from touchline.scorevision.doctor.examination import CHECKS, DoctorCheck, examine
from touchline.scorevision.doctor.finding import Finding, Verdict
from touchline.scorevision.doctor.report import as_dict, is_well, table

__all__ = [
    "CHECKS",
    "Context",
    "DoctorCheck",
    "Finding",
    "Verdict",
    "World",
    "as_dict",
    "examine",
    "is_well",
    "table",
]
