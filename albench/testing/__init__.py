"""The conformance kit: checks that a loader, a model or a strategy keeps its contract."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from albench.testing.check_report import Report, Result, Status
    from albench.testing.checks import Violation
    from albench.testing.examination import check, check_by_name
    from albench.testing.pytest_mark import parametrize_with_checks

__all__ = [
    "Report",
    "Result",
    "Status",
    "Violation",
    "check",
    "check_by_name",
    "parametrize_with_checks",
]

_HOMES = {
    "Report": "check_report",
    "Result": "check_report",
    "Status": "check_report",
    "Violation": "checks",
    "check": "examination",
    "check_by_name": "examination",
    "parametrize_with_checks": "pytest_mark",
}


# Imported on first use: the checks import torch, which takes 3 s. The other process that queries a
# strategy needs none of them, and starts in 0.3 s.
def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
