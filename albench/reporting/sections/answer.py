"""The first screen: what the results show, and how surely."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from albench.metrics.catalogue import BY_SIZE, LABELS
from albench.plural import plural
from albench.records.retry_causes import retries_text
from albench.reporting import comparison_tables, figures, headline, sentences, training_tables
from albench.reporting.content import Figure, Headline, Section, Text
from albench.reporting.panels import overall_panel
from albench.reporting.plots import Plot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.records.manifest import Manifest
    from albench.reporting.content import Element
    from albench.reporting.derived import Derived, Finding

N_SHOWN = 10
"""Strategies in the picture that are not folded."""


def section(derived: Derived) -> Section:
    """Return the answer: one sentence, a picture, how sure, what to know, and all findings."""
    return Section("The answer", list(_parts(derived)))


def _parts(derived: Derived) -> Iterator[Element]:
    first = derived.findings[0].without(derived.oracles) if derived.findings else None
    yield Headline(headline.headline(first, derived.named))
    if first is not None and first.overall["difference"].notna().any():
        yield _picture(first, derived)
        yield from (Text((said,)) for said in headline.supporting(first, derived))
    yield Text((_state(derived), *sentences.counted_once(derived.groups)))
    if (failures := training_tables.failures(derived.checks, derived.named)) is not None:
        fails = plural(len(failures.sentences), "check")
        yield replace(failures, fold=f"Training fails {fails}: where, and by how much")
    if derived.findings:
        yield Text(tuple(_findings(derived)), is_list=True, fold="All findings, block by block")
        if len(derived.findings[0].efficiency):
            primary = derived.findings[0]
            yield comparison_tables.area_table(
                primary.efficiency, primary.against_random, primary.metric, derived.named
            )


def _picture(finding: Finding, derived: Derived) -> Figure:
    """Return each strategy's mean difference to random over all blocks, the best on top."""
    metric, named = finding.metric, derived.named
    is_mean = len(named.blocks) > 1
    over = named.averaged(finding.overall["n_blocks"])
    where = f"averaged over {over}" if is_mean else "paired by repetition"
    caption = (
        f"Difference to random in the mean {LABELS[metric]} over the labels bought, {where}. "
        "Thick: the 95 % interval of each strategy; thin: the one that holds for all at once. "
        "Grey: equal to random for practical purposes, or undecided."
    )
    plot = Plot(figures.overall_differences, (finding.overall, metric))
    panel = overall_panel(finding.overall, metric, "Against random", N_SHOWN)
    return Figure(f"overall-{metric}", caption, plot, (panel,))


def _findings(derived: Derived) -> Iterator[str]:
    first, *others = [finding.without(derived.oracles) for finding in derived.findings]
    yield from sentences.answers(
        first.against_random,
        first.overall,
        first.efficiency,
        first.neighbours,
        first.metric,
        derived.named,
    )
    alike = None if derived.alike is None else derived.alike.without(derived.oracles)
    if alike is not None and first.metric == BY_SIZE:
        yield from _where_unequal(alike, derived)
    elif alike is not None and alike.metric not in {first.metric, *(one.metric for one in others)}:
        others.append(alike)
    for other in others:
        yield from sentences.second_opinion(other.against_random, other.metric)


def _where_unequal(alike: Finding, derived: Derived) -> Iterator[str]:
    """Yield what is found with every class counted alike, block by block of unequal classes."""
    each, price = (
        table[table["cohort"].isin(derived.unequal)]
        for table in (alike.against_random, alike.efficiency)
    )
    yield from sentences.block_by_block(each, price, alike.metric, derived.named)


def _judging(derived: Derived) -> Iterator[str]:
    """Yield by what is judged, and whether it was decided after an earlier run."""
    if len(derived.findings) > 1:
        others = [LABELS[finding.metric] for finding in derived.findings[1:]]
        yield (
            f"The primary metric is {LABELS[derived.primary]}; {', '.join(others)} "
            f"{'is' if len(others) == 1 else 'are'} secondary."
        )
    now = derived.manifest.judging
    changed = sorted(
        {
            key
            for before in derived.manifest.judged_before
            for key in type(now).model_fields
            if getattr(before, key) != getattr(now, key)
        }
    )
    if changed:
        yield (
            f"Changed: an earlier run of these results had another {' and '.join(changed)}, so "
            "the choice may depend on what they showed."
        )


def _how_it_ran(manifest: Manifest) -> list[str]:
    remarks = []
    if (replayed := manifest.replayed) is not None:
        remarks.append(
            f"Replay: models were trained on picks recorded in the results of {replayed.name}, "
            "which another model led to (*Replayed picks*); no strategy was asked."
        )
    if (rule := manifest.sequential) is not None:
        remarks.append(
            f"Sequential: repetitions were added until {rule.text} was decided, or there were "
            f"{rule.most} (*Until decided*); the rest of the page is about the first "
            f"{rule.planned}."
        )
    for name, n_cells in manifest.edited.items():
        made = plural(n_cells, "cell was", "cells were")
        remarks.append(
            f"Edited: {made} made by another source of {name} than the one recorded under "
            "*Plugins*, and kept."
        )
    if manifest.retries:
        remarks.append(f"Tried again: {retries_text(manifest.retries)}.")
    if manifest.conflicts:
        remarks.append(
            f"Conflicts: {plural(len(manifest.conflicts), 'cell')} succeeded twice with "
            "different results; the first counts."
        )
    return remarks


def _state(derived: Derived) -> str:
    manifest = derived.manifest
    remarks = [sentences.state_of(derived.records.cells)]
    if manifest.slice and len(derived.records.cells) < manifest.matrix_cells:
        remarks.append(
            f"A slice: {len(derived.records.cells)} of the {manifest.matrix_cells} cells of "
            f"the matrix are here, after `{manifest.slice}`."
        )
    remarks += _how_it_ran(manifest)
    remarks += _judging(derived)
    if oracles := sorted(derived.oracles):
        remarks.append(
            f"Not a competitor: {', '.join(oracles)} uses labels that are not yet known at that "
            "time: a yardstick for the others, which statements leave out."
        )
    here = set(derived.records.cells["cohort"])
    cohorts = manifest.cohorts.items()
    simulated = [name for name, facts in cohorts if facts.simulated and name in here]
    if simulated:
        remarks.append(
            f"Simulated data: {', '.join(simulated)}. Results there are about the simulation."
        )
    return " ".join(remarks)
