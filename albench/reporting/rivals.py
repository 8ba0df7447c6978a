"""Strategies that are compared with each other because somebody asked for it after the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from albench.api.nearest import did_you_mean
from albench.errors import Complaint, InputError
from albench.references import ALL_LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.reporting.load import ReportTables

OPTION = "--compare"


def with_rivals(records: ReportTables, names: Sequence[str]) -> ReportTables:
    """Return records whose report compares some strategies with each other.

    Their manifest names the strategies; with none it is what the specification says. Raises
    `InputError` if there are fewer than two, or one is named twice or is not in the results.
    """
    if not names:
        return records
    if complaints := _complaints(records, names):
        raise InputError(complaints)
    judging = records.manifest.judging.model_copy(update={"compare": tuple(names)})
    return replace(records, manifest=records.manifest.model_copy(update={"judging": judging}))


def _complaints(records: ReportTables, names: Sequence[str]) -> list[Complaint]:
    there = [name for name in sorted(set(records.cells["strategy"])) if name != ALL_LABELS]
    problems = []
    for name in dict.fromkeys(names):
        if name not in there:
            hint = did_you_mean(name, there) or "."
            problems.append(f"{name!r} is not a strategy of these results{hint} {_listed(there)}")
        elif list(names).count(name) > 1:
            problems.append(f"names {name!r} twice")
    if len(names) == 1 and not problems:
        problems.append("needs two strategies or more: --compare NAME,NAME")
    return [Complaint(f"{OPTION} {','.join(names)}", problem) for problem in problems]


def _listed(names: Sequence[str]) -> str:
    return f"There are: {', '.join(names)}"
