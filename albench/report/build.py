"""The report's sections, from the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from albench.analysis import comparison, curves, efficiency, ranks, standing
from albench.analysis.curves import BLOCK, REFERENCE
from albench.report import figures, sentences, tables
from albench.report.content import Code, Figure, Section, Table, Text
from albench.report.names import Namer, styles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.report.load import Records

PRIMARY = "accuracy"
SHOWN = ("accuracy", "auc")


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
    named = Namer(tables.blocks_of(records.cells), records.manifest["cohorts"])
    parts = [_answer(records, rounds, named), _coverage(records)]
    if len(rounds):
        parts += _results(records, rounds, named)
    return [*parts, _fairness(records), _data(records, named), _plugins(records), *_run(records)]


def _answer(records: Records, rounds: pd.DataFrame, named: Namer) -> Section:
    manifest = records.manifest
    told = [sentences.state_of(manifest, records.cells)]
    simulated = [name for name, facts in manifest["cohorts"].items() if facts["simulated"]]
    if simulated:
        names = ", ".join(simulated)
        told.append(f"**Simulated data:** {names}. What is found on them is about the simulation.")
    parts: list[Text] = [Text((" ".join(told),))]
    if len(rounds):
        price = efficiency.cell_efficiency(rounds, PRIMARY)
        found = comparison.against_random(price)
        parts.append(Text(tuple(sentences.answers(found, price, PRIMARY, named)), is_list=True))
    return Section("The answer", parts)


def _coverage(records: Records) -> Section:
    counts = standing.coverage(records.cells)
    caption = "Planned cells by block and strategy, and how they ended."
    parts: list[Text | Table] = [tables.frame_table("coverage", caption, counts)]
    failed = records.cells[~records.cells["status"].isin(["ok", "missing"])]
    if len(failed):
        columns = [*BLOCK, "strategy", "repetition", "status", "reason"]
        parts.append(
            tables.frame_table(
                "failures", "Cells that did not succeed, and why.", failed[columns], is_folded=False
            )
        )
    skipped = [(entry["what"], entry["reason"]) for entry in records.manifest["skipped"]]
    if skipped:
        caption = "Left out before anything ran."
        parts.append(tables.listed_table("skipped", caption, ("what", "reason"), skipped))
    return Section("Coverage", parts)


def _results(records: Records, rounds: pd.DataFrame, named: Namer) -> Iterator[Section]:
    drawn = styles(set(rounds["strategy"]) - {REFERENCE})
    yield Section("Learning curves", list(_curve_figures(rounds, named, drawn)))
    yield Section("Against random", list(_comparisons(rounds, named, drawn)))
    yield Section("Labels needed", list(_labels(rounds, named)))
    yield Section("Scores", list(_scores(rounds, named)))
    yield Section("Cost", [tables.cost_table(rounds, records.cells, named)])


def _curve_figures(rounds: pd.DataFrame, named: Namer, drawn: dict[str, Any]) -> Iterator[Figure]:
    for metric in SHOWN:
        lines = curves.learning_curves(rounds, metric)
        word = figures.METRICS[metric]
        caption = (
            f"Test {word}: means over repetitions, bands are 95 % intervals of the mean. The dashed "
            "line was trained on all labels of the training part."
        )
        drawing = figures.learning_curves(lines, metric, named, drawn)
        yield Figure(f"curves-{metric}", caption, drawing)


def _comparisons(
    rounds: pd.DataFrame, named: Namer, drawn: dict[str, Any]
) -> Iterator[Figure | Table | Text]:
    for metric in SHOWN:
        price = efficiency.cell_efficiency(rounds, metric)
        found = comparison.against_random(price)
        if found.empty:
            yield Text(("No block has random and another strategy.",))
            return
        caption = (
            f"Area under the {figures.METRICS[metric]} curve minus random's, paired by repetition: mean and "
            "95 % interval. Filled marks are separable from random after correction."
        )
        drawing = figures.area_differences(found, metric, named, drawn)
        yield Figure(f"areas-{metric}", caption, drawing)
        yield tables.area_table(price, found, metric, named)
        yield tables.comparison_table(found, metric, named)
        yield tables.overall_table(comparison.across_blocks(price), metric)
        if metric == PRIMARY:
            yield Text((_ranking(ranks.rank(price)),))
            yield _difference_figure(rounds, metric, named, drawn)


def _difference_figure(
    rounds: pd.DataFrame, metric: str, named: Namer, drawn: dict[str, Any]
) -> Figure:
    lines = curves.learning_curves(curves.differences_to_random(rounds, metric), metric)
    caption = (
        f"Test {figures.METRICS[metric]} minus random's at the same number of labels, paired by repetition; bands "
        "are 95 % intervals of the mean difference, not corrected."
    )
    return Figure(
        f"differences-{metric}", caption, figures.difference_curves(lines, metric, named, drawn)
    )


def _ranking(found: ranks.Ranking) -> str:
    told = ", ".join(f"{name} {value:.2f}" for name, value in found.ranks.items())
    left = f" ({found.n_left_out} incomplete repetitions left out)" if found.n_left_out else ""
    if found.p != found.p:  # noqa: PLR0124  # NaN: too little to test
        return f"Mean ranks over blocks{left}: {told}. Too few blocks or strategies for a test."
    if found.critical_difference is None:
        return (
            f"Mean ranks over blocks{left}: {told}. Friedman's test does not reject (p = {found.p:.3g}): "
            "the ranks may be chance."
        )
    return (
        f"Mean ranks over blocks{left}: {told}. Friedman's test rejects (p = {found.p:.3g}); ranks closer than "
        f"{found.critical_difference:.2f} are not separable (Nemenyi, 0.05)."
    )


def _labels(rounds: pd.DataFrame, named: Namer) -> Iterator[Table]:
    for metric in SHOWN:
        yield tables.labels_table(efficiency.cell_efficiency(rounds, metric), metric, named)


def _scores(rounds: pd.DataFrame, named: Namer) -> Iterator[Table]:
    fusion = tables.fusion_table(rounds, named)
    if fusion is not None:
        yield fusion
    yield tables.final_table(rounds, named)


def _fairness(records: Records) -> Section:
    shared = standing.fairness(records.cells)
    n = len(shared)
    n_equal = int(shared["equal"].sum()) if n else 0
    if n == n_equal:
        told = (
            f"In all {n} repetitions of all blocks every strategy had the same split, first labels, "
            "initial weights and batch order."
        )
    else:
        told = f"**In {n - n_equal} of {n} repetitions strategies did not share the same start.**"
    caption = "Hashes of what the strategies of a repetition share."
    return Section("Fairness", [Text((told,)), tables.frame_table("fairness", caption, shared)])


def _data(records: Records, named: Namer) -> Section:
    rows = [_cohort_row(named.cohort(n), facts) for n, facts in records.manifest["cohorts"].items()]
    columns = ("cohort", "subjects", "for test", "classes", "modalities", "candidates", "origin")
    return Section("Data", [tables.listed_table("cohorts", "The cohorts.", columns, rows)])


def _cohort_row(name: str, facts: dict[str, Any]) -> tuple[str, ...]:
    classes = ", ".join(f"{label}: {n}" for label, n in facts["classes"].items())
    modalities = ", ".join(
        f"{key} ({part['samples']} of {'x'.join(map(str, part['shape']))})"
        for key, part in facts["modalities"].items()
    )
    candidates = ", ".join(f"{key}: {n}" for key, n in facts["candidates"].items())
    counts = (str(facts["subjects"]), str(facts["test_subjects"]))
    return (name, *counts, classes, modalities, candidates, facts["note"])


def _plugins(records: Records) -> Section:
    manifest = records.manifest
    rows = [
        (p["kind"], p["name"], f"{p['distribution']} {p['version']}", p["summary"], p["citation"])
        for p in manifest["plugins"]
    ]
    columns = ("kind", "name", "package", "what", "source")
    settings = [(kind, *item) for kind in ("models", "budgets") for item in manifest[kind].items()]
    return Section(
        "Models, strategies, budgets",
        [
            tables.listed_table("settings", "Models and budgets.", ("", "name", "what"), settings),
            tables.listed_table("plugins", "Plugins in use.", columns, rows),
        ],
    )


def _run(records: Records) -> Iterator[Section]:
    manifest = records.manifest
    where = manifest["provenance"]
    packages = ", ".join(f"{name} {version}" for name, version in where["packages"].items())
    commit = f" (commit {where['commit']})" if where["commit"] else ""
    facts = [
        f"albench {where['albench']}{commit}, Python {where['python']}, {where['os']}.",
        f"{where['cpu']}, {where['cores']} cores, {where['memory_gb']} GB, GPU: {where['gpu']}.",
        f"{packages}.",
        f"{manifest['jobs']} cells at once; all cells together took {manifest['seconds']:.0f} s.",
    ]
    yield Section("Environment", [Text(tuple(facts), is_list=True)])
    yield Section("Specification", [Code(manifest["command"]), Code(manifest["spec"])])
