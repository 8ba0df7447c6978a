"""A metric's learning curves, and the comparison of strategies with random in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.analysis import coverage_and_fairness, curves
from albench.metrics.catalogue import GLOSSES, LABELS
from albench.reporting import comparison_tables, figures, panels, sentences
from albench.reporting.content import Figure, Section, Text
from albench.reporting.derived import N_BEST
from albench.reporting.names import RowsByBlock
from albench.reporting.plots import Plot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from albench.reporting.content import Element
    from albench.reporting.derived import Derived, Finding
    from albench.reporting.names import Namer, Style


def section(derived: Derived, number: int) -> Section | None:
    """Return the figures and tables of a metric by its place; None if no round has it."""
    metrics = derived.manifest.judging.shown
    metric = metrics[number] if number < len(metrics) else None
    for finding in derived.findings:
        if finding.metric == metric:
            label = LABELS[finding.metric]
            return Section(label[0].upper() + label[1:], list(_parts(derived, finding)))
    return None


def _parts(derived: Derived, finding: Finding) -> Iterator[Element]:
    rounds, named, drawn = derived.once, derived.named, derived.styles
    metric, against_random = finding.metric, finding.against_random
    if rounds[metric].isna().all():
        yield Text((f"No round has a known {LABELS[metric]}.",))
        return
    yield from _curve_figure(derived, curves.of_buying_blocks(rounds), metric)
    if against_random.empty:
        yield Text(("There is nothing to compare with random.",))
        return
    yield _area_figure(against_random, metric, named, drawn)
    if metric != derived.primary:  # the primary metric's stands in the answer
        yield comparison_tables.area_table(finding.efficiency, against_random, metric, named)
    yield comparison_tables.comparison_table(finding.efficiency, against_random, metric, named)
    if len(named.blocks) > 1:  # of a single block it would say the same again
        yield comparison_tables.overall_table(finding.overall, metric, named)
    yield from _remarks(derived, finding)
    yield from _difference_figure(rounds, metric, named, drawn)


def _curve_figure(derived: Derived, rounds: pd.DataFrame, metric: str) -> Iterator[Figure]:
    named, drawn = derived.named, derived.styles
    lines = curves.of_most_repetitions(curves.learning_curves(rounds, metric))
    if lines.empty:
        return
    gloss = f" ({GLOSSES[metric]})" if GLOSSES.get(metric) else ""
    caption = (
        f"Test {LABELS[metric]}{gloss} by labels bought: means over repetitions. The grey band is "
        "the 95 % interval of random's mean; the other strategies' intervals are below, where they "
        "are paired. Rounds that fewer than half of the repetitions have are not drawn. The dashed "
        "line is the score of training on all labels of the training part."
    )
    if any(style.is_faint for style in drawn.values()):
        caption += (
            f" There are too many strategies to distinguish: the {N_BEST} that gain most in "
            f"{LABELS[derived.primary]} over all blocks are highlighted, here and below; the "
            "tables have all."
        )
    plot = Plot(figures.learning_curves, (lines, metric, named, drawn), by_block=True)
    shown = panels.curve_panels(lines, metric, named, drawn)
    yield Figure(f"curves-{metric}", caption, plot, shown)


def _area_figure(
    comparison: pd.DataFrame, metric: str, named: Namer, drawn: Mapping[str, Style]
) -> Figure:
    caption = (
        f"Mean {LABELS[metric]} over the labels bought, minus random's, paired by repetition: "
        "mean and 95 % interval, not corrected. Filled marks are separable from random after "
        "correction."
    )
    plot = Plot(figures.area_differences, (comparison, metric, named, drawn), by_block=True)
    shown = panels.area_panels(comparison, metric, named)
    return Figure(f"areas-{metric}", caption, plot, shown)


def _difference_figure(
    rounds: pd.DataFrame, metric: str, named: Namer, drawn: Mapping[str, Style]
) -> Iterator[Figure]:
    paired = curves.differences_to_random(rounds, metric)
    lines = curves.of_most_repetitions(curves.learning_curves(paired, metric))
    if lines.empty:
        return
    caption = (
        f"Test {LABELS[metric]} minus random's at the same number of labels, paired by "
        "repetition: mean and 95 % interval, not corrected. Marks are shifted sideways so that "
        "they do not hide each other."
    )
    plot = Plot(figures.difference_curves, (lines, metric, named, drawn), by_block=True)
    shown = panels.difference_panels(lines, metric, named, drawn)
    yield Figure(f"differences-{metric}", caption, plot, shown)


def _remarks(derived: Derived, finding: Finding) -> Iterator[Text]:
    named, rounds = derived.named, RowsByBlock(derived.once)
    groups = [
        (named.block(block), names)
        for block in named.blocks
        for names in coverage_and_fairness.identical(rounds[block], finding.metric)
    ]
    if groups:
        equal = tuple(sentences.identical(groups))
        yield Text(equal, is_list=True, fold="Equal in every round of every repetition")
