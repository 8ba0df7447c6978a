"""Run as many cells of a strategy as there is time for, against published results."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench import library, registry, session
from albench.api.descriptors import Kind
from albench.errors import Complaint, InputError, PluginError
from albench.planning.chosen_cells import cells_of, skips_of
from albench.records.schema import BlockKey
from albench.references import BASELINE
from albench.spec.slices import EVERYTHING
from albench.trial.answer import Trial
from albench.trial.choice import affordable, cheapest
from albench.trial.place import rank_place
from albench.trial.published import best, oracles, places, require_rivals, side_by_side
from albench.trial.reproduction import reproduction
from albench.trial.specification import trial_specification
from albench.trial.trial_run import TrialRun

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from albench.library import Results
    from albench.records.schema import BlockKey
    from albench.session import OpenedSpecification
    from albench.spec.slices import Slice
    from albench.trial.place import RankPlace
    from albench.trial.published import Places
    from albench.trial.reproduction import Reproduction
    from albench.trial.specification import Tried
    from albench.trial.trial_run import CarryOut

FIRST_LOOK = 1 / 3
"""The share of the time that the first cells may take."""
GROWTH = 4
"""What is run next is this much of what has been run: the more has run, the better is known what
more of it takes."""
SPARE = 0.05
"""The share of the time that is left for comparing."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be tried.

    Parameters
    ----------
    tried : Tried
        The strategy.
    against : Path
        Published results, or a run folder.
    rivals : tuple of str
        Published strategies that it is compared with beside random; empty for the best one.
    part : Slice
        What of the published matrix counts; it names no strategy.
    seconds : float
        The time that there is.
    """

    tried: Tried
    against: Path
    rivals: tuple[str, ...] = ()
    part: Slice = EVERYTHING
    seconds: float


def conduct(task: Task, results: Callable[[str], Path], carry_out: CarryOut) -> Trial:
    """Try a strategy.

    Parameters
    ----------
    task : Task
        What is to be tried.
    results : callable
        From the trial's name to its run folder; what is done there is not run again.
    carry_out : callable
        As of `TrialRun`.

    Returns
    -------
    Trial
        First one repetition runs, of random too; then as many whole repetitions as there is time
        for, by what cells have taken so far.

    Raises
    ------
    InputError
        If a rival or a part of the slice is unknown, the strategy can run nowhere, or the time is
        too short for one cell; of the published results, as `library.load`.
    AlbenchError
        Whatever `carry_out` raises.
    """
    began = time.perf_counter()
    label = task.tried.label
    published = library.load(task.against)
    require_rivals(published, task.rivals)
    opened = _open(task, published)
    there = places(published, cells_of(task.part, opened.whole.cells), label)
    run = TrialRun(opened, results(opened.resolved.specification.benchmark.name), carry_out)
    blocks = _first_look(task, there)
    run.run([label, BASELINE], blocks, there.repetitions[:1])
    check = _check(published, run)
    rivals = task.rivals or best(published, there.seconds, task.tried.component.qualified)
    strategies = [label]
    if not check.holds:
        rivals = tuple(name for name in rivals if _is_usable(name, published))[:1]
        strategies += [BASELINE, *rivals]
        run.opened = _open(task, published, rivals)
        run.run(strategies, blocks, there.repetitions[:1])
    deadline = began + (1 - SPARE) * task.seconds
    blocks, repetitions = _run_on(run, strategies, blocks, there.repetitions, deadline)
    skips = skips_of(task.part, opened.whole.skipped)
    beside = side_by_side(published, (run.cells, run.scores), strategies, blocks, repetitions)
    return Trial(
        strategy=label,
        against=str(task.against),
        n_blocks=len(blocks),
        n_repetitions=len(repetitions),
        n_blocks_there=len(there.seconds),
        n_repetitions_there=len(there.repetitions),
        n_run=run.n_run,
        reproduction=check,
        comparisons=library.compare_pairs(beside, [(label, name) for name in (BASELINE, *rivals)]),
        place=_place(beside, label) if check.holds else None,
        skipped=tuple(f"{skip.what}: {skip.reason}" for skip in skips),
        seconds=time.perf_counter() - began,
    )


def _open(task: Task, published: Results, rivals: Sequence[str] = ()) -> OpenedSpecification:
    specification = session.specification_of(published.manifest, task.against)
    trial = trial_specification(specification, task.tried, rivals, task.seconds)
    return session.open_specification(trial)


def _first_look(task: Task, there: Places) -> list[BlockKey]:
    """Return the blocks in which one repetition of the strategy and of random can be afforded."""
    costs = {block: 2 * seconds for block, seconds in there.seconds.items()}
    if min(costs.values()) > task.seconds:
        problem = (
            f"is too short: the cheapest cell of {BASELINE} and one of {task.tried.label} take "
            f"about {min(costs.values()):.0f} s, if this is a machine like that of {task.against}"
        )
        raise InputError([Complaint(f"--budget-seconds {task.seconds:g}", problem)])
    return cheapest(costs, FIRST_LOOK * task.seconds)


def _check(published: Results, run: TrialRun) -> Reproduction:
    """Return whether the cells of random came out as published."""
    sides = []
    for cells, scores in ((published.cells, published.scores), (run.cells, run.scores)):
        sides.append((cells[cells["strategy"] == BASELINE], scores))
    return reproduction(*sides)


def _is_usable(name: str, published: Results) -> bool:
    """Return whether the plugin of a published strategy is installed here."""
    cells = published.cells
    plugin = str(cells.loc[cells["strategy"] == name, "strategy_plugin"].iloc[0])
    try:
        registry.discover().find(Kind.STRATEGY, plugin)
    except PluginError:
        return False
    return True


def _run_on(
    run: TrialRun,
    strategies: Sequence[str],
    blocks: Sequence[BlockKey],
    repetitions: Sequence[int],
    deadline: float,
) -> tuple[list[BlockKey], list[int]]:
    """Run more repetitions until the deadline, `GROWTH` times as many each time."""
    chosen, n_done = list(blocks), 1
    while True:
        costs = run.costs(strategies, chosen)
        left = deadline - time.perf_counter() - run.overhead
        kept, fitting = affordable(costs, repetitions, run.done(strategies), left)
        if len(fitting) <= n_done:
            return chosen, list(repetitions[:n_done])
        chosen, n_done = kept, min(len(fitting), GROWTH * n_done)
        run.run(strategies, chosen, repetitions[:n_done])


def _place(beside: Results, label: str) -> RankPlace | None:
    metric = beside.manifest.judging.primary_metric
    return rank_place(beside.cells, beside.scores, label, oracles(beside), metric)
