"""The report as one self-contained page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup, escape

from albench.reporting.content import Code, Figure, Table, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.reporting.content import Section


def page(title: str, question: str, parts: Sequence[Section]) -> str:
    """Return the report as HTML that needs no other file and no network.

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
        One page.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("albench.reporting", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"emphasised": emphasised, "svg": inline_svg, "kind": _kind}
    return environment.get_template("page.html").render(
        title=title, question=question, sections=parts
    )


def _kind(part: object) -> str:
    kinds = {Text: "text", Table: "table", Figure: "figure", Code: "code"}
    return kinds[type(part)]


def emphasised(text: str) -> Markup:
    """Return text safe for a page, with text between double asterisks in bold.

    Parameters
    ----------
    text : str
        Plain.

    Returns
    -------
    Markup
        Escaped.
    """
    return Markup(re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text))))  # noqa: S704  # escaped on this line


def inline_svg(figure: Figure) -> Markup:
    """Return a figure to be put into a page.

    Parameters
    ----------
    figure : Figure
        Drawn.

    Returns
    -------
    Markup
        An ``svg`` element that scales with the page, its identifiers unique in it.
    """
    svg = figure.svg[figure.svg.index("<svg") :]
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    prefix = f"{figure.name}-"
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}", svg)
    svg = re.sub(r'xlink:href="#', f'xlink:href="#{prefix}', svg)
    return Markup(svg)  # noqa: S704  # matplotlib escapes the texts in it
