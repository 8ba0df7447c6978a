"""A checkpoint comes back whole, or the cell starts anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from albench.execute import checkpoint
from albench.execute.checkpoint import Checkpoint
from albench.records.schema import Part, Round

if TYPE_CHECKING:
    from pathlib import Path

PART = Part(
    units=["P1"],
    labels=[0],
    n_candidates=4,
    n_subjects=2,
    n_test_candidates=1,
    n_test_subjects=1,
    split_hash="s",
    first_labels_hash="f",
    weights_hash="w",
    batches_hash="b",
    marks={"failed": 2},
)
ROUND = Round(
    round=0,
    picked=[1, 2],
    n_labelled=2,
    n_labelled_subjects=1,
    proba="2:",
    query_seconds=0.0,
    train_seconds=0.1,
    evaluate_seconds=0.1,
    marks={"failed": 1},
)


def kept() -> Checkpoint:
    # Copies, since one test takes a field away.
    return Checkpoint(replace(PART), (replace(ROUND),), (1, 2), b"weights")


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "deep" / "cell.pickle", kept())
    assert checkpoint.load(tmp_path / "deep" / "cell.pickle") == kept()


@pytest.mark.parametrize("what", ["part", "round"])
def test_a_checkpoint_of_an_albench_that_kept_less_is_left_alone(what: str, tmp_path: Path) -> None:
    old = kept()
    del vars(old.part if what == "part" else old.rounds[0])["marks"]
    checkpoint.save(tmp_path / "cell.pickle", old)
    assert checkpoint.load(tmp_path / "cell.pickle") is None


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x04"])
def test_a_damaged_checkpoint_is_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "cell.pickle").write_bytes(content)
    assert checkpoint.load(tmp_path / "cell.pickle") is None
    assert checkpoint.load(tmp_path / "missing.pickle") is None
