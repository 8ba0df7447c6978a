"""One frozen object of derived tables, from which the sections of a report are written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from albench.analysis import (
    class_sizes,
    comparison,
    curves,
    efficiency,
    equal_picks,
    equivalence,
    training_checks,
)
from albench.analysis.head_to_head import best_few, neighbours
from albench.analysis.score_cube import cube
from albench.metrics.catalogue import ALIKE, BY_SIZE
from albench.references import ALL_LABELS
from albench.reporting import training_tables
from albench.reporting.names import Namer, styles
from albench.reporting.sliced import as_planned

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from albench.analysis.training_checks import TrainingFinding
    from albench.records.manifest import Manifest
    from albench.reporting.load import ReportTables
    from albench.reporting.names import Style

N_BEST = 6
"""Strategies that stand out in figures of too many to distinguish."""


@dataclass(frozen=True, eq=False)
class Finding:
    """The comparisons of strategies in one metric.

    Parameters
    ----------
    metric : str
        Its name.
    efficiency : DataFrame
        One row per cell.
    against_random : DataFrame
        One row per block and strategy.
    overall : DataFrame
        One row per strategy.
    margins : mapping of str to float
        By cohort, the difference under which scores are equal for practical purposes.
    """

    metric: str
    efficiency: pd.DataFrame
    against_random: pd.DataFrame
    overall: pd.DataFrame
    margins: Mapping[str, float]

    @property
    def neighbours(self) -> pd.DataFrame:
        """Each strategy against the next in the order of means over all blocks."""
        order = best_few(self.overall, n=len(self.overall) + 1)
        return comparison.over_blocks(
            cube(self.efficiency, "area"), neighbours(order), margins=self.margins
        )

    def without(self, strategies: Collection[str]) -> Finding:
        """Return the comparisons of the other strategies.

        Parameters
        ----------
        strategies : collection of str
            Those that are left out.

        Returns
        -------
        Finding
            With fewer rows.
        """
        tables = (self.efficiency, self.against_random, self.overall)
        price, each, overall = (table[~table["strategy"].isin(strategies)] for table in tables)
        return replace(self, efficiency=price, against_random=each, overall=overall)


@dataclass(frozen=True, eq=False, kw_only=True)
class Derived:
    """Records, and all that several sections compute from them.

    Parameters
    ----------
    records : ReportTables
        The result of `load`; may be partial.
    named : Namer
        Names blocks and cohorts.
    oracles : set of str
        Strategies that use labels which they could not have.
    rounds : DataFrame
        One row per round of each cell that succeeded.
    once : DataFrame
        The same, with strategies of equal picks counted once.
    groups : sequence of sequence of str
        The strategies that are counted once.
    checks : sequence of TrainingFinding
        The outcomes of the checks of training.
    findings : sequence of Finding
        One for each metric with a section; the primary one first. Empty without any round.
    styles : mapping of str to Style
        How figures draw each strategy of `once`; empty without any round.
    rivals : sequence of str
        Strategies of `once` that somebody named to be compared with each other.
    all_repetitions : ReportTables
        `records` with the repetitions that were added until something was decided.
    alike : Finding or None
        The comparisons with every class counted alike, which stand beside those in accuracy where
        classes are of unequal size; None elsewhere.
    """

    records: ReportTables
    named: Namer
    oracles: set[str]
    rounds: pd.DataFrame
    once: pd.DataFrame
    groups: Sequence[Sequence[str]]
    checks: Sequence[TrainingFinding]
    findings: Sequence[Finding]
    styles: Mapping[str, Style]
    all_repetitions: ReportTables
    rivals: Sequence[str] = ()
    alike: Finding | None = None

    @property
    def primary(self) -> str:
        """The metric of the answer."""
        return self.manifest.judging.headline

    @property
    def manifest(self) -> Manifest:
        """The records' manifest."""
        return self.records.manifest

    @property
    def unequal(self) -> Mapping[str, float]:
        """The cohorts with classes of unequal size, and how many times the largest is larger."""
        return class_sizes.unequal(self.manifest.cohorts)


def derive(records: ReportTables) -> Derived:
    """Return the tables that a report is written from.

    Parameters
    ----------
    records : ReportTables
        The result of `load`; may be partial.

    Returns
    -------
    Derived
        The same for the same records.
    """
    all_repetitions, records = records, as_planned(records)
    rounds = curves.joined(records.cells, records.scores)
    oracles = _oracles(records)
    checks = training_tables.checks_of(records, rounds[~rounds["strategy"].isin(oracles)])
    groups = equal_picks.find_groups(records.cells, rounds, oracles)
    once = equal_picks.counted_once(rounds, groups)
    judging = records.manifest.judging
    in_order = sorted(judging.shown, key=lambda metric: metric != judging.headline)
    metrics = [metric for metric in in_order if metric in rounds] if len(rounds) else []
    margins = equivalence.margins(records.manifest.cohorts, judging.equal_within)
    findings = {m: _compare(once, m, oracles, checks, margins) for m in metrics}
    alike = None
    if BY_SIZE in findings and class_sizes.unequal(records.manifest.cohorts):
        alike = findings.get(ALIKE) or _compare(once, ALIKE, oracles, checks, margins)
    return Derived(
        records=records,
        named=Namer(records.cells, records.manifest.cohorts),
        oracles=oracles,
        rounds=rounds,
        once=once,
        groups=groups,
        checks=checks,
        findings=list(findings.values()),
        styles=_styles(once, findings[metrics[0]]) if findings else {},
        all_repetitions=all_repetitions,
        rivals=[
            name
            for name in equal_picks.called(judging.compare, groups)
            if name in set(once["strategy"])
        ],
        alike=alike,
    )


def _oracles(records: ReportTables) -> set[str]:
    plugins = {part.name for part in records.manifest.plugins if "oracle" in part.tags}
    cells = records.cells
    return set(cells.loc[cells["strategy_plugin"].isin(plugins), "strategy"])


def _compare(
    rounds: pd.DataFrame,
    metric: str,
    oracles: Collection[str],
    checks: Sequence[TrainingFinding],
    margins: Mapping[str, float],
) -> Finding:
    passed = training_checks.passed_lines(checks, metric)
    price = training_checks.without_goals(efficiency.cell_efficiency(rounds, metric), passed)
    each = comparison.against_random(price, outside=oracles, margins=margins)
    overall = comparison.across_blocks(price, outside=oracles, margins=margins)
    return Finding(metric, price, each, overall, margins)


def _styles(rounds: pd.DataFrame, primary: Finding) -> Mapping[str, Style]:
    """Return how strategies are drawn; of many, those stand out that gain most over all blocks."""
    overall = primary.overall.sort_values(["n_blocks", "difference"], ascending=False)
    return styles(set(rounds["strategy"]) - {ALL_LABELS}, overall["strategy"].tolist()[:N_BEST])
