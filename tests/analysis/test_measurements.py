"""Which modalities were bought, against small pools that are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from albench.analysis.measurements import Sale, measurements

SUBJECTS = np.arange(12)
N_TRAIN = 10


def sale(known: tuple[bool, bool] = (True, False)) -> Sale:
    """Return one of ten subjects: the first modality is known, the second for sale but of two."""
    obtainable = np.tile(~np.array(known), (12, 1))
    obtainable[[8, 9], 1] = False
    obtainable[10:] = False
    return Sale(modalities=("a", "b"), obtainable=obtainable, subjects=SUBJECTS, n_train=N_TRAIN)


def told(
    picks: list[list[int]], codes: list[list[int]], point: str = "final", terms: Sale | None = None
) -> dict[str, float]:
    rows = measurements(picks, codes, terms or sale())
    return {one.measure: one.value for one in rows if one.point == point}


def test_shares_are_of_those_who_could_be_measured() -> None:
    # Subject 0 came first, so that b could be bought of 1 to 7.
    bought = told([[0], [1, 8], [2]], [[1], [3, 9], [11]])
    assert bought == {
        "measured b": pytest.approx(3 / 7),
        "labelled with b": 1 / 2,  # of 1 and 2: there is no b of 8
    }


def test_what_is_measured_of_nobody_labelled_is_told_too() -> None:
    assert told([[0], [], []], [[1], [3], [5, 7]]) == {"measured b": pytest.approx(3 / 7)}
    assert not told([[0], [], []], [[1], [3], [5, 7]], "0.3")  # it gets to no such point


def test_a_point_knows_only_what_was_bought_by_then() -> None:
    bought = told([[0], [1, 2], [3, 4]], [[1], [3, 5], [7, 9]], "0.3")
    assert bought == {"measured b": pytest.approx(2 / 7), "labelled with b": 1.0}


def test_all_modalities_may_be_for_sale() -> None:
    bought = told([[0], [1]], [[0, 1], [2, 4]], terms=sale((False, False)))
    assert bought == {
        "measured a": pytest.approx(2 / 9),
        "labelled with a": 1.0,
        "measured b": 0.0,
        "labelled with b": 0.0,
    }


def test_nothing_is_bought_with_the_first_labels_alone() -> None:
    assert told([[0, 1, 2]], [[1, 3, 5]]) == {}
