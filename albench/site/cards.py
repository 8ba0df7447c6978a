"""A card for each strategy: what it is, and where it stands in every benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.site.addresses import address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.records.run_record import PluginRecord
    from albench.site.pages import BenchmarkEntry
    from albench.site.standing import Place


@dataclass(frozen=True)
class Card:
    """A strategy.

    Parameters
    ----------
    plugin : PluginRecord
        As the first benchmark that has it says.
    file : str
        Its page's name.
    places : tuple of (BenchmarkEntry, Place)
        Where it stands; none for random, which is the measure, and for oracles.
    """

    plugin: PluginRecord
    file: str
    places: tuple[tuple[BenchmarkEntry, Place], ...]


def cards(benchmarks: Sequence[BenchmarkEntry]) -> tuple[Card, ...]:
    """Return a card for each strategy.

    Parameters
    ----------
    benchmarks : sequence of BenchmarkEntry
        Of a site.

    Returns
    -------
    tuple of Card
        By name.
    """
    plugins = {
        part.name: part
        for benchmark in reversed(benchmarks)
        for part in benchmark.run.plugins
        if part.kind == "strategy"
    }
    return tuple(
        Card(plugin, f"{address(name)}.html", _places(name, benchmarks))
        for name, plugin in sorted(plugins.items())
    )


def _places(
    plugin: str, benchmarks: Sequence[BenchmarkEntry]
) -> tuple[tuple[BenchmarkEntry, Place], ...]:
    return tuple(
        (benchmark, place)
        for benchmark in benchmarks
        for place in benchmark.standing.places
        if place.plugin == plugin
    )
