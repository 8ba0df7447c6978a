"""The pages of a site: HTML without scripts that needs no other host; every name is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2

from albench.reporting.formats import signed, span
from albench.reporting.page import emphasised

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from albench.records.run_record import PlannedRun
    from albench.site.cards import Card
    from albench.site.changes import Change
    from albench.site.joining import JoinedSite
    from albench.site.standing import Standing


@dataclass(frozen=True, eq=False)
class BenchmarkEntry:
    """A benchmark of a site.

    Parameters
    ----------
    joined : JoinedSite
        Its results.
    folder : str
        Its folder in the site.
    standing : Standing
        Where each strategy stands.
    digest : str
        Of its records.
    picture : str
        Of the differences to random, in its folder; empty without one.
    """

    joined: JoinedSite
    folder: str
    standing: Standing
    digest: str
    picture: str

    @property
    def run(self) -> PlannedRun:
        """Its record."""
        return self.joined.records.run

    @property
    def is_slice(self) -> bool:
        """Whether all sources together planned a part of the matrix alone."""
        return len(self.run.cells) < self.run.matrix_cells


def write_pages(
    title: str,
    benchmarks: Sequence[BenchmarkEntry],
    cards: Sequence[Card],
    changes: Sequence[Change],
    site: Path,
) -> None:
    """Write the index, a page for each benchmark, and a card for each strategy.

    Parameters
    ----------
    title : str
        The site's.
    benchmarks : sequence of BenchmarkEntry
        Each has its folder already.
    cards : sequence of Card
        Of all strategies.
    changes : sequence of Change
        The latest first.
    site : Path
        Its folder.
    """
    shared = {"site": title, "benchmarks": benchmarks, "cards": cards}
    files = {card.plugin.name: card.file for card in cards}
    _write(site / "index.html", "index.html", root="", changes=changes, **shared)
    (site / "strategies").mkdir()
    _write(site / "strategies" / "index.html", "strategies.html", root="../", **shared)
    for card in cards:
        _write(site / "strategies" / card.file, "card.html", root="../", card=card, **shared)
    for benchmark in benchmarks:
        own = {"root": "../", "benchmark": benchmark, "files": files}
        _write(site / benchmark.folder / "index.html", "benchmark.html", **own, **shared)


def render(template: str, **values: Any) -> str:  # what templates take
    """Return a text from a template of the site.

    Parameters
    ----------
    template : str
        Its file.
    **values : object
        What it names; texts are escaped.

    Returns
    -------
    str
        HTML or XML.
    """
    return _environment().get_template(template).render(**values)


def _write(path: Path, template: str, **values: Any) -> None:
    path.write_text(render(template, **values), encoding="utf-8", newline="\n")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("albench.site", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"emphasised": emphasised, "signed": signed}
    environment.globals |= {"span": span}
    return environment
