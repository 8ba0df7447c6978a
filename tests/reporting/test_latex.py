"""Every table compiles as it is, and fits the page."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench.reporting.content import Table
from albench.reporting.latex import HEAD, as_latex

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
LARGE = {"mmfn-al", "strategies", "traps"}
COMMITTED = [
    pytest.param(path.parent, marks=[pytest.mark.sweep] * (path.parent.name in LARGE))
    for path in sorted(ROOT.glob("results/*/cells.csv"))
]
needs_latex = pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")

LATIN = "".join(map(chr, range(0xC0, 0x180)))
CELLS = (
    *(
        "".join(map(chr, range(32, 127))),
        "**bold** ▲ ± − × √ κ ≤ ≥ ∞ → Ω µ ² …",
        "[x]",
        "*",
        "**open",
    ),
    *(
        "漢字",
        "\u0301 alone",
        "e\u0301 composed",
        "\u200b\u202e\ufffe",
        "y" * 400,
        "a/b_c-d" * 90,
        LATIN,
    ),
    *("", " ", r"\end{tabular}", "%", "word " * 300),
)
ODD = Table("odd_1", "Öäé **κ** 漢字", "x" * 300, ("a", "[c]"), tuple((c, c) for c in CELLS))
WIDE = Table(
    "wide",
    "Wide",
    "Forty numbers.",
    ("block", "strategy", *(f"column number {i}" for i in range(40))),
    tuple(("same", f"s{i}", *["0.794 ± 0.042 ▲"] * 40) for i in range(5)),
)
LONG = Table("long", "Long", "", ("a", "b"), tuple((f"row {i}", "word " * 60) for i in range(30)))
EMPTY = Table("empty", "Empty", "", ("a",), ())


def log_of(tables: Mapping[str, str], folder: Path) -> str:
    """Compile tables, by name, in one document of the class that has the narrowest lines."""
    preamble = [line.removeprefix("% ") for line in HEAD]
    body = [f"\\typeout{{{name}}}\n{latex}\\clearpage" for name, latex in tables.items()]
    lines = [r"\documentclass{article}", *preamble, r"\begin{document}", *body, r"\end{document}"]
    (folder / "all.tex").write_text("\n".join(lines), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "all.tex"]
    for _ in range(2):  # a table of many pages knows its widths in the second run
        subprocess.run(command, cwd=folder, check=False, capture_output=True)  # noqa: S603  # fixed words
    return (folder / "all.log").read_text(encoding="utf-8", errors="replace")


def faults(log: str) -> list[str]:
    """Return errors, warnings and boxes that stick out."""
    return re.findall(r"^(?:!|Overfull|(?:LaTeX|Package) .*Warning).*", log, re.MULTILINE)


@needs_latex
@pytest.mark.skipif(not COMMITTED, reason="no results are committed")
@pytest.mark.parametrize("results", COMMITTED, ids=lambda path: path.name)
def test_every_table_of_a_published_report_compiles_and_fits(results: Path, tmp_path: Path) -> None:
    # Another test says that these are the tables that the results give.
    written = sorted((results / "report" / "tables").glob("*.tex"))
    assert len(written) > 10
    log = log_of({path.stem: path.read_text(encoding="utf-8") for path in written}, tmp_path)
    assert "Output written on all.pdf" in log
    assert faults(log) == []


@needs_latex
def test_tables_of_odd_texts_or_size_compile_and_fit(tmp_path: Path) -> None:
    log = log_of({table.name: as_latex(table) for table in (ODD, WIDE, LONG, EMPTY)}, tmp_path)
    assert "Output written on all.pdf" in log
    assert faults(log) == []


@needs_latex
def test_a_table_that_does_not_fit_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("albench.reporting.latex.PORTRAIT", 500.0)
    assert any(
        fault.startswith("Overfull") for fault in faults(log_of({"wide": as_latex(WIDE)}, tmp_path))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "50 %": r"50 \%",
        "a_b & c#d": r"a\_b \& c\#d",
        "{x}": r"\{x\}",
        "C:\\dir": r"C:\textbackslash{}dir",
        "~^": r"\textasciitilde{}\textasciicircum{}",
        "p < 0.001": r"p $<$ 0.001",
        "−0.1 ± 0.2": r"$-$0.1 $\pm$ 0.2",
        "**0.9** ▲": r"\textbf{0.9} $\blacktriangle$",
        "[x]": "{[}x]",
        "*": "{*}",
        "two\nlines": "two lines",
        "$1": r"\$1",
        "√2 κ": r"$\surd$2 $\kappa$",
        "e\u0301": "é",
        "漢": "{[}U+6F22]",
    }.items(),
)
def test_latex_escapes(text: str, expected: str) -> None:
    assert f"\n{expected} \\\\\n" in as_latex(Table("t", "T", "", ("a",), ((text,),)))


def test_each_table_has_a_caption_a_label_and_names_its_packages() -> None:
    latex = as_latex(Table("area", "Mean area.", "Of what.", ("a",), (("1",),)))
    assert r"\caption{Mean area. Of what.}\label{tab:area}" in latex
    assert latex.startswith("% \\usepackage[T1]{fontenc}\n% \\usepackage{amssymb,array,booktabs,")


def test_a_short_table_floats_and_a_long_one_breaks_over_pages() -> None:
    rows = tuple((f"row {i}", "1") for i in range(100))
    assert r"\begin{table}" in as_latex(Table("t", "T", "", ("a", "b"), rows[:9]))
    assert r"\begin{longtable}" in as_latex(Table("t", "T", "", ("a", "b"), rows))


def test_long_texts_break_their_lines_and_numbers_do_not() -> None:
    latex = as_latex(Table("t", "T", "", ("a", "b"), (("0.794 ± 0.042 ▲", "word " * 40),)))
    assert r"\begin{table}" in latex
    first, second = map(float, re.findall(r"p\{([\d.]+)em\}", latex))
    assert first > 7  # fifteen characters of about half an em
    assert second > 20


def test_a_table_too_wide_for_a_turned_page_is_split_and_its_rows_stay_named() -> None:
    latex = as_latex(WIDE)
    n_parts = latex.count(r"\begin{longtable}")
    assert n_parts > 2
    assert f"Part {n_parts} of {n_parts}." in latex
    assert latex.count("same & s0 & ") == n_parts
    for i in range(40):
        assert latex.count(f"column number {i} ") == 2  # heads of the first and of later pages
    labels = re.findall(r"\\label\{(.*?)\}", latex)
    assert len(set(labels)) == n_parts
