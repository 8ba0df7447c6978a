"""What a report holds, before it is Markdown or a page: sections of text, tables and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True)
class Text:
    """A paragraph, or a list of sentences.

    Parameters
    ----------
    sentences : tuple of str
        Plain text; ``**bold**`` is kept.
    is_list : bool
        Whether each sentence is an item.
    """

    sentences: tuple[str, ...]
    is_list: bool = False


@dataclass(frozen=True)
class Table:
    """A table as people read it, and its numbers.

    Parameters
    ----------
    name : str
        Of its files.
    caption : str
        One or two sentences.
    columns : tuple of str
        Headings.
    rows : tuple of tuple of str
        Formatted cells; ``**bold**`` marks the best.
    is_folded : bool
        Whether the page shows it only when asked to.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_folded: bool = False


@dataclass(frozen=True, eq=False)
class Figure:
    """A drawing.

    Parameters
    ----------
    name : str
        Of its files.
    caption : str
        One or two sentences.
    drawing : matplotlib.figure.Figure
        Drawn.
    """

    name: str
    caption: str
    drawing: Drawing


@dataclass(frozen=True)
class Code:
    """Text as it was typed."""

    text: str


Part = Text | Table | Figure | Code


@dataclass(frozen=True)
class Section:
    """A titled part of the report."""

    title: str
    parts: Sequence[Part] = field(default_factory=tuple)

    @property
    def anchor(self) -> str:
        """What links to it."""
        return "".join(c if c.isalnum() else "-" for c in self.title.lower()).strip("-")
