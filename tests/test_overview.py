"""Plans, results and data are summarised in a few lines, and as plain data."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench import overview
from albench.errors import RecordsError
from albench.overview import data_text, plan_overview, status_overview
from albench.planning import Plan, Skipped, resolve
from albench.planning.chosen_cells import skips_of
from albench.records.journal import Journal
from albench.records.run_record import CohortRecord, ModalityRecord
from albench.records.schema import CellStatus, Finished, Round, pack
from albench.session import OpenedSpecification
from albench.spec.slices import Slice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.records.run_record import PlannedRun
    from albench.registry import Registry
    from albench.spec import Specification

    Write = Callable[..., Path]

PROBA = pack(np.ones((1, 2), dtype=np.float32))
REST: dict[str, Any] = {
    "marks": {},
    "query_seconds": 0.0,
    "train_seconds": 0.0,
    "evaluate_seconds": 0.0,
}
BADGE = ('["esd"]', '["esd", "badge"]')


@pytest.fixture
def opened(
    parse: Callable[..., Specification], toys: Registry, planned: Callable[..., Plan]
) -> OpenedSpecification:
    """Twelve cells in two blocks, and two combinations that cannot work."""
    return OpenedSpecification(resolve(parse(BADGE), toys), {}, {}, planned(BADGE))


@pytest.fixture
def write(
    tmp_path: Path, opened: OpenedSpecification, planned_run: Callable[..., PlannedRun]
) -> Write:
    """Journal the plan and the outcomes of some of its cells."""

    def write(*statuses: CellStatus, seconds: float = 10.0) -> Path:
        planned = [
            {
                "cell": cell.id,
                "cohort": cell.cohort,
                "modalities": "+".join(cell.modalities),
                "model": cell.model.label,
                "budget": cell.budget_label,
                "strategy": cell.strategy_label,
                "strategy_plugin": "",
                "repetition": cell.repetition,
                "identity": cell.identity(),
            }
            for cell in opened.plan.cells
        ]
        with Journal(tmp_path / "journal") as journal:
            journal.append("run", planned_run(planned).to_json())
            for cell, status in zip(opened.plan.cells, statuses, strict=False):
                reason = "" if status is CellStatus.OK else "it failed"
                end = Finished(cell=cell.id, status=status, reason=reason, seconds=seconds)
                journal.append("cell", end.to_json())
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("part", "n_skipped"),
    [
        (Slice(), 2),
        (Slice(repetitions=frozenset([0])), 2),
        (Slice(included={"modalities": ["a"]}), 1),
        (Slice(excluded={"modalities": ["a*b"]}), 1),
        (Slice(included={"strategy": ["esd"]}), 0),
    ],
)
def test_a_slice_tells_what_is_skipped_of_it_alone(
    part: Slice, n_skipped: int, opened: OpenedSpecification, tmp_path: Path
) -> None:
    overview = plan_overview(replace(opened, part=part), tmp_path, 2)
    assert len(overview.skipped) == n_skipped


def test_a_plan_without_lockstep_says_what_its_times_rest_on(
    opened: OpenedSpecification, tmp_path: Path
) -> None:
    text = plan_overview(opened, tmp_path, 2, lockstep=False).as_text()
    assert "one by one: every cell; times that rest on cells that learnt in lockstep" in text


def test_a_cohort_that_is_absent_is_skipped_where_it_is_chosen() -> None:
    absent = Skipped("cohort far", "no loader", (("cohort", "far"),))
    assert skips_of(Slice(included={"cohort": ["f*"], "model": ["small"]}), [absent]) == (absent,)
    assert skips_of(Slice(included={"cohort": ["near"]}), [absent]) == ()


def test_the_spread_is_known_from_what_a_run_starts_from(
    opened: OpenedSpecification, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published, run = tmp_path / "published", tmp_path / "run"
    published.mkdir()
    for name in ("cells.csv", "manifest.json"):
        (published / name).touch()
    monkeypatch.setattr(overview, "foresight", lambda *given: (str(given[3]),))
    assert overview._power(opened, run) == (str(run),)
    assert overview._power(replace(opened, base=published), run) == (str(published),)


def test_a_plan_is_told_by_block_with_what_is_skipped(
    opened: OpenedSpecification, tmp_path: Path
) -> None:
    text = plan_overview(opened, tmp_path, 2).as_text()
    assert re.sub(r"about (\d:\d\d, )?\d+\.\d MB", "about SO MUCH", text).splitlines() == [
        "toy: 12 cells, 12 to run",
        "  clinic · a · small · tenth: 6 cells, 6 to run: about SO MUCH, 500 MiB a process",
        "  clinic · a+b · small · tenth: 6 cells, 6 to run: about SO MUCH, 500 MiB a process",
        *(
            f"skipped: clinic · {modalities} · small · tenth · badge: strategy badge needs "
            "embeddings, which model linear does not provide"
            for modalities in ("a", "a+b")
        ),
        "can find nothing: 2 comparisons with random with 2 repetitions, and under 6 no verdict is "
        "given",
        "found in 80 %, in standard deviations, by repetitions: 1.34 with 8, 0.84 with 16",
        "the same in accuracy: not known before there are results",
        "estimated time: about 2:43 (a guess by training updates, which may be ten times off until "
        "cells have run)",
        "estimated disk: about SO MUCH (by rounds and test units)",
        "estimated memory: up to 500 MiB a process (a guess for 2 blocks, of which no cell has run "
        "yet)",
    ]


def test_a_plan_that_is_partly_done_has_an_estimate(
    opened: OpenedSpecification, write: Write
) -> None:
    results = write(CellStatus.OK, CellStatus.OK, CellStatus.ERROR, seconds=60.0)
    overview = plan_overview(opened, results, 2)
    assert overview.blocks[0][1:] == (6, 4)
    assert "estimated time: about 5:00 (" in overview.as_text()  # 10 minutes, two at once


def test_a_plan_is_told_as_plain_data(opened: OpenedSpecification, tmp_path: Path) -> None:
    plain = plan_overview(opened, tmp_path, 2).as_json()
    assert json.loads(json.dumps(plain)) == plain
    assert (plain["name"], plain["cells"], plain["to_run"], len(plain["skipped"])) == (
        "toy",
        12,
        12,
        2,
    )


def test_results_are_told_by_status_with_every_failure(write: Write) -> None:
    overview = status_overview(write(CellStatus.OK, CellStatus.TIMEOUT))
    assert overview.as_text().splitlines() == [
        "toy: 10 missing, 1 ok, 1 timeout",
        "timeout: clinic · a · small · tenth · random · repetition 0: it failed",
    ]
    assert not overview.is_complete


def test_results_are_complete_when_every_cell_succeeded(write: Write) -> None:
    assert status_overview(write(*[CellStatus.OK] * 12)).is_complete


def test_results_that_lack_a_cell_are_not_complete(write: Write) -> None:
    assert not status_overview(write(*[CellStatus.OK] * 11)).is_complete


def test_results_are_told_as_plain_data(write: Write) -> None:
    plain = status_overview(write(CellStatus.OOM)).as_json()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["counts"] == {"oom": 1, "missing": 11}
    assert plain["failures"][0]["status"] == "oom"


def test_conflicts_and_torn_lines_are_told(write: Write, opened: OpenedSpecification) -> None:
    results = write(*[CellStatus.OK] * 12)
    cell = opened.plan.cells[0].id
    turn = Round(round=0, picked=[7], n_labelled=1, n_labelled_subjects=1, proba=PROBA, **REST)
    other = Finished(cell=cell, status=CellStatus.OK, rounds=[turn]).to_json()
    with Journal(results / "journal") as journal:
        journal.append("cell", other)
        journal.append("cell", other)
    journal.path.write_bytes(journal.path.read_bytes()[:-5])
    overview = status_overview(results)
    assert overview.conflicts == (cell,)
    assert not overview.is_complete
    assert f"conflict: cell {cell} has two different results" in overview.as_text()
    assert "its last line was cut off" in overview.as_text()


def test_a_folder_without_a_run_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match=r"nowhere: there is no such folder"):
        status_overview(tmp_path / "nowhere")


def test_data_are_told_by_cohort() -> None:
    cohort = CohortRecord(
        simulated=True,
        subjects=168,
        test_subjects=34,
        classes={"F0": 41, "F1": 127},
        class_order=("F0", "F1"),
        class_candidates={},
        class_samples={},
        ordered=True,
        evaluation="subject",
        label_noise=0.0,
        modalities={"LSTE": ModalityRecord(samples=778, shape=(3, 224, 224))},
        candidates={"LSTE": 778},
        note="A note.",
    )
    assert data_text({"liver": cohort}).splitlines() == [
        "liver (simulated): 168 subjects, 34 of them for test",
        "  classes: F0: 41, F1: 127",
        "  LSTE: 778 samples of shape 3x224x224",
        "  candidates of LSTE: 778",
        "  A note.",
    ]
