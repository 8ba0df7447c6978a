"""From a results folder's journal to its text tables and its report."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter, ValidationError

from albench import report
from albench.analysis import summaries
from albench.analysis.summaries import Outcome
from albench.errors import Complaint, RecordsError
from albench.metrics.catalogue import scores
from albench.records import journal, tables
from albench.records.misplaced import misplaced_told
from albench.records.schema import Status
from albench.report.manifest import SCHEMA_VERSION
from albench.spec.published import Published, System

if TYPE_CHECKING:
    from pathlib import Path

    from albench.analysis.summaries import Outcomes, Summaries
    from albench.records.schema import Finished
    from albench.records.tables import Predictions, Records

MANIFEST_KEYS = (
    "name",
    "title",
    "question",
    "command",
    "spec",
    "seed",
    "repetitions",
    "provenance",
    "plugins",
    "cohorts",
    "budgets",
    "models",
    "skipped",
    "jobs",
)


def publish(results: Path) -> Path:
    """Write a results folder's tables and report, from its journal if it has one.

    Parameters
    ----------
    results : Path
        ``results/NAME``. Without a journal (a fresh clone has none) the report is drawn from the
        text tables beside it: ``cells.csv``, ``scores.csv``, ``manifest.json`` and the others.

    Returns
    -------
    Path
        The report's page.

    Raises
    ------
    RecordsError
        If there is neither a journal nor text tables, or they are damaged.
    """
    with misplaced_told():
        if any((results / "journal").glob("*.jsonl")):
            _write_tables(results)
        elif not (results / "cells.csv").exists():
            expected = "expected journal/ or cells.csv"
            raise RecordsError(f"{results}: there are no results here; {expected}")
        return report.write(results)


def _write_tables(results: Path) -> None:
    gathered = tables.gather(journal.read(results / "journal").events)
    _require_whole_run(gathered.run, results / "journal")
    records = _of_the_plan(gathered)
    cells = tables.cells_table(records)
    _write_csv(cells, results / "cells.csv")
    _write_csv(_scores(records), results / "scores.csv")
    _write_csv(tables.marks_table(records), results / "marks.csv")
    for name, table in vars(_summaries(records)).items():
        _write_csv(table, results / f"{name}.csv")
    text = json.dumps(_manifest(records, cells), indent=1, sort_keys=True) + "\n"
    (results / "manifest.json").write_text(text, encoding="utf-8")
    tables.write_parquet(records, results / "tables")


def _require_whole_run(run: dict[str, Any], folder: Path) -> None:  # plain data
    lacking = [key for key in MANIFEST_KEYS if key not in run]
    cohorts = run.get("cohorts", {})
    lacking += sorted({f"cohort {e['cohort']}" for e in run["cells"] if e["cohort"] not in cohorts})
    if lacking:
        problem = f"its latest run lacks {', '.join(lacking)}; run the benchmark again"
        raise RecordsError([Complaint(str(folder), problem)])


def _of_the_plan(records: Records) -> Records:
    """Return the records without cells that only an earlier specification planned."""
    planned = {entry["cell"] for entry in records.run["cells"]}
    current = {cell: entry for cell, entry in records.finished.items() if cell in planned}
    return replace(records, finished=current)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def _scores(records: Records) -> pd.DataFrame:
    ordered = _cells_of_ordered_cohorts(records)
    scored = [
        {"cell": entry.cell, "round": entry.round}
        | scores(entry.labels, entry.proba, ordered=entry.cell in ordered)
        for entry in tables.predictions(records)
    ]
    rounds = tables.rounds_table(records)
    if not scored:
        return rounds
    return rounds.merge(pd.DataFrame(scored), on=["cell", "round"], validate="one_to_one")


def _cells_of_ordered_cohorts(records: Records) -> set[str]:
    cohorts = records.run["cohorts"]
    planned = records.run["cells"]
    # Runs from before cohorts could be ordered do not tell.
    return {entry["cell"] for entry in planned if cohorts[entry["cohort"]].get("ordered")}


def _summaries(records: Records) -> Summaries:
    entry = records.run.get("published")  # runs from before there were published tables have none
    try:
        published = Published() if entry is None else TypeAdapter(Published).validate_python(entry)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, ("published", *first["loc"])))
        raise RecordsError(
            f"the journal's latest run: {key}: {first['msg'].lower()}; run the benchmark again"
        ) from error
    return summaries.summarise(_outcomes(records, published), published)


def _outcomes(records: Records, published: Published) -> Outcomes:
    """Return what the cells answered that published tables and claims are about."""
    judged = published.points()
    answers: dict[str, list[Predictions]] = {}
    for entry in tables.predictions(records) if judged else ():
        answers.setdefault(entry.cell, []).append(entry)
    outcomes: Outcomes = {}
    for planned in records.run["cells"]:
        system = System(*(planned[key] for key in System._fields))
        finished = records.finished.get(planned["cell"])
        if system in judged and finished is not None and finished.status is Status.OK:
            by_subject = records.run["cohorts"][system.cohort].get("evaluation") == "subject"
            outcome = _outcome(finished, answers.get(planned["cell"], []), by_subject=by_subject)
            outcomes.setdefault(system, {})[planned["repetition"]] = outcome
    return outcomes


def _outcome(finished: Finished, answers: list[Predictions], *, by_subject: bool) -> Outcome:
    part = finished.part
    if part is None or not answers:
        raise RecordsError(f"cell {finished.cell} succeeded without a test part: run it again")
    n_labelled = np.array([entry.n_labelled for entry in finished.rounds], dtype=float)
    return Outcome(
        # A candidate is called by its subject and its samples.
        subjects=tuple(u if by_subject else u.rpartition(":")[0] for u in part.units),
        labels=answers[0].labels,
        proba=np.stack([entry.proba for entry in answers]),
        shares=n_labelled / part.n_candidates,
    )


def _manifest(records: Records, cells: pd.DataFrame) -> dict[str, Any]:  # plain data
    chosen = {key: records.run[key] for key in MANIFEST_KEYS}
    seconds = sum(cell.seconds for cell in records.finished.values())
    return chosen | {
        "published": records.run.get("published", {}),
        "traps": records.run.get("traps", []),  # runs from before there were traps have none
        "schema": SCHEMA_VERSION,
        "seconds": round(seconds, 1),
        "finished": bool((cells["status"] == "ok").all()),
        "conflicts": list(records.conflicts),
    }
