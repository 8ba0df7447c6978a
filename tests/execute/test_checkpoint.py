"""A checkpoint is read back completely, or the cell starts again."""

from __future__ import annotations

import errno
import os
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albench.errors import AlbenchError
from albench.execute import checkpoint
from albench.execute.checkpoint import Checkpoint
from albench.execute.frames import Message, from_frame, to_frame
from albench.records.schema import MeasuredPart, Round

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PART = MeasuredPart(
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
    return Checkpoint(PART, (ROUND,), (1, 2), b"weights")


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "deep" / "cell.checkpoint", kept())
    assert checkpoint.load(tmp_path / "deep" / "cell.checkpoint") == kept()


def rewritten(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a checkpoint says, checksum and all."""
    message = from_frame(path.read_bytes())
    plain = dict(message.plain)
    change(plain)
    path.write_bytes(to_frame(Message(message.kind, plain, message.arrays)))


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a part that kept less": lambda plain: plain["part"].pop("marks"),
    "a round that kept less": lambda plain: plain["rounds"][0].pop("marks"),
    "no part": lambda plain: plain.pop("part"),
    "rounds that are none": lambda plain: plain.update(rounds={"0": 1}),
    "a round of another number": lambda plain: plain["rounds"][0].update(round=1),
    "no rounds": lambda plain: plain.update(rounds=[]),
    "candidates that are not numbers": lambda plain: plain.update(labelled=["1", "2"]),
    "others than were bought": lambda plain: plain.update(labelled=[2, 1]),
    "candidates that no array holds": lambda plain: (
        plain["rounds"][0].update(picked=[1, 2**70]),
        plain.update(labelled=[1, 2**70]),
    ),
    "a count that no array holds": lambda plain: plain["part"].update(marks={"failed": 2**70}),
    "a label that is not a number": lambda plain: plain["part"].update(labels=[True]),
    "a time that is not a number": lambda plain: plain["rounds"][0].update(train_seconds="1"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_checkpoint_that_says_what_none_says_is_left_alone(what: str, tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "cell", kept())
    rewritten(tmp_path / "cell", CHANGES[what])
    assert checkpoint.load(tmp_path / "cell") is None


@pytest.mark.parametrize("content", [b"", b"no frame", b"\x80\x04", b"albench1", b"albench1" * 9])
def test_a_damaged_checkpoint_is_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "cell").write_bytes(content)
    assert checkpoint.load(tmp_path / "cell") is None
    assert checkpoint.load(tmp_path / "missing") is None
    assert checkpoint.load(tmp_path) is None  # a folder in its place


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_random_damage_is_taken_for_a_checkpoint_or_raises(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged"
    checkpoint.save(path, kept())
    content = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start, min(len(content), start + 64)))
    new = data.draw(st.binary(max_size=64))
    damaged = bytes(content[:start]) + new + bytes(content[end:])
    path.write_bytes(damaged)
    assert checkpoint.load(path) == (kept() if damaged == content else None)


class Runs:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)


def test_a_pickle_in_a_checkpoint_s_place_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "cell").write_bytes(pickle.dumps(Runs(f"touch {tmp_path / 'ran'}")))
    assert checkpoint.load(tmp_path / "cell") is None
    assert not (tmp_path / "ran").exists()


def test_a_folder_in_its_place_gives_way(tmp_path: Path) -> None:
    path = tmp_path / "cell.checkpoint"
    (path / "full").mkdir(parents=True)
    checkpoint.save(path, kept())
    assert checkpoint.load(path) == kept()


def test_what_cannot_give_way_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AlbenchError, match="its checkpoint cannot be written"):
        checkpoint.save(tmp_path / "file" / "cell.checkpoint", kept())


def test_a_full_disk_is_no_fault_of_a_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(tmp_path), "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        checkpoint.save(tmp_path / "cell.checkpoint", kept())


def test_what_is_removed_may_be_missing_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "full").mkdir(parents=True)
    for name in ("a", "b"):
        checkpoint.remove(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
