"""Whether published tables and claims are about systems that the matrix runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api.nearest import not_among
from albench.plural import plural
from albench.references import ALL_LABELS, ALWAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from albench.spec.places import Path
    from albench.spec.published import Claim, DataTable, PublishedTable, Side
    from albench.spec.schema import Benchmark

    System = tuple[str, tuple[str, ...], str, str, str]


def broken_promises(benchmark: Benchmark) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with published tables and claims.

    Parameters
    ----------
    benchmark : Benchmark
        Validated by itself.

    Yields
    ------
    path, problem
        Keys and positions from the root, and what is wrong there.
    """
    systems = _systems(benchmark)
    for i, table in enumerate(benchmark.tables):
        yield from _of_table(benchmark, systems, ("tables", i), table)
    for i, data_table in enumerate(benchmark.data_tables):
        yield from _of_data_table(benchmark, ("data_tables", i), data_table)
    for i, claim in enumerate(benchmark.claims):
        yield from _of_claim(benchmark, systems, ("claims", i), claim)


def _systems(benchmark: Benchmark) -> set[System]:
    """Return all (cohort, modalities, model, budget, strategy) of the matrix."""
    return {
        (cohort, tuple(chosen), model, budget, strategy)
        for entry in benchmark.matrix
        for cohort in entry.cohorts
        if cohort in benchmark.cohorts
        for chosen in entry.modalities or [list(benchmark.cohorts[cohort].modalities)]
        for model in entry.models
        for budget in entry.budgets
        for strategy in (*ALWAYS, *entry.strategies)
    }


def _of_table(
    benchmark: Benchmark, systems: set[System], path: Path, table: PublishedTable
) -> Iterator[tuple[Path, str]]:
    unknown = list(_unknown_data(benchmark, path, table.cohort, table.rows))
    yield from unknown
    for i, column in enumerate(table.columns):
        where = (*path, "columns", i)
        if column.printed and len(column.printed) != len(table.rows):
            printed = plural(len(column.printed), "entry", "entries")
            problem = f"has {printed}; the table has {plural(len(table.rows), 'row')}"
            yield (*where, "printed"), problem
        labels = list(_unknown_labels(benchmark, where, column.model, column.budget))
        yield from labels
        for chosen in () if unknown or labels else table.rows:
            system = table.cohort, tuple(chosen), column.model, column.budget, column.strategy
            if system not in systems:
                yield where, _not_run(system, systems)


def _of_data_table(
    benchmark: Benchmark, path: Path, table: DataTable
) -> Iterator[tuple[Path, str]]:
    yield from _unknown_data(benchmark, path, table.cohort, table.columns)
    cohort = benchmark.cohorts.get(table.cohort)
    for name, counts in table.printed.items():
        where = (*path, "printed", name)
        if len(counts) != len(table.columns):
            columns = plural(len(table.columns), "column")
            yield where, f"has {plural(len(counts), 'number')}; the table has {columns}"
        if cohort is not None and cohort.classes is not None and name not in cohort.classes:
            yield where, not_among(f"classes of cohort {table.cohort!r}", name, cohort.classes)


def _of_claim(
    benchmark: Benchmark, systems: set[System], path: Path, claim: Claim
) -> Iterator[tuple[Path, str]]:
    if claim.better == claim.than:
        yield (*path, "than"), "is the same as what is said to be better"
    sides: tuple[tuple[str, Side], ...] = (("better", claim.better), ("than", claim.than))
    for key, side in sides:
        where = (*path, key)
        unknown = [
            *_unknown_data(benchmark, where, side.cohort, [side.modalities], "modalities"),
            *_unknown_labels(benchmark, where, side.model, side.budget),
        ]
        yield from unknown
        system = side.cohort, tuple(side.modalities), side.model, side.budget, side.strategy
        if not unknown and system not in systems:
            yield where, _not_run(system, systems)
        if side.strategy == ALL_LABELS and not isinstance(side.at, str):
            problem = f"found {side.at}; {ALL_LABELS} has one round, with all labels: say 'final'"
            yield (*where, "at"), problem


def _unknown_data(
    benchmark: Benchmark,
    path: Path,
    cohort: str,
    sets: Sequence[Sequence[str]],
    key: str | None = None,
) -> Iterator[tuple[Path, str]]:
    if cohort not in benchmark.cohorts:
        yield (*path, "cohort"), not_among("cohorts", cohort, list(benchmark.cohorts))
        return
    present = list(benchmark.cohorts[cohort].modalities)
    where = path if key is None else (*path, key)
    for name in dict.fromkeys(name for chosen in sets for name in chosen if name not in present):
        yield where, not_among(f"modalities of cohort {cohort!r}", name, present)


def _unknown_labels(
    benchmark: Benchmark, path: Path, model: str, budget: str
) -> Iterator[tuple[Path, str]]:
    if model not in benchmark.models:
        yield (*path, "model"), not_among("models", model, list(benchmark.models))
    if budget not in benchmark.budgets:
        yield (*path, "budget"), not_among("budgets", budget, list(benchmark.budgets))


def _not_run(system: System, systems: set[System]) -> str:
    """Return that the matrix lacks a system, and which of its kind it has."""
    cohort, chosen, model, budget, strategy = system
    beside = sorted(other[4] for other in systems if other[:4] == system[:4])
    what = f"{cohort}, {'+'.join(chosen)}, {model}, {budget}"
    if beside:
        return f"the matrix has {what} without {strategy!r}; there are: {', '.join(beside)}"
    return f"the matrix has no {what}; add it to [[matrix]]"
