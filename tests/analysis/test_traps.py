"""Which strategies fall into a trap, which do not, and which are undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from albench.analysis.traps import Fate, cell_values, fates
from albench.spec.traps import Trap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    MakeRounds = Callable[..., pd.DataFrame]

N_BOUGHT = 40
COPIES = Trap(cohort="digits", fall="buys-more", mark="copy", tolerance=0.05, best="One of each.")


def rounds_of(make_rounds: MakeRounds, names: Sequence[str], n: int = 10) -> pd.DataFrame:
    curves = {(name, i): (0.5, 0.7, 0.8) for name in names for i in range(n)}
    made = make_rounds(curves, n_labelled=(10, 30, 10 + N_BOUGHT))
    return made.assign(n_labelled_subjects=made["n_labelled"])


def marks_of(bought: Mapping[str, NDArray[np.intp]], first: int = 0) -> pd.DataFrame:
    """Return the table of marks of cells that bought so many copies, half in each round."""
    rows = [
        {"cell": f"digits-{name}-{i}", "round": turn, "mark": mark, "n_picked": n, "n_train": 99}
        for name, numbers in bought.items()
        for i, number in enumerate(numbers.tolist())
        for mark, share in (("copy", 1), ("other", 0))
        for turn, n in enumerate((first, number // 2 * share, (number - number // 2) * share))
    ]
    return pd.DataFrame(rows)


def fate_of(table: pd.DataFrame, name: str) -> str:
    return str(table.set_index("strategy").loc[name, "fate"])


@pytest.fixture
def bought() -> dict[str, NDArray[np.intp]]:
    rng = np.random.default_rng(0)
    rates = {"random": 0.2, "greedy": 0.6, "shy": 0.02, "alike": 0.2}
    return {name: rng.binomial(N_BOUGHT, rate, 10) for name, rate in rates.items()}


def test_who_buys_more_of_a_mark_than_random_fell(
    make_rounds: MakeRounds, bought: dict[str, NDArray[np.intp]]
) -> None:
    table = fates(rounds_of(make_rounds, list(bought)), marks_of(bought), COPIES)
    assert fate_of(table, "greedy") == Fate.FELL
    assert fate_of(table, "shy") == Fate.DID_NOT
    assert "random" not in set(table["strategy"])


def test_means_are_shares_of_what_was_bought(
    make_rounds: MakeRounds, bought: dict[str, NDArray[np.intp]]
) -> None:
    marks = marks_of(bought, first=5)  # first labels are nobody's choice
    table = fates(rounds_of(make_rounds, list(bought)), marks, COPIES).set_index("strategy")
    assert table["value"]["greedy"] == pytest.approx(bought["greedy"].mean() / N_BOUGHT)
    assert table["value_random"]["greedy"] == pytest.approx(bought["random"].mean() / N_BOUGHT)


def test_who_avoids_what_should_be_bought_fell(
    make_rounds: MakeRounds, bought: dict[str, NDArray[np.intp]]
) -> None:
    rare = Trap(cohort="digits", fall="buys-less", mark="copy", tolerance=0.05, best="Buy it.")
    table = fates(rounds_of(make_rounds, list(bought)), marks_of(bought), rare)
    assert (fate_of(table, "shy"), fate_of(table, "greedy")) == (Fate.FELL, Fate.DID_NOT)


def test_a_mark_is_missed_only_where_the_first_labels_have_none(make_rounds: MakeRounds) -> None:
    hidden = Trap(cohort="digits", fall="misses", mark="copy", tolerance=0.05, best="Explore.")
    rounds = rounds_of(make_rounds, ["random", "shy"])
    marks = marks_of({"random": np.full(10, 8), "shy": np.zeros(10, dtype=int)})
    has_mark = marks["cell"].str.endswith(("-0", "-1", "-2")) & (marks["round"] == 0)
    marks.loc[has_mark, "n_picked"] = 1
    table = fates(rounds, marks, hidden)
    assert table["n_pairs"].tolist() == [7]
    assert fate_of(table, "shy") == Fate.FELL


def test_a_difference_that_is_certain_but_small_is_no_fall(make_rounds: MakeRounds) -> None:
    wide = Trap(cohort="digits", fall="buys-more", mark="copy", tolerance=0.5, best="-")
    marks = marks_of({"random": np.full(10, 8), "greedy": np.arange(10) % 2 + 12})
    table = fates(rounds_of(make_rounds, ["random", "greedy"]), marks, wide)
    assert table["p_holm"].item() < 0.001
    assert fate_of(table, "greedy") == Fate.DID_NOT


def test_what_spreads_too_much_is_not_decided(make_rounds: MakeRounds) -> None:
    marks = marks_of({"random": np.full(10, 8), "wild": np.tile([0, 18], 5)})
    table = fates(rounds_of(make_rounds, ["random", "wild"]), marks, COPIES)
    assert fate_of(table, "wild") == Fate.OPEN


@pytest.mark.parametrize("numbers", [np.full(5, 40), np.zeros(5, dtype=int)])
def test_nothing_is_decided_under_six_repetitions(
    make_rounds: MakeRounds, numbers: NDArray[np.intp]
) -> None:
    marks = marks_of({"random": np.full(5, 8), "greedy": numbers})
    table = fates(rounds_of(make_rounds, ["random", "greedy"], n=5), marks, COPIES)
    assert fate_of(table, "greedy") == Fate.OPEN


def test_a_chance_like_strategy_rarely_falls(make_rounds: MakeRounds) -> None:
    rng = np.random.default_rng(1)
    names = ["random", *(f"null-{i}" for i in range(50))]
    marks = marks_of({name: rng.binomial(N_BOUGHT, 0.2, 10) for name in names})
    table = fates(rounds_of(make_rounds, names), marks, COPIES)
    assert (table["fate"] != Fate.FELL).all()


def test_who_learns_less_is_told_by_the_area_under_the_curve(make_rounds: MakeRounds) -> None:
    dull = Trap(cohort="digits", fall="learns-less", metric="accuracy", tolerance=0.01, best="-")
    noise = np.random.default_rng(2).normal(0, 0.005, 10)
    curves = {("random", i): (0.5, 0.7, 0.9) for i in range(10)} | {
        ("slow", i): (0.5, 0.6 + noise[i], 0.8) for i in range(10)
    }
    table = fates(make_rounds(curves, n_labelled=(10, 30, 50)), pd.DataFrame(), dull)
    assert fate_of(table, "slow") == Fate.FELL
    assert table["difference"].item() == pytest.approx(-0.075, abs=0.005)


def test_who_spreads_labels_over_fewer_subjects_fell(make_rounds: MakeRounds) -> None:
    frames = Trap(cohort="digits", fall="labels-fewer-subjects", tolerance=0.05, best="-")
    rounds = rounds_of(make_rounds, ["random", "narrow"])
    narrow = rounds["strategy"] == "narrow"
    rounds.loc[narrow, "n_labelled_subjects"] = 10
    table = fates(rounds, pd.DataFrame(), frames)
    assert fate_of(table, "narrow") == Fate.FELL
    assert table["value"].item() == pytest.approx(10 / 50)


def test_other_cohorts_and_the_reference_are_not_judged(make_rounds: MakeRounds) -> None:
    frames = Trap(cohort="digits", fall="labels-fewer-subjects", tolerance=0.05, best="-")
    rounds = rounds_of(make_rounds, ["random", "all-labels"])
    elsewhere = rounds.assign(cohort="liver", cell="x" + rounds["cell"])
    values = cell_values(pd.concat([rounds, elsewhere]), pd.DataFrame(), frames)
    assert set(values["strategy"]) == {"random"}
    assert set(values["cohort"]) == {"digits"}


def test_cells_whose_marks_were_not_counted_are_left_out(make_rounds: MakeRounds) -> None:
    rounds = rounds_of(make_rounds, ["random", "greedy"])
    marks = marks_of({"random": np.full(10, 8), "greedy": np.full(10, 30)})
    marks = marks[marks["cell"] != "digits-greedy-3"]
    table = fates(rounds, marks, COPIES)
    assert (table["n_pairs"].item(), table["n_missing"].item()) == (9, 1)
