"""Plans, cohorts and results, summarised as text and as plain data."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from albench import registry
from albench.api.descriptors import Kind as ComponentKind
from albench.console import clock
from albench.engines.cell_batches import told_apart
from albench.engines.late import late_conflicts
from albench.errors import Complaint, InputError, PluginError
from albench.execute import recorded_picks
from albench.planning.chosen_cells import cells_of
from albench.plural import plural
from albench.price_limit import expected_footprints, expected_price
from albench.records.results_folder import has_records, has_tables, latest_run
from albench.records.retry_causes import retries_text, summed
from albench.reporting.detectable_effects import foresight
from albench.source_digest import source_digest
from albench.spec.slices import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from albench.execute.footprint import Footprint
    from albench.planning import Cell
    from albench.records.run_record import CohortRecord
    from albench.records.state import RunState
    from albench.session import OpenedSpecification
    from albench.spec.slices import Slice


ONE_BY_ONE = (
    "one by one: every cell; times that rest on cells that learnt in lockstep are too short then, "
    "for small networks by a factor of two to three"
)
"""What a plan without lockstep has to say: records do not tell which way cells learnt."""


@dataclass(frozen=True)
class PlanOverview:
    """What a run would do.

    Parameters
    ----------
    name : str
        The name of the benchmark.
    blocks : tuple of (str, int, int)
        The name of each block, its number of cells, and how many of them are still to run.
    skipped : tuple of (str, str)
        Combinations that are left out, each with the reason.
    power : tuple of str
        How small a difference the matrix can detect, in sentences.
    seconds : float
        The estimated wall time.
    sureness : str
        What the estimate rests on.
    block_seconds : mapping of str to float
        The estimated wall time of what is left of each block, by its name.
    footprints : mapping of str to Footprint
        What each block is expected to take of disk and memory, by its name.
    memory_sureness : str
        What the estimate of the memory rests on.
    proposal : str
        What of the slice fits into the time that was given; empty without a limit.
    warnings : tuple of str
        The loaders' warnings about the data, and what is stale or was made by another source.
    apart : tuple of str
        Which cells do not learn in lockstep with others, and why.
    """

    name: str
    blocks: tuple[tuple[str, int, int], ...]
    skipped: tuple[tuple[str, str], ...]
    power: tuple[str, ...]
    seconds: float
    sureness: str
    block_seconds: Mapping[str, float]
    footprints: Mapping[str, Footprint]
    memory_sureness: str
    proposal: str = ""
    warnings: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    @property
    def disk_mb(self) -> float:
        """What all blocks together are expected to add to the journal, in megabytes."""
        return sum(each.disk_mb for each in self.footprints.values())

    @property
    def memory_mb(self) -> float:
        """The most that a process is expected to take, in MiB."""
        return max((each.memory_mb for each in self.footprints.values()), default=0.0)

    def as_json(self) -> dict[str, Any]:
        """Return the overview as plain data."""
        return {
            "name": self.name,
            "cells": sum(n for _, n, _ in self.blocks),
            "to_run": sum(n for _, _, n in self.blocks),
            "blocks": [
                {
                    "block": block,
                    "cells": n,
                    "to_run": left,
                    "seconds": self.block_seconds[block],
                    **asdict(self.footprints[block]),
                }
                for block, n, left in self.blocks
            ],
            "skipped": [{"what": what, "reason": reason} for what, reason in self.skipped],
            "warnings": list(self.warnings),
            "apart": list(self.apart),
            "seconds": self.seconds,
            "seconds_by": self.sureness,
            "disk_mb": self.disk_mb,
            "memory_mb": self.memory_mb,
            "memory_by": self.memory_sureness,
            "proposal": self.proposal,
            "power": list(self.power),
        }

    def as_text(self) -> str:
        """Return the overview as lines of text."""
        plain = self.as_json()
        lines = [f"{self.name}: {plural(plain['cells'], 'cell')}, {plain['to_run']} to run"]
        lines += [
            f"  {block}: {plural(n, 'cell')}, {left} to run{self._price(block) if left else ''}"
            for block, n, left in self.blocks
        ]
        lines += [self.proposal] if self.proposal else []
        lines += [f"skipped: {what}: {reason}" for what, reason in self.skipped]
        lines += [f"warning: {warning}" for warning in self.warnings]
        lines += self.apart
        memory = f"up to {self.memory_mb:.0f} MiB a process ({self.memory_sureness})"
        return "\n".join(
            [
                *lines,
                *self.power,
                f"estimated time: about {clock(self.seconds)} ({self.sureness})",
                f"estimated disk: about {self.disk_mb:.1f} MB (by rounds and test units)",
                f"estimated memory: {memory}",
            ]
        )

    def _price(self, block: str) -> str:
        what = self.footprints[block]
        return (
            f": about {clock(self.block_seconds[block])}, {what.disk_mb:.1f} MB, "
            f"{what.memory_mb:.0f} MiB a process"
        )


def plan_overview(
    opened: OpenedSpecification,
    results: Path,
    jobs: int,
    proposal: str = "",
    *,
    lockstep: bool | None = None,
) -> PlanOverview:
    """Return what a run would do.

    Parameters
    ----------
    opened : OpenedSpecification
        The specification.
    results : Path
        The results folder. Cells that are done there give the estimate.
    jobs : int
        How many cells would run at once.
    proposal : str
        What of the slice fits into a time; empty without a limit.
    lockstep : bool or None
        Whether cells may share a child. If so, it is told which do not; networks are built for it,
        which takes seconds. None tells nothing of it.

    Returns
    -------
    PlanOverview
        In the order of the plan.
    """
    there = opened.reuse(results)
    left = there.left(opened.plan.cells)
    totals = Counter(" · ".join(cell.block) for cell in opened.plan.cells)
    to_run = Counter(" · ".join(cell.block) for cell in left)
    expected, needed = expected_price(opened, there), expected_footprints(opened, there)
    by_block: dict[str, list[Cell]] = {}
    for cell in left:
        by_block.setdefault(" · ".join(cell.block), []).append(cell)
    return PlanOverview(
        name=opened.resolved.specification.benchmark.name,
        blocks=tuple((block, n, to_run[block]) for block, n in totals.items()),
        skipped=tuple((skip.what, skip.reason) for skip in opened.plan.skipped),
        power=_power(opened, results),
        seconds=expected.of(left, jobs),
        sureness=expected.sureness,
        block_seconds={block: expected.of(by_block.get(block, []), jobs) for block in totals},
        footprints={" · ".join(block): each for block, each in needed.blocks.items()},
        memory_sureness=needed.sureness,
        proposal=proposal,
        warnings=(*opened.warnings, *there.warnings),
        apart=_apart(opened, lockstep=lockstep),
    )


def _apart(opened: OpenedSpecification, *, lockstep: bool | None) -> tuple[str, ...]:
    if lockstep is None:
        return ()
    return tuple(told_apart(opened)) if lockstep else (ONE_BY_ONE,)


def _with_tables(results: Path, base: Path | None) -> Path:
    """Return where the spread of scores is known from: the run, or what it starts from."""
    return results if base is None or has_tables(results) else base


def _power(opened: OpenedSpecification, results: Path) -> tuple[str, ...]:
    oracles = {
        label
        for label, strategy in opened.resolved.strategies.items()
        if "oracle" in strategy.component.descriptor.tags
    }
    planned = {(cell.block, cell.strategy_label) for cell in opened.plan.cells}
    n_repetitions = len({cell.repetition for cell in opened.plan.cells})
    metric = opened.resolved.specification.benchmark.judging.headline
    published = _with_tables(results, opened.base)
    return foresight(planned, oracles, n_repetitions, published, metric)


@dataclass(frozen=True)
class StatusOverview:
    """The state of a results folder.

    Parameters
    ----------
    name : str
        The name of the benchmark.
    counts : mapping of str to int
        The number of planned cells in each status.
    failures : tuple of (str, str, str)
        The name of each failed cell, its status and the reason.
    conflicts : tuple of str
        Cells of which two successes differ.
    warnings : tuple of str
        What of the journal could not be read, and what was made by another source.
    has_ended : bool
        Whether the latest run reached its end; one that was stopped or killed has not.
    retries : mapping of str to int
        How often cells were tried again, by cause.
    """

    name: str
    counts: Mapping[str, int]
    failures: tuple[tuple[str, str, str], ...]
    conflicts: tuple[str, ...]
    warnings: tuple[str, ...]
    has_ended: bool = True
    retries: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every planned cell succeeded, and none has two different results."""
        return set(self.counts) <= {"ok"} and not self.conflicts

    def as_json(self) -> dict[str, Any]:
        """Return the overview as plain data."""
        return {
            "name": self.name,
            "counts": dict(self.counts),
            "retries": dict(self.retries),
            "failures": [{"cell": c, "status": s, "reason": r} for c, s, r in self.failures],
            "conflicts": list(self.conflicts),
            "warnings": list(self.warnings),
            "complete": self.is_complete,
        }

    def as_text(self) -> str:
        """Return the overview as lines of text."""
        counted = ", ".join(f"{n} {status}" for status, n in sorted(self.counts.items()))
        lines = [", ".join(filter(None, (f"{self.name}: {counted}", retries_text(self.retries))))]
        lines += [f"{status}: {cell}: {reason}" for cell, status, reason in self.failures]
        lines += [f"conflict: cell {cell} has two different results" for cell in self.conflicts]
        return "\n".join([*lines, *self.warnings])


def shard_of(results: Path, part: Slice) -> frozenset[str] | None:
    """Return the cells of a shard, which only the whole matrix can tell.

    Parameters
    ----------
    results : Path
        A run folder, or published results.
    part : Slice
        What is asked about.

    Returns
    -------
    frozenset of str
        Identities; None without a shard.

    Raises
    ------
    InputError
        As of `session.open_recorded`, or if the slice leaves nothing.
    RecordsError
        As of `status_overview`.
    """
    if part.shard is None:
        return None
    from albench.reporting.load import load
    from albench.session import open_recorded  # and with it all that runs cells

    record = latest_run(results) if has_records(results) else load(results).manifest
    whole = open_recorded(record, results).whole.cells
    return frozenset(cell.id for cell in cells_of(part, whole))


def status_overview(
    results: Path, part: Slice = EVERYTHING, shard: frozenset[str] | None = None
) -> StatusOverview:
    """Return the state of a results folder.

    Parameters
    ----------
    results : Path
        A run folder, or published results.
    part : Slice
        What of it is asked about, its shard aside.
    shard : frozenset of str or None
        The cells that `shard_of` gave.

    Returns
    -------
    StatusOverview
        Of the latest run's plan.

    Raises
    ------
    RecordsError
        If there is no record of a run, or one that this albench cannot read.
    InputError
        If the slice names what is not there, or leaves nothing.
    """
    from albench.records.state import state_of  # pandas, which a plan need not wait for

    if not has_records(results) and has_tables(results):
        return _status_of_tables(results, part, shard)
    state = state_of(results)
    cells = _asked_about(state.cells, part, shard)
    return StatusOverview(
        name=state.name,
        counts=dict(Counter(cells["status"])),
        failures=_failures(cells),
        conflicts=tuple(dict.fromkeys([*state.conflicts, *late_conflicts(results)])),
        warnings=(*state.warnings, *_edits(state)),
        has_ended=state.has_ended,
        retries=summed(json.loads(text) for text in cells.drop_duplicates("cell")["retries"]),
    )


def _status_of_tables(results: Path, part: Slice, shard: frozenset[str] | None) -> StatusOverview:
    """Return the state of results that were published without their records."""
    from albench.reporting.load import load

    published = load(results)
    cells = _asked_about(published.cells, part, shard)
    return StatusOverview(
        name=published.manifest.name,
        counts=dict(Counter(cells["status"])),
        failures=_failures(cells),
        conflicts=published.manifest.conflicts,
        retries=published.manifest.retries,
        warnings=("published as tables alone: its cells can be neither explained nor audited",),
    )


def _asked_about(cells: pd.DataFrame, part: Slice, shard: frozenset[str] | None) -> pd.DataFrame:
    """Return the rows of a slice's cells."""
    from albench.reporting.sliced import chosen_rows

    chosen = chosen_rows(cells, part) if part else cells
    if shard is None:
        return chosen
    mine = chosen[chosen["cell"].isin(shard)]
    if mine.empty:
        raise InputError([Complaint(part.text, "none of its cells was planned in these results")])
    return mine


def _failures(cells: pd.DataFrame) -> tuple[tuple[str, str, str], ...]:
    """Return the name, status and reason of each cell that failed."""
    failed = cells[~cells["status"].isin(["ok", "missing"])]
    names = ["cohort", "modalities", "model", "budget", "strategy"]
    return tuple(
        (
            f"{' · '.join(str(row[key]) for key in names)} · repetition {row['repetition']}",
            str(row["status"]),
            str(row["reason"]),
        )
        for row in failed.to_dict("records")
    )


def _edits(state: RunState) -> Iterator[str]:
    """Yield for each component that is installed here how many results another source made."""
    installable = {str(kind): kind for kind in ComponentKind}
    stale: Counter[str] = Counter()
    for name, kind, digest, n_cells in state.made:
        # Another albench's record may name other kinds.
        if kind in installable and digest != _digest_here(installable[kind], name):
            stale[name] += n_cells
    for name, n_cells in sorted(stale.items()):
        cells_were = plural(n_cells, "cell was", "cells were")
        yield f"{name}: {cells_were} made by another source than it has here"


def _digest_here(kind: ComponentKind, name: str) -> str:
    if name == recorded_picks.NAME:  # which is announced by no plugin
        return source_digest(recorded_picks.__name__).value
    try:
        component = registry.discover().find(kind, name)
    except PluginError:  # it is not installed here
        return ""
    return source_digest(component.descriptor.target.partition(":")[0]).value


def data_text(cohorts: Mapping[str, CohortRecord]) -> str:
    """Return a description of cohorts as text.

    Parameters
    ----------
    cohorts : mapping
        What `OpenedSpecification.describe` returns.

    Returns
    -------
    str
        A few lines per cohort.
    """
    return "\n\n".join(_cohort_text(name, cohort) for name, cohort in cohorts.items())


def _cohort_text(name: str, cohort: CohortRecord) -> str:
    classes = ", ".join(f"{label}: {n}" for label, n in cohort.classes.items())
    mark = " (simulated)" if cohort.simulated else ""
    lines = [
        f"{name}{mark}: {plural(cohort.subjects, 'subject')}, "
        f"{cohort.test_subjects} of them for test",
        f"  classes: {classes}",
    ]
    lines += [
        f"  {key}: {plural(part.samples, 'sample')} of shape {'x'.join(map(str, part.shape))}"
        for key, part in cohort.modalities.items()
    ]
    lines += [f"  candidates of {key}: {n}" for key, n in cohort.candidates.items()]
    return "\n".join([*lines, *([f"  {cohort.note}"] if cohort.note else [])])
