"""The content of a report before it is formatted: sections of text, tables and figures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.reporting.panels import Panel
    from albench.reporting.plots import Plot


@dataclass(frozen=True)
class Headline:
    """The sentence that answers the question."""

    sentence: str


@dataclass(frozen=True)
class Text:
    """A paragraph, or a list of sentences.

    Parameters
    ----------
    sentences : tuple of str
        Plain text; ``**bold**`` is kept.
    is_list : bool
        Whether each sentence is an item.
    fold : str
        What it is folded under; empty if it is shown at once.
    """

    sentences: tuple[str, ...]
    is_list: bool = False
    fold: str = ""


@dataclass(frozen=True)
class Table:
    """A table as people read it.

    Parameters
    ----------
    name : str
        Of its files.
    title : str
        A few words.
    caption : str
        What the reader must know of its numbers; may be empty.
    columns : tuple of str
        Headings.
    rows : tuple of tuple of str
        Formatted cells, which may remember their values; ``**bold**`` marks the best.
    is_folded : bool
        Whether it is shown only when asked for.
    across : str
        What the headings after the first are instances of: *strategy*. A data file has a row for
        each cell of such a table, and a column of that name. Empty if headings name columns.
    """

    name: str
    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_folded: bool = False
    across: str = ""


@dataclass(frozen=True, eq=False)
class Figure:
    """A drawing.

    Parameters
    ----------
    name : str
        Of its files.
    caption : str
        One or two sentences.
    plot : Plot
        What draws it, for files.
    panels : tuple of Panel
        The same for the page, which draws them so that they can be read in the dark, narrow and by
        keyboard; without them it shows the plot.
    """

    name: str
    caption: str
    plot: Plot
    panels: tuple[Panel, ...] = ()

    @cached_property
    def svg(self) -> str:
        """The figure as SVG, drawn once."""
        return self.plot.files(["svg"])[".svg"].decode()


@dataclass(frozen=True)
class Pick:
    """A candidate as pictures.

    Parameters
    ----------
    name : str
        What is written below it.
    pictures : tuple of (str, str)
        Of each picture, what is read out in its place, and a WebP to the base 64.
    """

    name: str
    pictures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Gallery:
    """What each strategy picked, as pictures.

    Parameters
    ----------
    title : str
        A few words.
    caption : str
        What the reader must know of them.
    block : tuple of str
        The block that they are of.
    rows : tuple of (str, tuple of Pick)
        Strategies, each with its picks in their order.
    """

    title: str
    caption: str
    block: tuple[str, str, str, str]
    rows: tuple[tuple[str, tuple[Pick, ...]], ...]


@dataclass(frozen=True)
class Code:
    """Text as it was typed."""

    text: str


Element = Headline | Text | Table | Figure | Gallery | Code


@dataclass(frozen=True)
class Section:
    """A titled part of the report.

    Parameters
    ----------
    title : str
        Its heading.
    parts : sequence of Element
        What it shows.
    libraries : tuple of str
        Packages that computed it, beside those of the whole report.
    """

    title: str
    parts: Sequence[Element]
    libraries: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """What links to it."""
        return "".join(c if c.isalnum() else "-" for c in self.title.lower()).strip("-")
