"""The conformance kit: every property that a loader, a model or a strategy promises, tried out."""

from albench.testing.checks import Violation
from albench.testing.examination import check, check_by_name
from albench.testing.parametrisation import parametrize_with_checks
from albench.testing.report import Report, Result, Status

__all__ = [
    "Report",
    "Result",
    "Status",
    "Violation",
    "check",
    "check_by_name",
    "parametrize_with_checks",
]
