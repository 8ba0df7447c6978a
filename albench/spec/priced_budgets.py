"""Budgets that are counted in cost need cohorts that say what things cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api.nearest import not_among
from albench.api.price_keys import LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.spec.reading import Fault
    from albench.spec.schema import Benchmark


def unpriced_budgets(benchmark: Benchmark) -> Iterator[Fault]:
    """Yield a fault for each use of a budget of cost on a cohort where subjects may be free.

    Parameters
    ----------
    benchmark : Benchmark
        Whose keys are valid one by one.

    Yields
    ------
    (path, str)
        Where the cohort lacks a price, and what to do.
    """
    pairs = {
        (cohort, budget): None
        for entry in benchmark.matrix
        for cohort in entry.cohorts
        for budget in entry.budgets
        if cohort in benchmark.cohorts and budget in benchmark.budgets
    }
    for name, budget in pairs:
        cohort = benchmark.cohorts[name]
        if benchmark.budgets[budget].of != "cost":
            continue
        yield from _unknown_modalities(benchmark, name, budget)
        if not cohort.cost:
            problem = (
                f"has no cost, and budget {budget!r} is of cost: say what each modality and the "
                f"label of a subject cost, as in cost = {{ {next(iter(cohort.modalities))} = 1, "
                f"{LABEL} = 10 }}"
            )
            yield ("cohorts", name), problem
        elif not cohort.cost.get(LABEL) and not all(map(cohort.cost.get, cohort.modalities)):
            problem = (
                f"some subjects may cost nothing, and budget {budget!r} is of cost: price the "
                "label, or every modality"
            )
            yield ("cohorts", name, "cost"), problem


def _unknown_modalities(benchmark: Benchmark, name: str, budget: str) -> Iterator[Fault]:
    present = list(benchmark.cohorts[name].modalities)
    for modality in benchmark.budgets[budget].known:
        if modality not in present:
            problem = not_among(f"modalities of cohort {name!r}", modality, present)
            yield ("budgets", budget, "known"), problem
