"""A card for each strategy: what it is, and where it stands in every benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.records.schema import CellStatus
from albench.references import BASELINE
from albench.site.addresses import address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.records.run_record import PluginRecord
    from albench.site.pages import BenchmarkEntry
    from albench.site.standing import BenchmarkRank


@dataclass(frozen=True)
class Card:
    """A strategy.

    Parameters
    ----------
    plugin : PluginRecord
        As the first benchmark that has it says.
    file : str
        Its page's name.
    places : tuple of (BenchmarkEntry, BenchmarkRank)
        Where it stands; none for random, which is the measure, and for oracles.
    unranked : str
        Why it stands nowhere; empty if it does.
    """

    plugin: PluginRecord
    file: str
    places: tuple[tuple[BenchmarkEntry, BenchmarkRank], ...]
    unranked: str


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
    return tuple(_card(plugin, benchmarks) for _, plugin in sorted(plugins.items()))


def _card(plugin: PluginRecord, benchmarks: Sequence[BenchmarkEntry]) -> Card:
    places = _places(plugin.name, benchmarks)
    unranked = "" if places else _why_unranked(plugin, benchmarks)
    return Card(plugin, f"{address(plugin.name)}.html", places, unranked)


def _why_unranked(plugin: PluginRecord, benchmarks: Sequence[BenchmarkEntry]) -> str:
    if plugin.name == f"core/{BASELINE}":
        return "it is the measure that all others are compared with"
    if "oracle" in plugin.tags:
        return "it reads labels that it could not have, and is no competitor"
    if not any(_has_results(plugin.name, benchmark) for benchmark in benchmarks):
        return (
            "it has no results here; the specification names it, or another strategy is built on it"
        )
    return "in no repetition have both it and random finished"


def _has_results(plugin: str, benchmark: BenchmarkEntry) -> bool:
    finished = benchmark.joined.records.finished
    return any(
        cell.cell in finished and finished[cell.cell].status is CellStatus.OK
        for cell in benchmark.run.cells
        if cell.strategy_plugin == plugin
    )


def _places(
    plugin: str, benchmarks: Sequence[BenchmarkEntry]
) -> tuple[tuple[BenchmarkEntry, BenchmarkRank], ...]:
    return tuple(
        (benchmark, place)
        for benchmark in benchmarks
        for place in benchmark.standing.places
        if place.plugin == plugin
    )
