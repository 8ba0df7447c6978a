"""Keys are equal where their values are."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from albench.api import as_keys, is_missing, is_whole_number


@pytest.mark.parametrize(
    "cells",
    [(0, 1), (0.0, 1.0), ("0", "1"), ("0.0", "1.00"), (Decimal("0.0"), Decimal(1))],
    ids=str,
)
def test_whole_numbers_are_one_key_however_they_are_stored(cells: tuple[object, ...]) -> None:
    assert as_keys(cells) == ["0", "1"]


def test_a_gap_does_not_turn_numbers_into_other_keys() -> None:
    assert as_keys(pd.Series([3, None]).tolist()) == ["3", ""]


@pytest.mark.parametrize(
    "cells", [("1.0", "1.1"), ("007", "7.0"), ("1.0", "P1"), ("1e0", "1.0")], ids=str
)
def test_text_that_is_not_all_whole_numbers_stays_as_written(cells: tuple[str, ...]) -> None:
    assert as_keys(cells) == list(cells)


def test_bytes_of_parquet_are_text() -> None:
    assert as_keys([b"P1", "P2 "]) == ["P1", "P2"]


@pytest.mark.parametrize(
    "cell", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT, np.datetime64("NaT"), "", " "]
)
def test_every_kind_of_nothing_is_missing(cell: object) -> None:
    assert is_missing(cell)


@pytest.mark.parametrize("cell", ["NA", 0, False, [1], np.ones(2), datetime.date(2020, 1, 1)])
def test_a_value_is_not_missing(cell: object) -> None:
    assert not is_missing(cell)


@pytest.mark.parametrize("text", ["01", "1_0", "1.0", "-0", "+1", "١", "", "9" * 5000])
def test_only_one_spelling_is_a_whole_number(text: str) -> None:
    assert not is_whole_number(text)
