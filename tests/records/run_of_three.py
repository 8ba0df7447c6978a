"""A run of three cells that all succeeded, written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.records.schema import CellStatus, Finished, MeasuredPart, Round, pack

if TYPE_CHECKING:
    from pathlib import Path

CELLS = [f"{number:016x}" for number in (0x3F, 0xA0, 0xB7)]
COLUMNS = ("cohort", "modalities", "model", "budget", "strategy", "strategy_plugin")


def success(name: str) -> Finished:
    """Return the end of a cell of one round."""
    hashes = dict.fromkeys(("split_hash", "first_labels_hash", "weights_hash", "batches_hash"), "h")
    sizes = ("n_candidates", "n_subjects", "n_test_candidates", "n_test_subjects")
    proba = pack(np.array([[0.75, 0.25], [0.25, 0.75]], dtype=np.float32))
    part: dict[str, Any] = hashes | dict.fromkeys(sizes, 4)
    times = dict.fromkeys(("query_seconds", "train_seconds", "evaluate_seconds"), 0.5)
    turn: dict[str, Any] = {"round": 0, "picked": [3, 1], "n_labelled": 2} | times
    return Finished(
        cell=name,
        status=CellStatus.OK,
        part=MeasuredPart(**part, units=["P1", "P2"], labels=[0, 1], marks={}),
        rounds=[Round(**turn, n_labelled_subjects=2, marks={}, proba=proba)],
    )


def flip(run: Path, number: int, at: int, bit: int = 1) -> None:
    """Flip a bit of a line of a run's journal."""
    (file,) = (run / "journal").glob("*.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    line = bytearray(lines[number - 1])
    line[at] ^= bit
    lines[number - 1] = bytes(line)
    file.write_bytes(b"".join(lines))
