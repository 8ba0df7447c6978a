"""What was derived from a journal counts only while the journal is the same, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from run_of_three import CELLS, flip, success

from albench import library
from albench.overview import status_overview
from albench.publish.read import read
from albench.records import remembered
from albench.records.journal import Journal
from albench.records.results_folder import read_results

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FRAMES = ("cells", "rounds", "scores", "selections", "predictions")


@pytest.fixture(autouse=True)
def _every_journal_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "SMALL_BYTES", 0)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders whose journals were read."""
    folders: list[Path] = []

    def counted(read: Callable[[Path], Any]) -> Callable[[Path], Any]:
        def noting(results: Path) -> Any:
            folders.append(results)
            return read(results)

        return noting

    monkeypatch.setattr("albench.records.state.read_results", counted(read_results))
    monkeypatch.setattr("albench.publish.scored.read", counted(read))
    return folders


def files(run: Path) -> list[Path]:
    return sorted(path for path in (run / remembered.FOLDER).rglob("*") if path.is_file())


def test_a_journal_that_is_the_same_is_read_once(run: Path, reads: list[Path]) -> None:
    first, loaded = status_overview(run), library.load(run)
    assert reads == [run, run]
    assert status_overview(run) == first
    again = library.load(run)
    assert reads == [run, run]
    assert again.manifest == loaded.manifest
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(loaded, name))


def test_a_small_journal_leaves_nothing(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "SMALL_BYTES", 2**22)
    status_overview(run)
    library.load(run)
    assert not files(run)


def test_one_flipped_bit_of_the_journal_is_noticed(run: Path) -> None:
    status_overview(run)
    library.load(run)
    flip(run, 3, 300)
    assert status_overview(run).counts == {"ok": 2, "missing": 1}
    assert sorted(library.load(run).scores["cell"]) == [CELLS[0], CELLS[2]]


def test_a_journal_that_grew_is_read_again_and_what_was_known_before_is_gone(run: Path) -> None:
    status_overview(run)
    known = files(run)
    with Journal(run / "journal") as journal:
        journal.append("cell", success(CELLS[0]).to_json())
    status_overview(run)
    assert len(files(run)) == len(known)
    assert not set(known) & set(files(run))


@pytest.mark.parametrize("at", [0, 100, -10])
def test_what_is_remembered_and_damaged_is_derived_again(
    run: Path, reads: list[Path], at: int
) -> None:
    whole = status_overview(run), library.load(run)
    for path in files(run):
        content = bytearray(path.read_bytes())
        content[at] ^= 1
        path.write_bytes(content)
    assert status_overview(run) == whole[0]
    pd.testing.assert_frame_equal(library.load(run).scores, whole[1].scores)
    assert reads == [run] * 4
    assert status_overview(run) == whole[0]
    assert reads == [run] * 4, "what was damaged has been replaced"


def test_a_folder_that_cannot_be_written_to_changes_nothing(run: Path) -> None:
    (run / "work").write_text("in the way")
    assert status_overview(run).counts == {"ok": 3}
    assert len(library.load(run).cells) == 3
