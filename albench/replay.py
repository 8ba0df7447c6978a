"""Another model trained on recorded picks, to see whether a strategy's advantage survives that.

A replayed cell is a cell of its own: its strategy is what a recorded cell bought, as a file whose
content is part of its identity. It is run, stored and resumed as any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from albench import __version__, registry, session
from albench.analysis.finished_area import finished_area
from albench.api.modality import fingerprint
from albench.api.nearest import did_you_mean
from albench.atomic_file import write_atomically
from albench.cache_folder import default_folder
from albench.errors import Complaint, InputError
from albench.execute.recorded_picks import DESCRIPTOR
from albench.planning import Plan, open_cohorts, resolve
from albench.planning.cells import StrategyPlan, canonical, skipped_system
from albench.planning.foreseen_failures import Foresight
from albench.planning.matrix import Block, cell_of, why_impossible
from albench.planning.resolve import ResolvedStrategy
from albench.records import tables
from albench.records.planned_replay import PlannedReplay
from albench.records.results_folder import latest_run_of, read_results
from albench.registry import Component
from albench.session import OpenedSpecification

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from albench.cohort.join import Cohort
    from albench.planning import Cell, Resolved, Skipped
    from albench.planning.resolve import ResolvedModel
    from albench.records.run_record import PlannedCell
    from albench.records.schema import Finished
    from albench.spec.slices import Slice

    Cohorts = Mapping[tuple[str, tuple[str, ...]], Cohort]

OPTION = "--replay"
STRATEGY = Component(DESCRIPTOR, "albench", __version__)
MAY_DIFFER = ("model", "strategy")
"""What of an identity differs between a recorded cell and its replay."""


@dataclass(frozen=True, eq=False)
class _Recorded:
    """A cell that bought, and how it ended."""

    planned: PlannedCell
    end: Finished


def open_replay(
    name: str, source: Path, part: Slice, *, keep_edited: bool = False, base: Path | None = None
) -> OpenedSpecification:
    """Plan to train models on what the strategies of some results bought.

    Parameters
    ----------
    name : str
        A specification, with the data of the results; its matrix may be another.
    source : Path
        A run folder, or published results with their records.
    part : Slice
        Its models are those that are trained; the rest chooses among what was recorded.
    keep_edited : bool
        As of `session.open_spec`.
    base : Path or None
        As of `session.open_spec`.

    Returns
    -------
    OpenedSpecification
        A block for each recorded block and model, called after both models.

    Raises
    ------
    InputError
        As of `session.open_spec`; if no model is named, or one is unknown; or if nothing that was
        recorded fits the specification.
    RecordsError
        If there are no records of picks.
    """
    resolved = resolve(session.read_spec(name), registry.discover())
    targets = _targets(part, resolved)
    reading = read_results(source)
    run = latest_run_of(reading, source)
    recorded = [_Recorded(*pair) for pair in tables.gather(reading).purchases()]
    modalities, cohorts = open_cohorts(resolved)
    fitting = list(_fitting(recorded, resolved, cohorts, source))
    labels = {one.planned.strategy for one in fitting}
    strategies = {label: _strategy(label) for label in sorted(labels)}
    models = {
        _title(target, picker): (target, picker)
        for target in targets
        for picker in dict.fromkeys(one.planned.model for one in fitting)
    }
    named = {
        title: _renamed(resolved.models[target], title) for title, (target, _) in models.items()
    }
    resolved = replace(resolved, models={**resolved.models, **named}, strategies=strategies)
    plan, areas = _planned(fitting, targets, resolved, cohorts)
    _require_any(plan, source)
    metric = resolved.specification.benchmark.judging.headline
    used = {cell.model.label for cell in plan.cells}
    replayed = {title: pair for title, pair in models.items() if title in used}
    rest = replace(part, included={k: v for k, v in part.included.items() if k != "model"})
    replay = PlannedReplay(run, replayed, metric, areas)
    opened = OpenedSpecification(
        resolved, modalities, cohorts, plan, rest, keep_edited, base, replay=replay
    )
    _ = opened.plan  # complains of the slice
    return opened


def require_own_folder(results: Path) -> None:
    """Raise if a folder holds the run of another kind.

    Parameters
    ----------
    results : Path
        Where a replay is to write; may be missing.

    Raises
    ------
    InputError
        If strategies picked in the latest run there: replayed cells never stand beside others.
    """
    runs = read_results(results).runs
    if runs and runs[-1].replayed is None:
        problem = "holds a run in which strategies picked; choose another folder with --output"
        raise InputError([Complaint(str(results), problem)])


def _targets(part: Slice, resolved: Resolved) -> list[str]:
    wanted, there = list(part.included.get("model", ())), list(resolved.models)
    if not wanted:
        problem = f"name the model to train with --model; there are {', '.join(there)}"
        raise InputError([Complaint(OPTION, problem)])
    if part.excluded.get("model"):
        problem = "has no effect with --replay, for which --model names the models to train"
        raise InputError([Complaint("--exclude-model", problem)])
    if unknown := [name for name in wanted if name not in there]:
        listed = f"there are {', '.join(there)}"
        hint = did_you_mean(unknown[0], there) or f"; {listed}"
        raise InputError([Complaint(f"--model {unknown[0]}", f"is no model of the file{hint}")])
    return list(dict.fromkeys(wanted))


def _title(target: str, picker: str) -> str:
    return f"{target} on picks of {picker}"


def _renamed(model: ResolvedModel, title: str) -> ResolvedModel:
    return replace(model, plan=replace(model.plan, label=title))


def _strategy(label: str) -> ResolvedStrategy:
    plan = StrategyPlan(label, STRATEGY.qualified, DESCRIPTOR.version, {})
    return ResolvedStrategy(plan, STRATEGY)


def _fitting(
    recorded: Sequence[_Recorded], resolved: Resolved, cohorts: Cohorts, source: Path
) -> Iterator[_Recorded]:
    """Yield what was recorded of blocks that the specification has, with the same data."""
    benchmark = resolved.specification.benchmark
    any_model = next(iter(resolved.models.values())).plan
    differing: dict[str, None] = {}
    for one in recorded:
        planned = one.planned
        cohort = cohorts.get((planned.cohort, tuple(planned.modalities.split("+"))))
        if cohort is None or planned.budget not in benchmark.budgets:
            continue
        block = Block(cohort, any_model, planned.budget)
        same = cell_of(resolved, block, _strategy(planned.strategy).plan, planned.repetition)
        ours, theirs = same.identity(), planned.identity
        keys = [
            key
            for key in sorted({*ours, *theirs} - {*MAY_DIFFER})
            if canonical(ours.get(key)) != canonical(theirs.get(key))
        ]
        differing |= dict.fromkeys(keys)
        if not keys:
            yield one
    if differing:
        what = ", ".join(differing)
        problem = f"its picks were made with another {what} than the specification has here"
        raise InputError([Complaint(f"{OPTION} {source}", problem)])


def _planned(
    recorded: Sequence[_Recorded], targets: Sequence[str], resolved: Resolved, cohorts: Cohorts
) -> tuple[Plan, dict[str, float]]:
    """Return the replayed cells with their references, and what the recorded ones scored."""
    metric = resolved.specification.benchmark.judging.headline
    foresight = Foresight(resolved, cohorts)
    cells: dict[tuple[object, ...], Cell] = {}
    areas: dict[str, float] = {}
    skipped: dict[str, Skipped] = {}
    in_order = sorted(recorded, key=lambda one: one.planned.repetition)
    for one in in_order:
        planned = one.planned
        cohort = cohorts[planned.cohort, tuple(planned.modalities.split("+"))]
        area = finished_area(one.end, metric, cohort.classes)
        picks = _file(one, cohort)
        for target in targets:
            block = Block(
                cohort, resolved.models[_title(target, planned.model)].plan, planned.budget
            )
            strategy = StrategyPlan(
                planned.strategy,
                planned.strategy_plugin,
                DESCRIPTOR.version,
                {"picks": str(picks)},
                {"picks": picks.stem},
            )
            cell = cell_of(resolved, block, strategy, planned.repetition)
            if canonical(cell.identity()["model"]) == canonical(planned.identity["model"]):
                continue  # it is the model that picked
            first = replace(cell, repetition=0)
            if reason := _why_not(first, resolved, foresight):
                skip = skipped_system(cell, reason)
                skipped.setdefault(skip.what, skip)
                continue
            reference = cell_of(resolved, block, None, planned.repetition)
            cells.setdefault((reference.id, *reference.block), reference)
            cells[cell.id, *cell.block] = cell
            areas[cell.id] = area
    return Plan(tuple(cells.values()), tuple(skipped.values())), areas


def _why_not(cell: Cell, resolved: Resolved, foresight: Foresight) -> str | None:
    """Return why a cell cannot be replayed; None if it can."""
    if cell.budget.get("known"):
        return (
            f"budgets.{cell.budget_label}.known: modalities that are bought one by one are not "
            "replayed; choose other budgets with --budget"
        )
    return why_impossible(resolved, cell) or foresight.reason(cell)


def _file(one: _Recorded, cohort: Cohort) -> Path:
    """Return a file of what a cell bought; it is called by a hash of its content."""
    rounds = [
        cohort.candidates[entry.picked].tolist() for entry in one.end.rounds if entry.round > 0
    ]
    content = canonical({"cell": one.planned.cell, "rounds": rounds})
    path = default_folder() / "picks" / f"{fingerprint(content.encode())}.json"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content.encode())
    return path


def _require_any(plan: Plan, source: Path) -> None:
    if plan.cells or plan.skipped:
        return
    problem = (
        "nothing to replay: no finished cell fits a cohort, its modalities and a budget of the "
        "specification, or the models named are those that picked"
    )
    raise InputError([Complaint(f"{OPTION} {source}", problem)])
