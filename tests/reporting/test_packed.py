"""Columns that a page holds once and packed say the same as the data files."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.reporting.choices import PanelValues
from albench.reporting.content import Table
from albench.reporting.data_files import csv_field, csv_fields
from albench.reporting.packed import Columns, packed
from albench.reporting.panels import PanelBlock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def unpacked(packed: dict[str, Any], place: int) -> list[str]:
    """Return the fields of a column, slowly and by another way than the page's script."""
    kind, codes = packed["columns"][place].split(":")
    fields = []
    for run in codes.split(","):
        code, _, n = run.partition("*")
        field = packed["texts"][int(code, 36)] if kind == "t" else number(code, kind)
        fields += [field] * int(n or "1", 36)
    return fields


def number(code: str, usual: str) -> str:
    if code in {"", "~"}:
        return {"": "", "~": "inf"}[code]
    letter = code[-1] if code[-1].isupper() else usual
    digits = int(code.removesuffix(letter), 36)
    n_decimals = ord(letter) - ord("A")
    return csv_field(digits / 10**n_decimals) if n_decimals else str(digits)


def there_and_back(fields: Sequence[str]) -> tuple[str, list[str]]:
    columns = Columns()
    place = columns.add(fields)
    packed = {"texts": columns.texts, "columns": columns.packed}
    return columns.packed[place], unpacked(packed, place)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["0.9705", "0.5", "0.97051"], "F:7hlE,5B,22vv"),
        (["6"] * 40, "A:6*14"),
        (["", "inf", "-3", ""], "A:*1,~,-3,*1"),
        (["better", "worse", "better", ""], "t:0,1,0,2"),
        (["0.000121833", "9.27e-05"], None),
        (["0.0"], "t:0"),
        (["007", "1e+06", "-0", "-inf"], "t:0,1,2,3"),
        (["12345678901234567890"], "t:0"),
    ],
)
def test_fields_are_packed_and_come_back(fields: list[str], expected: str | None) -> None:
    text, back = there_and_back(fields)
    assert back == fields
    assert expected is None or text == expected


def test_any_number_comes_back() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=2000) * 10.0 ** rng.integers(-12, 9, 2000)
    fields = [csv_field(float(value)) for value in values]
    for part in np.array_split(fields, 200):
        assert there_and_back(part.tolist())[1] == part.tolist()


def test_a_column_that_two_have_stands_once() -> None:
    tables = [Table(name, "T", "", ("a", "b"), (("x", "1"), ("y", "2"))) for name in ("t", "u")]
    page = packed({}, tables)
    assert page["tables"]["t"]["columns"] == page["tables"]["u"]["columns"] == [0, 1]
    assert len(page["columns"]) == 2


def test_panels_with_other_columns_keep_their_values_apart() -> None:
    panels = [
        PanelValues(PanelBlock("p"), "true class", ("a", "b"), (("a", 1.0, 0.0),)),
        PanelValues(PanelBlock("q"), "true class", ("b", "c"), (("c", 0.25, 0.75),)),
    ]
    page = packed({"f": panels}, [])
    figure = page["figures"]["f"]
    rows = list(zip(*(unpacked(page, place) for place in figure["columns"]), strict=True))
    assert figure["headings"] == ["true class", "a", "b", "c"]
    assert rows == [("a", "1", "0", ""), ("c", "", "0.25", "0.75")]
    assert [page["places"][place][0] for place, _ in figure["panels"]] == ["p", "q"]


def test_a_table_without_rows_has_no_columns() -> None:
    page = packed({}, [Table("t", "T", "", ("a",), ())])
    assert page["tables"]["t"] == {
        "headings": csv_fields(Table("t", "T", "", ("a",), ()))[0],
        "columns": [],
    }


def test_the_page_holds_what_the_files_of_its_tables_hold(written: Path) -> None:
    html = (written / "index.html").read_text(encoding="utf-8")
    (text,) = re.findall(r'id="packed">(.*?)</script>', html)
    decoded = json.loads(text)
    for name, table in decoded["tables"].items():
        columns = [unpacked(decoded, place) for place in table["columns"]]
        text = (written / "tables" / f"{name}.csv").read_text(encoding="utf-8")
        assert [table["headings"], *map(list, zip(*columns, strict=True))] == list(
            csv.reader(io.StringIO(text))
        ), name
    assert len(decoded["tables"]) > 10
