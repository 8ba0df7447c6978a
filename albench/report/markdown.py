"""The report as Markdown, CSV and LaTeX: text that is reviewed and pasted."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from albench.report.content import Code, Figure, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from albench.report.content import Part, Section


def markdown(title: str, question: str, parts: Sequence[Section]) -> str:
    """Return the report as Markdown.

    Parameters
    ----------
    title : str
        The benchmark's.
    question : str
        The benchmark's; may be empty.
    parts : sequence of Section
        The report.

    Returns
    -------
    str
        With figures as links to their files.
    """
    lines = [f"# {title}", "", *([question, ""] if question else [])]
    for section in parts:
        lines += [f"## {section.title}", ""]
        for part in section.parts:
            lines += [*_lines(part), ""]
    return "\n".join(lines).rstrip() + "\n"


def _lines(part: Part) -> Iterator[str]:
    if isinstance(part, Text):
        yield from (f"- {s}" if part.is_list else s for s in part.sentences)
    elif isinstance(part, Code):
        yield from ("```", *part.text.strip().splitlines(), "```")
    elif isinstance(part, Figure):
        yield f"![{part.caption}](figures/{part.name}.svg)"
    elif isinstance(part, Table):
        yield from (part.caption, "", _row(part.columns), _row(["---"] * len(part.columns)))
        yield from map(_row, part.rows)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def as_csv(table: Table) -> str:
    """Return a table as CSV.

    Parameters
    ----------
    table : Table
        Any.

    Returns
    -------
    str
        Cells as people read them, without marks of emphasis.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([cell.replace("**", "") for cell in row] for row in table.rows)
    return target.getvalue()


def as_latex(table: Table) -> str:
    """Return a table as LaTeX, for the package booktabs.

    Parameters
    ----------
    table : Table
        Any.

    Returns
    -------
    str
        A floating table with caption and label.
    """
    body = [" & ".join(map(_latex, row)) + r" \\" for row in table.rows]
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{_latex(table.caption)}}}",
            rf"\label{{tab:{table.name}}}",
            rf"\begin{{tabular}}{{{'l' * len(table.columns)}}}",
            r"\toprule",
            " & ".join(map(_latex, table.columns)) + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


_LATEX = {
    "\\": r"\textbackslash{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "−": "$-$",
    "–": "--",
    "▲": r"$\blacktriangle$",
    "▼": r"$\blacktriangledown$",
    "<": "$<$",
    ">": "$>$",
    "×": r"$\times$",
}


def _latex(text: str) -> str:
    escaped = "".join(_LATEX.get(c, c) for c in text)
    return re.sub(r"\*\*(.+?)\*\*", r"\\textbf{\1}", escaped)
