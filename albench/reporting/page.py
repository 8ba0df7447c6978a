"""The report as one self-contained page.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import partial
from importlib import resources
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup, escape

from albench.metrics.catalogue import SHOWN
from albench.reporting.choices import choices_of, figures_of, metric_of, values_of
from albench.reporting.content import Code, Figure, Gallery, Headline, Table, Text
from albench.reporting.packed import packed
from albench.reporting.panel_html import panel_html
from albench.reporting.panels import Intervals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from albench.records.schema import BlockKey
    from albench.reporting.choices import Choices
    from albench.reporting.content import Element, Section
    from albench.reporting.panels import Panel

SHAPES = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
    "M-3.6-3.6h7.2v7.2h-7.2Z",
    "M0-4.6L4.4 3.4H-4.4Z",
    "M0-4.8L4.8 0L0 4.8L-4.8 0Z",
    "M0 4.6L4.4-3.4H-4.4Z",
    "M-1.5-4.4h3v2.9h2.9v3h-2.9v2.9h-3v-2.9h-2.9v-3h2.9Z",
    "M-4.4-2.4L-2.4-4.4L0-2L2.4-4.4L4.4-2.4L2 0L4.4 2.4L2.4 4.4L0 2L-2.4 4.4L-4.4 2.4L-2 0Z",
)
"""Markers in the order of the colours: circle, square, triangles, diamond, plus and cross."""
SIDEWAYS, SIDEWAYS_SHORT = 132, 180
"""Characters of a row that a portrait page has room for; a table of few rows is set smaller."""
FEW = 15
LONG = 40
"""Rows of a panel that may need more than a page."""
COLOURS = {
    "#000000": "ink",
    "#222222": "ink",
    "#ffffff": "paper",
    "#e6e6e6": "line",
    "#777777": "base",
    "#c9ced4": "faint",
    "#0072b2": "k0",
    "#d55e00": "k1",
    "#009e73": "k2",
    "#cc79a7": "k3",
    "#e69f00": "k4",
    "#56b4e9": "k5",
}
"""Colours of drawings, and the page's variables that take their place."""


def page(
    title: str, question: str, parts: Sequence[Section], metrics: Sequence[str] = SHOWN
) -> str:
    """Return the report as HTML that needs no other file and no network.

    It is about `metrics`; the question may be empty. The page is whole without scripts; its own
    script adds what can be chosen.
    """
    choices = choices_of(parts, metrics)
    script = resources.files("albench.reporting").joinpath("templates/page.js").read_text("utf-8")
    values = {f.name: values_of(f, choices) for f in figures_of(parts) if f.panels}
    tables = [part for section in parts for part in section.parts if isinstance(part, Table)]
    return (
        _environment(choices)
        .get_template("page.html")
        .render(
            title=title,
            question=question,
            sections=parts,
            choices=choices,
            numbers={name: i for i, name in enumerate(choices.strategies)},
            data=packed(values, tables),
            shapes=SHAPES,
            script=Markup(script),  # noqa: S704  # the program's own
            script_hash=_hash(script),
        )
    )


def _environment(choices: Choices) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("albench.reporting", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    # Keys stay in the order in which they were put, so that the same tables give the same bytes.
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": True}
    environment.filters |= {
        "emphasised": emphasised,
        "svg": inline_svg,
        "kind": _kind,
        "metric": partial(metric_of, metrics=choices.metrics),
        "chars": row_characters,
        "is_wide": is_printed_sideways,
        "spanned": _spanned,
        "is_long": lambda panel: isinstance(panel, Intervals) and len(panel.rows) > LONG,
        "html": _drawer(choices),
        "block": _numberer(choices),
    }
    return environment


def _hash(script: str) -> str:
    """Return what a policy calls a script, so that no other one runs."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _drawer(choices: Choices) -> Callable[[Panel, str], Markup]:
    numbers = {name: i for i, name in enumerate(choices.strategies)}
    return lambda panel, identifier: panel_html(panel, identifier, numbers)


def _numberer(choices: Choices) -> Callable[[BlockKey], str]:
    """Return what gives a block its number; nothing where something is about all of them."""
    numbers = {place.block: str(i) for i, place in enumerate(choices.blocks)}
    return lambda block: numbers.get(block, "")


def _kind(part: Element) -> str:
    kinds: dict[type, str] = {Headline: "headline", Text: "text", Table: "table", Figure: "figure"}
    return (kinds | {Code: "code", Gallery: "gallery"})[type(part)]


def _spanned(table: Table) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield rows with how many in a row have the same first cell, 0 after the first of them."""
    for _, group in groupby(table.rows, key=itemgetter(0)):
        first, *others = group
        yield first, 1 + len(others)
        yield from ((row, 0) for row in others)


def row_characters(table: Table) -> int:
    """Return how many characters wide a table is.

    Headings break at spaces, and so do texts of more than 28 characters.
    """
    widths = []
    for i, heading in enumerate(table.columns):
        longest_word = max(map(len, heading.split()), default=0)
        cells = max((min(len(row[i]), 28) for row in table.rows), default=0)
        widths.append(max(longest_word, cells) + 1)
    return sum(widths)


def is_printed_sideways(table: Table) -> bool:
    """Return whether a table is printed on a landscape page.

    Every turn of the paper leaves a page half empty: a table of few rows is set smaller first.
    """
    return row_characters(table) > (SIDEWAYS if len(table.rows) > FEW else SIDEWAYS_SHORT)


def emphasised(text: str) -> Markup:
    """Return text safe for a page, with its bold and its code.

    Parameters
    ----------
    text : str
        Plain; between double asterisks bold, between backticks code.

    Returns
    -------
    Markup
        Escaped. No line breaks between a number and its percent sign.
    """
    safe = re.sub(r"\*\*(.+?)\*\*|`([^`]+)`", _marked_up, str(escape(text)))
    return Markup(re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", safe))  # noqa: S704  # escaped above


def _marked_up(match: re.Match[str]) -> str:
    bold, code = match.groups()
    return f"<strong>{bold}</strong>" if bold else f"<code>{code}</code>"


def inline_svg(figure: Figure) -> Markup:
    """Return a figure without panels to be put into a page.

    Parameters
    ----------
    figure : Figure
        Drawn.

    Returns
    -------
    Markup
        An ``svg`` element that keeps its width where there is room, in the page's own colours, its
        identifiers unique in it.
    """
    svg = figure.svg[figure.svg.index("<svg") :]
    label = escape(figure.caption.replace("**", ""))
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    prefix = f"{figure.name}-"
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}", svg)
    svg = re.sub(r'xlink:href="#', f'xlink:href="#{prefix}', svg)
    return Markup(re.sub(r"(?<=: )#[0-9a-f]{6}\b", _variable, svg))  # noqa: S704  # matplotlib escapes the texts in it


def _variable(colour: re.Match[str]) -> str:
    name = COLOURS.get(colour[0])
    return f"var(--{name})" if name else colour[0]
