"""Tables of what the results stand on: cells, failures, equal starts, data and plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from albench.analysis.coverage_and_fairness import HASHES, coverage
from albench.analysis.curves import BLOCK
from albench.report.content import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from albench.report.manifest import Manifest
    from albench.report.names import Block, Namer


def coverage_tables(cells: pd.DataFrame, named: Namer) -> Iterator[Table]:
    """Yield how many cells of each block ended how, and whose are not all there.

    Parameters
    ----------
    cells : DataFrame
        One row a planned cell.
    named : Namer
        Names blocks.

    Yields
    ------
    Table
        One row a block; then, if any lack, one row a strategy of a block that lacks some.
    """
    counts = coverage(cells)
    statuses = [name for name in counts.columns if name not in {*BLOCK, "strategy"}]
    summed = counts.groupby(BLOCK, sort=True)[statuses].sum().reset_index()
    rows = tuple(
        (named.block(_block(row)), *(str(row[status]) for status in statuses))
        for row in summed.to_dict("records")
    )
    yield Table("coverage", "Planned cells and how they ended", "", ("block", *statuses), rows)
    lacking = counts[counts["ok"] < counts["planned"]]
    rows = tuple(
        (named.block(_block(row)), row["strategy"], *(str(row[status]) for status in statuses))
        for row in lacking.to_dict("records")
    )
    if rows:
        columns = ("block", "strategy", *statuses)
        yield Table("lacking", "Strategies whose cells are not all there", "", columns, rows)


def failure_table(cells: pd.DataFrame, named: Namer) -> Table | None:
    """Return why cells failed.

    Parameters
    ----------
    cells : DataFrame
        One row a planned cell.
    named : Namer
        Names blocks.

    Returns
    -------
    Table or None
        One row a cause; None if there is no failure.
    """
    failed = cells[~cells["status"].isin(["ok", "missing"])]
    keys = [*BLOCK, "strategy", "status", "reason"]
    causes = failed.groupby(keys, sort=True)["repetition"].agg(_numbers).reset_index()
    rows = tuple(
        (named.block(_block(row)), *(row[key] for key in ("strategy", "repetition", *keys[-2:])))
        for row in causes.to_dict("records")
    )
    columns = ("block", "strategy", "repetitions", "status", "reason")
    return Table("failures", "Cells that failed, and why", "", columns, rows) if rows else None


def _numbers(repetitions: pd.Series[int]) -> str:
    return ", ".join(map(str, sorted(repetitions)))


def _block(row: Mapping[Any, Any]) -> Block:  # a row of a frame
    return row["cohort"], row["modalities"], row["model"], row["budget"]


def skipped_table(manifest: Manifest) -> Table | None:
    """Return what was left out before anything ran, or None.

    Parameters
    ----------
    manifest : Manifest
        The run's.

    Returns
    -------
    Table or None
        With reasons.
    """
    rows = tuple((entry.what, entry.reason) for entry in manifest.skipped)
    title = "Left out before anything ran"
    return Table("skipped", title, "", ("what", "reason"), rows) if rows else None


def fairness_table(shared: pd.DataFrame, named: Namer) -> Table:
    """Return the hashes of what the strategies of a repetition share.

    Parameters
    ----------
    shared : DataFrame
        What `coverage_and_fairness.fairness` gave.
    named : Namer
        Names blocks.

    Returns
    -------
    Table
        One row a block and repetition.
    """
    rows = tuple(
        (
            named.block(_block(row)),
            str(row["repetition"]),
            str(row["strategies"]),
            *(row[name] for name in HASHES),
            "yes" if row["equal"] else "**no**",
        )
        for row in shared.to_dict("records")
    )
    names = (name.removesuffix("_hash").replace("_", " ") for name in HASHES)
    columns = ("block", "repetition", "strategies", *names, "equal")
    title = "Hashes of what the strategies of a repetition share"
    return Table("fairness", title, "", columns, rows, is_folded=True)


def cohort_tables(manifest: Manifest, named: Namer) -> Iterator[Table]:
    """Yield what each cohort holds, and each of its modalities.

    Parameters
    ----------
    manifest : Manifest
        The run's.
    named : Namer
        Names cohorts.

    Yields
    ------
    Table
        One row a cohort; one row a modality.
    """
    cohorts = manifest.cohorts.items()
    rows = tuple(
        (
            named.cohort(name),
            str(facts.subjects),
            str(facts.test_subjects),
            _listed(facts.classes),
            _listed(facts.candidates),
        )
        for name, facts in cohorts
    )
    columns = ("cohort", "subjects", "for test", "subjects by class", "candidates by modalities")
    yield Table("cohorts", "Cohorts", "", columns, rows)
    modalities = tuple(
        (named.cohort(name), modality, str(part.samples), "×".join(map(str, part.shape)))
        for name, facts in cohorts
        for modality, part in facts.modalities.items()
    )
    headings = ("cohort", "modality", "samples", "shape")
    yield Table("modalities", "Modalities", "", headings, modalities)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name.replace('+', ' + ')}: {n}" for name, n in counts.items())


def settings_tables(manifest: Manifest) -> Iterator[Table]:
    """Yield what the names of models and budgets stand for, and the plugins in use.

    Parameters
    ----------
    manifest : Manifest
        The run's.

    Yields
    ------
    Table
        Two of them.
    """
    rows = [("model", *item) for item in manifest.models.items()]
    rows += [("budget", *item) for item in manifest.budgets.items()]
    yield Table("settings", "Models and budgets", "", ("kind", "name", "what"), tuple(rows))
    plugins = tuple(
        (part.kind, part.name, f"{part.distribution} {part.version}", part.summary, part.citation)
        for part in sorted(manifest.plugins, key=lambda part: (part.kind, part.name))
    )
    columns = ("kind", "name", "package", "what", "source")
    yield Table("plugins", "Plugins in use", "", columns, plugins)
