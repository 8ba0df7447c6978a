"""Prices of modalities and labels, and budgets that are counted in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.planning import Plan
    from albench.spec import Specification

    Parse = Callable[..., Specification]

COHORT = """
    name = "toy"
    repetitions = 2
    [cohorts.clinic]
    cost = { LSTE = 1, LUS = 0.5, label = 10 }
    [cohorts.clinic.modalities]
    LSTE = { loader = "table" }
    LUS = { loader = "table" }
    [models.small]
    plugin = "linear"
    [budgets.money]
    initial = 60
    query = 0.1
    of = "cost"
    [[matrix]]
    cohorts = ["clinic"]
    models = ["small"]
    strategies = ["random"]
    budgets = ["money"]
"""


def problem(parse: Parse, *changes: tuple[str, str]) -> str:
    with pytest.raises(SpecError) as error:
        parse(*changes, text=COHORT)
    return str(error.value)


def test_a_cohort_has_prices_and_a_budget_is_counted_in_them(parse: Parse) -> None:
    benchmark = parse(text=COHORT).benchmark
    assert benchmark.cohorts["clinic"].cost == {"LSTE": 1.0, "LUS": 0.5, "label": 10.0}
    assert benchmark.budgets["money"].of == "cost"


PRICES = {
    "LSTE = -1": "cost.LSTE: input should be greater than or equal to 0",
    'LSTE = "1"': "cost.LSTE: input should be a valid number",
    "LSTE = true": "cost.LSTE: input should be a valid number",
    "LSTE = inf": "cost.LSTE: input should be a finite number",
    "LSTM = 1": "cost prices 'LSTM'; there are LSTE, LUS, label",
    "label = 0": "at least one price must be above 0",
    "LUS = 1": "some subjects may cost nothing, and budget 'money' is of cost: price the label",
}


@pytest.mark.parametrize("prices", PRICES)
def test_prices_that_make_no_sense_are_refused(parse: Parse, prices: str) -> None:
    complaint = problem(parse, ("LSTE = 1, LUS = 0.5, label = 10", prices))
    assert PRICES[prices] in complaint
    assert "cohorts.clinic" in complaint


def test_a_modality_called_label_cannot_be_priced(parse: Parse) -> None:
    complaint = problem(parse, ("LUS = { loader", "label = { loader"), ("LUS = 0.5, ", ""))
    assert "a modality called 'label' cannot be priced beside the label" in complaint


def test_a_budget_of_cost_needs_prices(parse: Parse) -> None:
    complaint = problem(parse, ("cost = { LSTE = 1, LUS = 0.5, label = 10 }\n", ""))
    assert "cohorts.clinic: has no cost, and budget 'money' is of cost" in complaint
    assert "cost = { LSTE = 1, label = 10 }" in complaint


@pytest.mark.parametrize("initial", ['"one per class"', '["P1", "P2"]'])
def test_a_budget_of_cost_begins_with_a_cost(parse: Parse, initial: str) -> None:
    assert "initial is a cost, a share" in problem(parse, ("initial = 60", f"initial = {initial}"))


def test_prices_are_part_of_an_identity_only_where_they_are_counted_in(
    planned: Callable[..., Plan],
) -> None:
    section = "[cohorts.clinic.modalities]"
    cheap, dear = (
        (section, f"[cohorts.clinic]\ncost = {{ label = {price} }}\n{section}") for price in (2, 3)
    )
    money = ("initial = 0.1", 'initial = 0.3\nquery = 0.4\nof = "cost"')
    free = ids(planned())
    assert ids(planned(cheap)) == free
    counted = ids(planned(cheap, money)), ids(planned(dear, money))
    # The reference buys nothing, and is shared by all.
    assert len(counted[0]) > len(counted[0] & counted[1]) == len(counted[0] & free) > 0


def ids(plan: Plan) -> set[str]:
    return {cell.id for cell in plan.cells}


def test_what_is_known_at_the_start_is_a_modality_and_needs_a_budget_of_cost(parse: Parse) -> None:
    known = ('of = "cost"', 'of = "cost"\nknown = ["LUS"]')
    assert parse(known, text=COHORT).benchmark.budgets["money"].known == ["LUS"]
    complaint = problem(parse, ('of = "cost"', 'of = "cost"\nknown = ["LSU"]'))
    assert "budgets.money.known" in complaint
    assert "'LSU' is not" in complaint or "did you mean 'LUS'" in complaint
    assert 'known needs of = "cost"' in problem(parse, ('of = "cost"', 'known = ["LUS"]'))
