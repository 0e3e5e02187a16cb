"""What keeps a service from answering, found before anybody asks it.

``common_checks`` are those that any service needs, in their order; a protocol gives its own looks
for what is its own, and may add checks. ``examine`` makes them.
"""

from touchline.service.doctor.chain import access, registration
from touchline.service.doctor.context import Context, World
from touchline.service.doctor.examination import DoctorCheck, common_checks, examine
from touchline.service.doctor.finding import Finding, Verdict, ok, warning, wrong
from touchline.service.doctor.report import as_dict, is_well, table

__all__ = [
    "Context",
    "DoctorCheck",
    "Finding",
    "Verdict",
    "World",
    "access",
    "as_dict",
    "common_checks",
    "examine",
    "is_well",
    "ok",
    "registration",
    "table",
    "warning",
    "wrong",
]
