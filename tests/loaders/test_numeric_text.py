"""Only plain ASCII decimal or exponent notation is a number."""

import numpy as np
import pytest

from albench.loaders.numeric_text import like_numbers, read_numbers, remedy


def column(*cells: object) -> np.ndarray:
    made = np.empty(len(cells), dtype=object)
    made[:] = cells
    return made


@pytest.mark.parametrize("text", ["1", "-1.5", "+.5", "2.", "1e3", "1.5E-07"])
def test_plain_notation_is_a_number(text: str) -> None:
    assert read_numbers(column(text)).values.tolist() == [float(text)]


@pytest.mark.parametrize(
    "text",
    ["012_05", "1_000", "١٢", "１２", "0x10", "infinity", "1e", "1 2", "--1", "1,5", "5%", "1d5"],
)
def test_what_only_a_programming_language_reads_is_no_number(text: str) -> None:
    numbers = read_numbers(column(text, "7"))
    assert np.isnan(numbers.values[0])
    assert not numbers.missing[0]


@pytest.mark.parametrize("cell", [None, "", "NaN", "NA", "null", float("nan")])
def test_a_missing_cell_is_missing_however_it_is_written(cell: object) -> None:
    assert read_numbers(column(cell, "7")).missing.tolist() == [True, False]


def test_a_column_of_true_and_false_is_of_ones_and_zeros() -> None:
    for cells in (("True", "false", ""), (True, False, None)):
        numbers = read_numbers(column(*cells))
        assert numbers.kind == "numbers"
        assert numbers.values[:2].tolist() == [1, 0]
        assert numbers.missing.tolist() == [False, False, True]


def test_a_decimal_comma_is_read_when_asked_for() -> None:
    numbers = read_numbers(column("21,5", "-1,5e3", "7", "1.5"), ",")
    assert numbers.values[:3].tolist() == [21.5, -1500, 7]
    assert np.isnan(numbers.values[3])


LIKE = ["21,5", ",5", "1.234,5", "1 234", "1'234.5", "12 %", "5%", "<0.5", "≥ 3", "１２", "1,5e3"]
UNLIKE = ["012_05", "01.02.2020", "2020-01-02", "1.2.3.4", "F1", "3T", "12:30", "a,b", ""]


@pytest.mark.parametrize("text", LIKE)
def test_what_a_reader_takes_for_a_number_is_told_with_what_to_do(text: str) -> None:
    assert list(like_numbers(column("x", text))) == [(1, text)]
    assert remedy(text, ".")


@pytest.mark.parametrize("text", UNLIKE)
def test_codes_and_dates_are_not_taken_for_numbers(text: str) -> None:
    assert not list(like_numbers(column(text)))
    assert remedy(text, ".") == ""


def test_a_long_code_is_looked_at_in_no_time() -> None:
    assert not list(like_numbers(column("1" * 5000 + "x")))
