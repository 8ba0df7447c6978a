"""The specification of a trial: that of the published results, with other strategies."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import tomli_w

from albench import spec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from albench.registry import Component
    from albench.spec import Specification

LONGEST_NAME = 60
JUDGED = ("tables", "data_tables", "claims", "traps", "compare")
"""Keys about strategies that a trial does not have; none decides a cell's result."""


@dataclass(frozen=True)
class Tried:
    """The strategy that is tried.

    Parameters
    ----------
    component : Component
        Its plugin.
    options : dict
        Those that are set.
    """

    component: Component
    options: dict[str, Any] = field(default_factory=dict)  # of the plugin's own types

    @property
    def label(self) -> str:
        """What the trial calls it: its qualified name, in a form that a table may have."""
        name = self.component.qualified
        return name.replace("/", ".") if self.options else name


def trial_specification(
    published: Specification, tried: Tried, rivals: Sequence[str], seconds: float
) -> Specification:
    """Return the specification of a trial.

    Parameters
    ----------
    published : Specification
        What the published results were made by.
    tried : Tried
        The strategy.
    rivals : sequence of str
        Strategies of the published matrix that run again, where they are in it.
    seconds : float
        The longest that a cell may take.

    Returns
    -------
    Specification
        With the same cohorts, models, budgets, seed and repetitions, so that cells of one place
        are the same cells.

    Raises
    ------
    SpecError
        If this albench cannot read the published specification any more.
    """
    content = tomllib.loads(published.text)
    for key in JUDGED:
        content.pop(key, None)
    content["name"] = trial_name(published.benchmark.name, tried.label)
    for entry, read in zip(content["matrix"], published.benchmark.matrix, strict=True):
        entry.pop("exclude_strategies", None)
        entry["strategies"] = [tried.label, *(name for name in rivals if name in read.strategies)]
    if tried.options:
        own = {"plugin": tried.component.qualified, "options": _plain(tried.options)}
        content["strategies"] = content.get("strategies", {}) | {tried.label: own}
    limits = content.setdefault("limits", {})
    limits["cell_seconds"] = min(seconds, published.benchmark.limits.cell_seconds)
    return spec.parse(tomli_w.dumps(content), published.source, published.folder)


def trial_name(benchmark: str, label: str) -> str:
    """Return the name of a trial, which may be a folder's."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", f"{benchmark}-{label}")[:LONGEST_NAME]


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as a specification spells them: a path is a text."""
    return {
        name: value if isinstance(value, bool | int | float | str | list) else str(value)
        for name, value in options.items()
    }
