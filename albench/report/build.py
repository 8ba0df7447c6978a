"""The report's sections, from the records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.analysis import (
    alike,
    comparison,
    coverage_and_fairness,
    curves,
    efficiency,
    ranks,
    training_checks,
)
from albench.analysis.curves import BASELINE, REFERENCE
from albench.metrics.catalogue import GLOSSES, LABELS, PRIMARY, SHOWN
from albench.report import (
    bought_tables,
    claim_tables,
    comparison_tables,
    data_tables,
    figures,
    published_tables,
    quality_figures,
    quality_tables,
    score_tables,
    sentences,
    standing_tables,
    training_tables,
    trap_tables,
)
from albench.report.content import Code, Figure, Section, Text
from albench.report.names import Namer, of_block, styles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import pandas as pd

    from albench.analysis.training_checks import Checked
    from albench.report.content import Part, Table
    from albench.report.load import Records
    from albench.report.manifest import Manifest
    from albench.report.names import Style

N_BEST = 6
"""Strategies that stand out in figures of too many to tell apart."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What is found in one metric.

    Parameters
    ----------
    metric : str
        Which one.
    efficiency : DataFrame
        One row a cell.
    against_random : DataFrame
        One row a block and strategy.
    overall : DataFrame
        One row a strategy.
    """

    metric: str
    efficiency: pd.DataFrame
    against_random: pd.DataFrame
    overall: pd.DataFrame

    def without(self, strategies: Collection[str]) -> Finding:
        """Return what is found of the other strategies.

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
        return Finding(self.metric, *(t[~t["strategy"].isin(strategies)] for t in tables))


def sections(records: Records) -> list[Section]:
    """Return the whole report.

    Parameters
    ----------
    records : Records
        What `load` gave; may be partial.

    Returns
    -------
    list of Section
        The answer first, the environment last.
    """
    rounds = curves.joined(records.cells, records.scores)
    named = Namer(records.cells, records.manifest.cohorts)
    oracles = _oracles(records)
    checks = training_tables.checks_of(records, rounds[~rounds["strategy"].isin(oracles)])
    groups = alike.alike(records.cells, rounds, oracles)
    once = alike.counted_once(rounds, groups)
    findings = [_find(once, metric, oracles, checks) for metric in SHOWN] if len(rounds) else []
    return [
        Section("The answer", list(_answer(records, findings, checks, groups, named))),
        *_published(records, rounds, named),
        *_traps(records, once, named),
        *(_results(records, once, findings, checks, named) if findings else ()),
        *(_quality(records, rounds, named) if findings else ()),
        Section("Coverage", list(_coverage(records, findings, checks, named))),
        Section("Fairness", list(_fairness(records, named))),
        Section("Data", list(_data(records.manifest, named))),
        Section("Plugins", list(standing_tables.settings_tables(records.manifest))),
        Section("Environment", [_environment(records.manifest)]),
        Section("Specification", [Code(records.manifest.command), Code(records.manifest.spec)]),
    ]


def _published(records: Records, rounds: pd.DataFrame, named: Namer) -> Iterator[Section]:
    known, summaries = records.manifest.published, records.summaries
    data = [*data_tables.data_tables(known.data_tables, records.manifest.cohorts, named)]
    tables = [*published_tables.published_tables(rounds, summaries, known.tables, named)]
    if data or tables:
        yield Section("Beside the paper", [*data, *tables])
    if known.claims:
        parts = claim_tables.claim_parts(rounds, summaries.contrasts, known.claims, named)
        yield Section("Claims", list(parts))


def _quality(records: Records, rounds: pd.DataFrame, named: Namer) -> Iterator[Section]:
    parts: list[Part] = [*_ordinal(records, rounds, named), *_confusion(records)]
    if parts:
        yield Section("Ordinal scores and confusion", parts)
    if (calibrated := quality_tables.calibration_table(rounds, named)) is not None:
        yield Section("Calibration", [*_calibration_figure(records, rounds, named), calibrated])
    if (bought := bought_tables.bought_table(rounds, records.marks, named)) is not None:
        yield Section("What was bought", [bought])


def _ordinal(records: Records, rounds: pd.DataFrame, named: Namer) -> Iterator[Table]:
    for cohort, facts in records.manifest.cohorts.items():
        table = quality_tables.ordinal_table(rounds, cohort, facts, named)
        if table is not None:
            yield table


def _confusion(records: Records) -> Iterator[Figure]:
    if records.summaries.confusion.empty:
        return
    caption = (
        "Confusion in the last round of the systems of the published tables, summed over "
        "repetitions: true classes down, answers across, in percent of the row."
    )
    drawing = quality_figures.confusion_matrices(
        records.summaries.confusion, records.manifest.cohorts
    )
    yield Figure("confusion", caption, drawing)


def _calibration_figure(records: Records, rounds: pd.DataFrame, named: Namer) -> Iterator[Figure]:
    systems = records.manifest.published.systems()
    shown = {system.strategy for system in systems} | {BASELINE}
    drawn = styles(shown - {REFERENCE})
    drawing = quality_figures.calibration_curves(rounds, systems, named, drawn)
    if drawing is not None:
        caption = (
            "Calibration error by labels bought, of the systems of the published tables and of "
            "random: means over repetitions; the grey band is the 95 % interval of random's mean."
        )
        yield Figure("calibration", caption, drawing)


def _traps(records: Records, rounds: pd.DataFrame, named: Namer) -> Iterator[Section]:
    known = records.manifest.traps
    if known and len(rounds):
        yield Section("Traps", list(trap_tables.trap_parts(rounds, records.marks, known, named)))


def _find(
    rounds: pd.DataFrame, metric: str, oracles: Collection[str], checks: Sequence[Checked]
) -> Finding:
    passed = training_checks.passed_lines(checks, metric)
    price = training_checks.without_goals(efficiency.cell_efficiency(rounds, metric), passed)
    each = comparison.against_random(price, outside=oracles)
    return Finding(metric, price, each, comparison.across_blocks(price, outside=oracles))


def _answer(
    records: Records,
    findings: Sequence[Finding],
    checks: Sequence[Checked],
    groups: Sequence[Sequence[str]],
    named: Namer,
) -> Iterator[Part]:
    by_picks = bool((records.cells["picks_hash"] != "").any())
    yield Text((_state(records), *sentences.counted_once(groups, by_picks=by_picks)))
    if (failures := training_tables.failures(checks, named)) is not None:
        yield failures
    if not findings:
        return
    first, *others = [found.without(_oracles(records)) for found in findings]
    told = [
        *sentences.answers(
            first.against_random, first.overall, first.efficiency, first.metric, named
        )
    ]
    for other in others:
        told += sentences.second_opinion(other.against_random, other.metric)
    yield Text(tuple(told), is_list=True)
    if len(findings[0].efficiency):
        yield _area_table(findings[0], named)


def _oracles(records: Records) -> set[str]:
    """Return the labels of strategies that use labels which they could not have."""
    known = {part.name for part in records.manifest.plugins if "oracle" in part.tags}
    cells = records.cells
    return set(cells.loc[cells["strategy_plugin"].isin(known), "strategy"])


def _area_table(finding: Finding, named: Namer) -> Table:
    return comparison_tables.area_table(
        finding.efficiency, finding.against_random, finding.metric, named
    )


def _state(records: Records) -> str:
    manifest = records.manifest
    told = [sentences.state_of(records.cells)]
    if manifest.conflicts:
        told.append(
            f"**Conflicts:** {len(manifest.conflicts)} cells succeeded twice with different "
            "results; the first counts."
        )
    if oracles := sorted(_oracles(records)):
        told.append(
            f"**No competitor:** {', '.join(oracles)} goes by labels that nobody has at that "
            "time: a measure beside the others, which the sentences below leave out."
        )
    simulated = [name for name, facts in manifest.cohorts.items() if facts.simulated]
    if simulated:
        told.append(
            f"**Simulated data:** {', '.join(simulated)}. What is found there is about the "
            "simulation."
        )
    return " ".join(told)


def _results(
    records: Records,
    rounds: pd.DataFrame,
    findings: Sequence[Finding],
    checks: Sequence[Checked],
    named: Namer,
) -> Iterator[Section]:
    drawn = _styles(rounds, findings)
    for finding in findings:
        word = LABELS[finding.metric]
        parts = list(_of_metric(rounds, finding, _oracles(records), named, drawn))
        yield Section(word[0].upper() + word[1:], parts)
    yield Section("Labels needed", list(_labels(rounds, findings, checks, named)))
    fusion = score_tables.fusion_table(rounds, named)
    final = score_tables.final_table(rounds, named)
    yield Section("Final scores", [final] if fusion is None else [fusion, final])
    each = curves.joined(records.cells, records.scores)  # equal picks may cost unequally
    yield Section("Cost", [score_tables.cost_table(each, records.cells, named)])


def _styles(rounds: pd.DataFrame, findings: Sequence[Finding]) -> Mapping[str, Style]:
    """Return how strategies are drawn; of many, those stand out that gain most over all blocks."""
    overall = findings[0].overall.sort_values(["n_blocks", "difference"], ascending=False)
    return styles(set(rounds["strategy"]) - {REFERENCE}, overall["strategy"].tolist()[:N_BEST])


def _of_metric(
    rounds: pd.DataFrame,
    finding: Finding,
    oracles: Collection[str],
    named: Namer,
    drawn: Mapping[str, Style],
) -> Iterator[Part]:
    metric, found = finding.metric, finding.against_random
    if rounds[metric].isna().all():
        yield Text((f"No round has a known {LABELS[metric]}.",))
        return
    yield from _curve_figure(curves.of_buying_blocks(rounds), metric, named, drawn)
    if found.empty:
        yield Text(("There is nothing to compare with random.",))
        return
    yield _area_figure(found, metric, named, drawn)
    if metric != PRIMARY:  # the primary metric's stands in the answer
        yield _area_table(finding, named)
    yield comparison_tables.comparison_table(finding.efficiency, found, metric, named)
    yield comparison_tables.overall_table(finding.overall, metric, named)
    yield Text(tuple(_remarks(rounds, finding, oracles, named)))
    yield from _difference_figure(rounds, metric, named, drawn)


def _curve_figure(
    rounds: pd.DataFrame, metric: str, named: Namer, drawn: Mapping[str, Style]
) -> Iterator[Figure]:
    lines = curves.of_most_repetitions(curves.learning_curves(rounds, metric))
    if lines.empty:
        return
    gloss = f" ({GLOSSES[metric]})" if GLOSSES[metric] else ""
    caption = (
        f"Test {LABELS[metric]}{gloss} by labels bought: means over repetitions. The grey band is "
        "the 95 % interval of random's mean; the other strategies' intervals are below, where they "
        "are paired. Rounds that fewer than half of the repetitions have are not drawn. The dashed "
        "line was trained on all labels of the training part."
    )
    if any(style.is_faint for style in drawn.values()):
        caption += (
            f" There are too many strategies to tell apart: the {N_BEST} that gain most in "
            f"{LABELS[PRIMARY]} over all blocks stand out, here and below; the tables have all."
        )
    drawing = figures.learning_curves(lines, metric, named, drawn)
    yield Figure(f"curves-{metric}", caption, drawing)


def _area_figure(
    found: pd.DataFrame, metric: str, named: Namer, drawn: Mapping[str, Style]
) -> Figure:
    caption = (
        f"Mean {LABELS[metric]} over the labels bought, minus random's, paired by repetition: "
        "mean and 95 % interval, not corrected. Filled marks are separable from random after "
        "correction."
    )
    drawing = figures.area_differences(found, metric, named, drawn)
    return Figure(f"areas-{metric}", caption, drawing)


def _difference_figure(
    rounds: pd.DataFrame, metric: str, named: Namer, drawn: Mapping[str, Style]
) -> Iterator[Figure]:
    paired = curves.differences_to_random(rounds, metric)
    lines = curves.of_most_repetitions(curves.learning_curves(paired, metric))
    if lines.empty:
        return
    caption = (
        f"Test {LABELS[metric]} minus random's at the same number of labels, paired by "
        "repetition: mean and 95 % interval, not corrected. Marks are set apart sideways so that "
        "they do not hide each other."
    )
    drawing = figures.difference_curves(lines, metric, named, drawn)
    yield Figure(f"differences-{metric}", caption, drawing)


def _remarks(
    rounds: pd.DataFrame, finding: Finding, oracles: Collection[str], named: Namer
) -> Iterator[str]:
    yield sentences.ranking(ranks.rank(finding.without(oracles).efficiency))
    groups = [
        (named.block(block), names)
        for block in named.blocks
        for names in coverage_and_fairness.identical(of_block(rounds, block), finding.metric)
    ]
    if groups:
        yield sentences.identical(groups)


def _labels(
    rounds: pd.DataFrame, findings: Sequence[Finding], checks: Sequence[Checked], named: Namer
) -> Iterator[Table | Text]:
    for finding in findings:
        left_out = training_tables.goals_left_out(checks, finding.metric, named)
        if left_out is not None:
            yield left_out
        if finding.efficiency["goal"].notna().any():
            yield score_tables.labels_table(finding.efficiency, rounds, finding.metric, named)
        elif left_out is None:
            word = LABELS[finding.metric]
            yield Text((f"No block has a known {word} of all labels to compare with.",))


def _coverage(
    records: Records, findings: Sequence[Finding], checks: Sequence[Checked], named: Namer
) -> Iterator[Part]:
    yield from standing_tables.coverage_tables(records.cells, named)
    if findings:
        yield training_tables.check_table(checks, named)
        yield training_tables.convergence_text(records, findings[0].efficiency, named)
    for table in (
        standing_tables.failure_table(records.cells, named),
        standing_tables.skipped_table(records.manifest),
    ):
        if table is not None:
            yield table


def _fairness(records: Records, named: Namer) -> Iterator[Part]:
    shared = coverage_and_fairness.fairness(records.cells)
    if shared.empty:
        yield Text(("No cell came as far as its split.",))
        return
    n, n_equal = len(shared), int(shared["equal"].sum())
    what = "split, first labels, initial weights and order of batches"
    yield Text(
        (
            f"In all {n} repetitions of all blocks, every strategy had the same {what}."
            if n == n_equal
            else f"**In {n - n_equal} of {n} repetitions the strategies differed in {what}.**",
        )
    )
    yield standing_tables.fairness_table(shared, named)


def _data(manifest: Manifest, named: Namer) -> Iterator[Part]:
    cohorts = manifest.cohorts.items()
    notes = [f"**{named.cohort(name)}:** {facts.note}" for name, facts in cohorts if facts.note]
    yield Text(tuple(notes), is_list=True)
    yield from standing_tables.cohort_tables(manifest, named)


def _environment(manifest: Manifest) -> Text:
    where = manifest.provenance
    packages = ", ".join(f"{name} {version}" for name, version in where.packages.items())
    commit = f" (commit {where.commit})" if where.commit else ""
    facts = (
        f"albench {where.albench}{commit}, Python {where.python}, {where.os}.",
        f"{where.cpu}, {where.cores} cores, {where.memory_gb} GB, GPU: {where.gpu}.",
        f"{packages}.",
        f"{manifest.jobs} cells at once; all cells together took {manifest.seconds:.0f} s.",
    )
    return Text(facts, is_list=True)
