"""Tables as Markdown and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.reporting.content import Code, Section, Table, Text
from albench.reporting.data_files import as_csv
from albench.reporting.markdown import markdown
from albench.reporting.table_cells import number

if TYPE_CHECKING:
    from pathlib import Path

TABLE = Table("t", "Title", "Caption.", ("a", "b"), (("**0.9**", "x | y"), ("1", "two\nlines")))


def test_bars_and_line_breaks_do_not_break_a_row() -> None:
    text = markdown("T", "", [Section("S", [TABLE])])
    assert "| **0.9** | x \\| y |\n| 1 | two lines |\n" in text


def test_html_in_a_text_is_text() -> None:
    text = markdown("T", "", [Section("S", [Text(("<script> is p < 0.05",))])])
    assert "&lt;script> is p < 0.05" in text


def test_code_may_hold_a_fence() -> None:
    text = markdown("T", "", [Section("S", [Code("```\ninside\n```")])])
    assert "````\n```\ninside\n```\n````" in text


def test_a_folded_table_can_be_unfolded() -> None:
    table = Table("t", "Title", "", ("a",), (("1",),), is_folded=True)
    text = markdown("T", "", [Section("S", [table])])
    assert "<details>\n<summary>Title</summary>\n\n| a |" in text
    assert "| 1 |\n\n</details>" in text


def test_csv_has_no_marks_and_quotes_what_it_must() -> None:
    table = Table("t", "Title", "", ("a", "b"), (("**0.9**", 'says "x", y'),))
    assert as_csv(table) == 'a,b\n0.9,"says ""x"", y"\n'


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1+cmd", "-2+3", "@SUM(1)", "**=x**", "\t=1"]
)
def test_csv_holds_no_formula(text: str) -> None:
    lines = as_csv(Table("t", "T", "", ("=a",), ((text,),))).split("\n")
    assert all(line.lstrip('"').startswith("'") for line in lines[:2])


@pytest.mark.parametrize("text", ["−0.1", "a=b", "1+1"])
def test_csv_leaves_other_texts_as_they_are(text: str) -> None:
    assert as_csv(Table("t", "T", "", ("a",), ((text,),))) == f"a\n{text}\n"


def test_csv_leaves_negative_numbers_as_they_are() -> None:
    assert as_csv(Table("t", "T", "", ("a",), ((number(-0.5, "−0.500"),),))) == "a\n-0.5\n"


def test_a_written_reason_is_escaped_in_every_format(written: Path) -> None:
    assert "&lt;script>" in (written / "report.md").read_text(encoding="utf-8")
    latex = (written / "tables" / "failures.tex").read_text(encoding="utf-8")
    assert r"$<$script$>$alert(1)$<$/\allowbreak{}script$>$ \textbar{} 50 \%" in latex
