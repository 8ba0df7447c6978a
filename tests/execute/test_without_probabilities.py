"""Cells of published results that kept no probabilities are compared by picks and scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.analysis.finished_area import finished_area
from albench.audit import _compared
from albench.engines.late import FOLDER, keep_late, late_conflicts
from albench.errors import RecordsError
from albench.metrics.catalogue import scores
from albench.records.journal import Journal
from albench.records.schema import CellStatus, Finished, MeasuredPart, Round, pack
from albench.records.tables import agree

if TYPE_CHECKING:
    from pathlib import Path

LABELS = [0, 1, 1, 0]
PROBA = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]], dtype=np.float32)
PICKED = [3, 5]


@pytest.fixture
def fresh() -> Finished:
    """A cell as it is run."""
    hashes = ("split_hash", "first_labels_hash", "weights_hash", "batches_hash")
    sizes = ("n_candidates", "n_subjects", "n_test_candidates", "n_test_subjects")
    of_part: dict[str, Any] = {**dict.fromkeys(hashes, "0"), **dict.fromkeys(sizes, 4)}
    part = MeasuredPart(units=list("abcd"), labels=LABELS, marks={}, **of_part)
    of_round: dict[str, Any] = {
        **dict.fromkeys(("query_seconds", "train_seconds", "evaluate_seconds"), 0.1),
        **dict.fromkeys(("n_labelled", "n_labelled_subjects"), 2),
    }
    rounds = [Round(round=0, picked=PICKED, proba=pack(PROBA), marks={}, **of_round)]
    return Finished(cell="a" * 16, status=CellStatus.OK, seconds=1.0, part=part, rounds=rounds)


@pytest.fixture
def published(fresh: Finished) -> Finished:
    """The same cell as it is published without probabilities."""
    measured = scores(np.array(LABELS), PROBA, ordered=False)
    rounds = [replace(entry, proba="", scores=measured) for entry in fresh.rounds]
    return replace(fresh, rounds=rounds)


def test_an_audit_compares_scores(fresh: Finished, published: Finished) -> None:
    audit = _compared({fresh.cell: published}, {fresh.cell: fresh})
    assert audit.close == (fresh.cell,)
    other = replace(fresh, rounds=[replace(fresh.rounds[0], proba=pack(1 - PROBA))])
    audit = _compared({fresh.cell: published}, {fresh.cell: other})
    assert [cell for cell, _ in audit.different] == [fresh.cell]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "equals"),
        ({"picked": [3, 6]}, "DIFFERS from"),
        ({"proba": pack(1 - PROBA)}, "DIFFERS from"),
    ],
    ids=["the same", "other picks", "other answers"],
)
def test_a_late_second_result_is_compared_with_it(
    fresh: Finished, published: Finished, change: dict[str, Any], verdict: str, tmp_path: Path
) -> None:
    with Journal(tmp_path / "journal") as journal:
        journal.append("cell", published.to_json())
    second = replace(fresh, rounds=[replace(fresh.rounds[0], **change)])
    assert verdict in keep_late(tmp_path, second)
    assert (tmp_path / FOLDER).is_dir()
    assert late_conflicts(tmp_path) == ((fresh.cell,) if verdict != "equals" else ())


def test_answers_about_other_units_differ(fresh: Finished) -> None:
    few = [replace(fresh.rounds[0], proba=pack(PROBA[:3]), scores={"accuracy": 1.0})]
    assert not agree(replace(fresh, rounds=few), fresh)
    none = [replace(fresh.rounds[0], proba=pack(PROBA[:0]), scores={"accuracy": 1.0})]
    assert agree(replace(fresh, rounds=none), replace(fresh, rounds=none))
    assert fresh.part is not None
    published = replace(fresh, rounds=[replace(fresh.rounds[0], scores={"accuracy": 1.0})])
    assert agree(published, fresh)
    assert not agree(published, replace(fresh, part=replace(fresh.part, split_hash="1")))


def test_a_metric_that_it_lacks_is_refused_by_name(fresh: Finished, published: Finished) -> None:
    two = [replace(end, rounds=[end.rounds[0]] * 2) for end in (fresh, published)]
    areas = [finished_area(end, "accuracy", ["a", "b"]) for end in two]
    assert areas[0] == areas[1]
    assert 0 <= finished_area(two[0], "macro_f1", ["a", "b"]) <= 1
    with pytest.raises(RecordsError, match=r"without macro_f1 and without the probabilities"):
        finished_area(two[1], "macro_f1", ["a", "b"])
