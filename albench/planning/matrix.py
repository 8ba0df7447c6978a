"""The matrix: every combination that a specification asks for, as cells or as reasoned skips."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from albench.api.acquisition import asks_for_modalities
from albench.api.needs import GRANTED
from albench.api.price_keys import LABEL
from albench.cohort.annotators import as_spelt_by
from albench.cohort.first_labels import spelt
from albench.planning.cells import Cell, Skipped, skipped_system
from albench.planning.foreseen_failures import Foresight
from albench.plural import plural
from albench.references import BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from albench.api.descriptors import Descriptor
    from albench.cohort.join import Cohort
    from albench.planning.cells import ModelPlan, StrategyPlan
    from albench.planning.resolve import Resolved
    from albench.spec import BudgetSpec, MatrixEntry

ModalitySet = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Block:
    """What strategies are compared within.

    Parameters
    ----------
    cohort : Cohort
        Joined on the modalities in use.
    model : ModelPlan
        The model.
    budget : str
        The budget's name.
    """

    cohort: Cohort
    model: ModelPlan
    budget: str


@dataclass(frozen=True)
class Plan:
    """What will be run, and what will not and why.

    Parameters
    ----------
    cells : tuple of Cell
        Repetition by repetition, so that a stopped run has whole repetitions. Blocks may share a
        cell (the reference of two budgets): it is then there once for each, and is run once.
    skipped : tuple of Skipped
        Combinations that cannot work.
    """

    cells: tuple[Cell, ...]
    skipped: tuple[Skipped, ...]


def make(resolved: Resolved, cohorts: Mapping[tuple[str, ModalitySet], Cohort]) -> Plan:
    """Return the plan of a resolved specification.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    cohorts : mapping of (str, tuple of str) to Cohort
        Every cohort joined on each set of modalities in use.

    Returns
    -------
    Plan
        Random is in it for every block, and the reference that has all labels.
    """
    benchmark = resolved.specification.benchmark
    foresight = Foresight(resolved, cohorts)
    cells: dict[tuple[str, ...], Cell] = {}
    skipped = {skip.what: skip for skip in resolved.skipped}
    for entry in benchmark.matrix:
        for cell in _first_repetition(resolved, entry, cohorts):
            reason = why_impossible(resolved, cell) or foresight.reason(cell)
            if reason:
                skip = skipped_system(cell, reason)
                skipped.setdefault(skip.what, skip)
            else:
                cells.setdefault((cell.id, *cell.block), cell)
    repeated = [
        replace(cell, repetition=repetition)
        for repetition in range(benchmark.repetitions)
        for cell in cells.values()
    ]
    return Plan(tuple(repeated), tuple(skipped.values()))


def modality_sets(resolved: Resolved) -> list[tuple[str, ModalitySet]]:
    """Return every (cohort, modalities) that the matrix uses, each once.

    Parameters
    ----------
    resolved : Resolved
        Names and options.

    Returns
    -------
    list of (str, tuple of str)
        Without the cohorts that are skipped.
    """
    pairs = (
        pair
        for entry in resolved.specification.benchmark.matrix
        for pair in _pairs(resolved, entry)
    )
    return list(dict.fromkeys(pairs))


def _pairs(resolved: Resolved, entry: MatrixEntry) -> Iterator[tuple[str, ModalitySet]]:
    for cohort in entry.cohorts:
        if cohort in resolved.loaders:
            for chosen in entry.modalities or [list(resolved.loaders[cohort])]:
                yield cohort, tuple(chosen)


def _first_repetition(
    resolved: Resolved, entry: MatrixEntry, cohorts: Mapping[tuple[str, ModalitySet], Cohort]
) -> Iterator[Cell]:
    strategies = list(dict.fromkeys([BASELINE, *entry.strategies]))
    for cohort, modalities in _pairs(resolved, entry):
        for model in entry.models:
            for budget in entry.budgets:
                block = Block(cohorts[cohort, modalities], resolved.models[model].plan, budget)
                for strategy in [None, *strategies]:
                    plan = None if strategy is None else resolved.strategies[strategy].plan
                    yield cell_of(resolved, block, plan)


def cell_of(
    resolved: Resolved, block: Block, strategy: StrategyPlan | None, repetition: int = 0
) -> Cell:
    """Return the cell of a strategy, or of the reference, in a block.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    block : Block
        Cohort, model and budget.
    strategy : StrategyPlan or None
        None for the reference that has all labels.
    repetition : int
        Which one.

    Returns
    -------
    Cell
        Whether it can run or not.
    """
    benchmark, cohort = resolved.specification.benchmark, block.cohort
    spec, splitting = benchmark.cohorts[cohort.name], cohort.splitting
    return Cell(
        cohort=cohort.name,
        modalities=cohort.modalities,
        data=cohort.fingerprint,
        test=spec.test,
        evaluate=spec.evaluate,
        model=block.model,
        strategy=strategy,
        budget_label=block.budget,
        budget=_terms(benchmark.budgets[block.budget], spec.cost, cohort),
        seed=benchmark.seed,
        repetition=repetition,
        label_noise=spec.label_noise,
        annotators=tuple(as_spelt_by(one.terms(), cohort.classes) for one in spec.annotators),
        split=None if splitting is None else splitting.identity,
    )


def _terms(budget: BudgetSpec, cost: Mapping[str, float], cohort: Cohort) -> dict[str, Any]:
    """Return what a budget says, with the prices of what is in use if it is counted in them."""
    # What came later than the first results is named only where it is used: they stay valid.
    terms = budget.model_dump(exclude=None if budget.known else {"known"})
    terms["initial"] = spelt(cohort, budget.initial)
    if budget.of != "cost":
        return terms
    return terms | {"prices": {name: cost.get(name, 0.0) for name in (*cohort.modalities, LABEL)}}


def why_impossible(resolved: Resolved, cell: Cell) -> str | None:
    """Return why a cell's model and strategy do not go together; None if they do."""
    model = resolved.models[cell.model.label].component.descriptor
    if not _allows(model, len(cell.modalities)):
        return f"model {model.name} {_range(model)}; {_here(len(cell.modalities))}"
    if cell.strategy is None:
        return None
    strategy = resolved.strategies[cell.strategy.label].component.descriptor
    if not _allows(strategy, len(cell.modalities)):
        return f"strategy {strategy.name} {_range(strategy)}; {_here(len(cell.modalities))}"
    known = cell.budget.get("known", ())
    if known and not set(known) & set(cell.modalities):
        return f"of budgets.{cell.budget_label}.known, none is among the modalities in use"
    if asks_for_modalities(strategy) and not known:
        return (
            f"strategy {strategy.name} asks for modalities: say which are there at the start, as "
            f'in budgets.{cell.budget_label}.known = ["{cell.modalities[0]}"]'
        )
    lacking = sorted(strategy.needs - model.provides - GRANTED.keys())
    if lacking:
        needs = ", ".join(lacking)
        return f"strategy {strategy.name} needs {needs}, which model {model.name} does not provide"
    return None


def _allows(descriptor: Descriptor, n_modalities: int) -> bool:
    low, high = descriptor.modalities
    return low <= n_modalities and (high is None or n_modalities <= high)


def _here(n: int) -> str:
    return f"here {'is' if n == 1 else 'are'} {n}"


def _range(descriptor: Descriptor) -> str:
    low, high = descriptor.modalities
    if high is None:
        return f"works with {low} modalities or more"
    if low == high:
        return f"works with {plural(low, 'modality', 'modalities')}"
    return f"works with {low} to {high} modalities"
