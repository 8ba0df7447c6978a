"""Whether a budget of cost pays for a subject in every round, told while it is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.cohort.first_labels import is_cold
from albench.cohort.subject_costs import affordable, subject_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.cohort.join import Cohort
    from albench.planning.cells import Cell


def about_query(cell: Cell, cohort: Cohort, n_train: int) -> str | None:
    """Return in a sentence why a budget of cost cannot buy the dearest subject, or None.

    `n_train` is the fewest subjects that a training part has. It is None for budgets of other
    units.
    """
    if cell.budget["of"] != "cost" or cell.strategy is None:
        return None
    dearest = float(_costs(cell, cohort).max())
    for key in ("initial", "query"):
        amount = cell.budget[key]
        if is_cold(amount) or least_bought(cell, cohort, n_train, amount):
            continue
        sum_there = _in_cost(amount, _smallest_total(cell, cohort, n_train))
        return (
            f"budgets.{cell.budget_label}.{key} may come to no more than {sum_there:g}, and the "
            f"dearest subject of cohort {cell.cohort} costs {dearest:g}: raise it"
        )
    return None


def least_bought(cell: Cell, cohort: Cohort, n_train: int, amount: int | float) -> int:
    """Return how many subjects an amount of cost buys at least: as if all were the dearest.

    The amount is a cost, or a share of what the training part costs, which has `n_train` subjects
    at least.
    """
    costs = _costs(cell, cohort)
    there = _in_cost(amount, _smallest_total(cell, cohort, n_train))
    return affordable(np.full(n_train, costs.max()), there)


def _smallest_total(cell: Cell, cohort: Cohort, n_train: int) -> float:
    costs = np.sort(_costs(cell, cohort))
    return float(costs[:n_train].sum())


def _costs(cell: Cell, cohort: Cohort) -> NDArray[np.float64]:
    return subject_costs(cohort, cell.budget["prices"], cell.budget.get("known", ()))


def _in_cost(amount: int | float, total: float) -> float:
    return float(amount) if isinstance(amount, int) else amount * total
