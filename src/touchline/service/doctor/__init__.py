"""What keeps a service from answering, found before anybody asks it.

``common_checks`` are those that any service needs, in their order; a protocol gives its own looks
for what is its own, and may add checks. ``examine`` makes them.
"""

from touchline.service.doctor.chain import access, freshness, registration, wallet
from touchline.service.doctor.context import Context, World, once
from touchline.service.doctor.examination import DoctorCheck, Look, common_checks, examine
from touchline.service.doctor.finding import Finding, Verdict, ok, warning, wrong
from touchline.service.doctor.report import as_dict, is_well, table
from touchline.service.doctor.web import WebReply, ask

__all__ = [
    "Context",
    "DoctorCheck",
    "Finding",
    "Look",
    "Verdict",
    "WebReply",
    "World",
    "access",
    "as_dict",
    "ask",
    "common_checks",
    "examine",
    "freshness",
    "is_well",
    "ok",
    "once",
    "registration",
    "table",
    "wallet",
    "warning",
    "wrong",
]
