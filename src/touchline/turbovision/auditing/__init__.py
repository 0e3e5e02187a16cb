"""What a checker of the subnet does with an uploaded folder, done here before it is uploaded."""

from touchline.turbovision.auditing.examination import (
    LIMIT_MS,
    Audit,
    AuditFinding,
    audit,
    run_folder,
)
from touchline.turbovision.auditing.process import FolderError, FolderProcess
from touchline.turbovision.auditing.rules import (
    folder_fault,
    interface_fault,
    is_onnx_only,
    output_fault,
    registry_megabytes,
    source_fault,
)

__all__ = [
    "LIMIT_MS",
    "Audit",
    "AuditFinding",
    "FolderError",
    "FolderProcess",
    "audit",
    "folder_fault",
    "interface_fault",
    "is_onnx_only",
    "output_fault",
    "registry_megabytes",
    "run_folder",
    "source_fault",
]
