"""The report as Markdown: text that is reviewed and pasted.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from albench.reporting.content import Code, Figure, Gallery, Headline, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from albench.reporting.content import Element, Section


def markdown(title: str, question: str, parts: Sequence[Section], pictures: str = "svg") -> str:
    """Return the report as Markdown.

    Figures are links to their files in the format `pictures`, empty if there are none. What the
    page folds is folded where HTML is shown. The question may be empty.
    """
    lines = [f"# {_escaped(title)}", "", *([_escaped(question), ""] if question else [])]
    for section in parts:
        lines += [f"## {section.title}", ""]
        for part in section.parts:
            lines += [*_lines(part, pictures), ""]
    return "\n".join(lines).rstrip() + "\n"


def _lines(part: Element, pictures: str) -> Iterator[str]:
    if isinstance(part, Headline):
        yield f"**{_escaped(part.sentence)}**"
    elif isinstance(part, Text):
        yield from _text(part)
    elif isinstance(part, Code):
        yield from _fenced(part.text.strip())
    elif isinstance(part, Figure):
        caption = _escaped(part.caption)
        yield f"![{caption}](figures/{part.name}.{pictures})" if pictures else caption
    elif isinstance(part, Table):
        yield from _table(part)
    elif isinstance(part, Gallery):
        yield f"**{_escaped(part.title)}**: the pictures are on the page. {_escaped(part.caption)}"


def _text(text: Text) -> Iterator[str]:
    separate = "\n".join if text.is_list else " ".join
    body = separate(("- " if text.is_list else "") + _escaped(s) for s in text.sentences)
    yield from _folded(text.fold, [body]) if text.fold else [body]


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("<details>", f"<summary>{_escaped(title)}</summary>", "")
    yield from lines
    yield from ("", "</details>")


def _fenced(text: str) -> Iterator[str]:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (fence, *text.splitlines(), fence)


def _table(table: Table) -> Iterator[str]:
    if table.is_folded:
        yield from _folded(table.title, _grid(table))
    else:
        yield from (f"**{_escaped(table.title)}**", "")
        yield from _grid(table)


def _grid(table: Table) -> Iterator[str]:
    if table.caption:
        yield from (_escaped(table.caption), "")
    yield from (_row(table.columns), _row(["---"] * len(table.columns)))
    yield from map(_row, table.rows)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escaped(cell).replace("|", "\\|") for cell in cells) + " |"


def _escaped(text: str) -> str:
    """Return text in which nothing is HTML, in one line."""
    return " ".join(re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text).splitlines())
