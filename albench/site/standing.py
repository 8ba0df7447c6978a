"""Where each strategy stands in a benchmark: its difference to random, best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.reporting import headline
from albench.reporting.derived import derive
from albench.reporting.load import load

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class BenchmarkRank:
    """One strategy in one benchmark.

    Parameters
    ----------
    rank : int
        1 is the largest difference; strategies with equal differences share a rank.
    strategy : str
        Its label there.
    plugin : str
        Its qualified name.
    difference, low, high : float
        Mean difference to random in the area under the curve, and its 95 % interval.
    verdict : str
        As on the report's page.
    n_blocks, n_repetitions : int
        What it rests on.
    """

    rank: int
    strategy: str
    plugin: str
    difference: float
    low: float
    high: float
    verdict: str
    n_blocks: int
    n_repetitions: int


@dataclass(frozen=True)
class Standing:
    """All strategies of a benchmark.

    Parameters
    ----------
    metric : str
        That of the area; empty if nothing can be compared.
    answer : tuple of str
        The report's own sentences.
    places : tuple of BenchmarkRank
        Best first; oracles, which are not competitors, and random itself have none.
    """

    metric: str
    answer: tuple[str, ...]
    places: tuple[BenchmarkRank, ...]


def standing(results: Path) -> Standing:
    """Return where each strategy stands.

    Parameters
    ----------
    results : Path
        Text tables and a manifest.

    Returns
    -------
    Standing
        The same that the report says.
    """
    derived = derive(load(results))
    if not derived.findings or derived.findings[0].overall.empty:
        return Standing("", ("No strategy can be compared with random here.",), ())
    finding = derived.findings[0].without(derived.oracles)
    answer = (
        headline.headline(finding, derived.named),
        *headline.supporting(finding, derived),
    )
    cells = derived.records.cells
    plugins = dict(zip(cells["strategy"], cells["strategy_plugin"], strict=True))
    overall = finding.overall.dropna(subset="difference")
    ranks = overall["difference"].rank(ascending=False, method="min").astype(int)
    ordered = overall.assign(rank=ranks).sort_values(["rank", "strategy"])
    places = tuple(
        BenchmarkRank(
            rank=int(row["rank"]),
            strategy=str(row["strategy"]),
            plugin=str(plugins.get(row["strategy"], "")),
            difference=float(row["difference"]),
            low=float(row["low"]),
            high=float(row["high"]),
            verdict=str(row["verdict"]),
            n_blocks=int(row["n_blocks"]),
            n_repetitions=int(row["n_pairs"]),
        )
        for row in ordered.to_dict("records")
    )
    return Standing(finding.metric, answer, places)
