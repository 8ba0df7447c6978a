"""A damaged journal line costs the result that it held, and nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from run_of_three import CELLS, flip, success

from albench import explain
from albench.bundle.unpacking import unpack_bundle
from albench.cli import main
from albench.commands import FAILED
from albench.errors import InputError, RecordsError
from albench.execute.reuse import successes
from albench.merge import merge
from albench.overview import status_overview
from albench.publish import publish
from albench.publish.derive import derive
from albench.publish.read import read as read_records
from albench.records.journal import Journal, read

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.mark.parametrize("at", [0, 5, 12, 25, 40, 300, -5])
def test_a_flipped_bit_costs_its_own_cell_which_is_named(at: int, run: Path) -> None:
    flip(run, 3, at)
    assert successes(run).keys() == {CELLS[0], CELLS[2]}
    overview = status_overview(run)
    assert overview.counts == {"ok": 2, "missing": 1}
    (warning,) = overview.warnings
    assert "line 3" in warning
    assert f"the result of cell {CELLS[1]} (x" in warning


def test_no_flipped_bit_costs_more_than_one_result(run: Path) -> None:
    (file,) = (run / "journal").glob("*.jsonl")
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    ends = [place for place, byte in enumerate(whole) if byte == ord("\n")]
    for place in [*ends, *rng.integers(len(whole), size=200)]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        file.write_bytes(damaged)
        reading = read(run / "journal")
        assert len(reading.events) >= 4
        assert len(reading.warnings) == 5 - len(reading.events)


def test_a_line_that_a_bit_split_in_two_is_one_damaged_line(run: Path) -> None:
    (file,) = (run / "journal").glob("*.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"picked"', b'"pick\nd"')
    file.write_bytes(b"".join(lines))
    (warning,) = read(run / "journal").warnings
    assert CELLS[1] in warning


def test_a_lost_result_that_was_recorded_again_is_lost_no_more(run: Path) -> None:
    flip(run, 3, 300)
    with Journal(run / "journal") as journal:
        journal.append("cell", success(CELLS[1]).to_json())
    overview = status_overview(run)
    assert overview.is_complete
    assert "has another result that counts" in overview.warnings[0]


def test_a_lost_record_of_a_run_leaves_the_results(run: Path) -> None:
    flip(run, 1, 300)
    assert successes(run).keys() == set(CELLS)
    with pytest.raises(RecordsError, match="the record of a run is lost"):
        status_overview(run)


def test_explain_says_that_a_result_was_lost(run: Path) -> None:
    flip(run, 3, 300)
    assert "line 3: the line is damaged" in explain.explain(CELLS[1], run, (), None)


def test_tables_count_a_lost_result_as_missing_and_say_why(run: Path) -> None:
    flip(run, 3, 300)
    cells = derive(read_records(run)).cells.to_dict("records")
    (lost,) = [row for row in cells if row["cell"] == CELLS[1]]
    assert (lost["status"], lost["attempts"]) == ("missing", 0)
    assert "damaged" in lost["reason"]


def test_a_run_that_lost_a_result_is_not_published_as_whole(run: Path, tmp_path: Path) -> None:
    flip(run, 3, 300)
    with pytest.raises(InputError, match=f"1 cell has no result[^$]*{CELLS[1]}"):
        publish(run, tmp_path / "published")


def test_status_names_the_lost_result(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flip(run, 3, 300)
    assert main(["status", str(run)]) == FAILED
    assert CELLS[1] in capsys.readouterr().out


@pytest.mark.usefixtures("short_reports")
def test_a_report_names_the_lost_result_and_shows_the_others(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flip(run, 3, 300)
    assert main(["report", str(run)]) == 0
    printed = capsys.readouterr()
    assert CELLS[1] in printed.out + printed.err
    assert f"{CELLS[0]}," in (run / "cells.csv").read_text(encoding="utf-8")


@pytest.mark.usefixtures("short_reports")
def test_what_is_published_on_demand_names_the_lost_result(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flip(run, 3, 300)
    target = tmp_path / "published"
    assert main(["publish", str(run), "--to", str(target)]) == 2
    assert CELLS[1] in capsys.readouterr().err
    assert not target.exists()
    assert main(["publish", str(run), "--to", str(target), "--incomplete"]) == 0
    assert f"the result of cell {CELLS[1]}" in capsys.readouterr().out
    assert sorted(successes(target)) == [CELLS[0], CELLS[2]]
    assert main(["status", str(target)]) == FAILED
    assert "1 missing, 2 ok" in capsys.readouterr().out


def test_a_bundle_holds_the_other_results_and_names_the_lost_one(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flip(run, 3, 300)
    target = tmp_path / "lab.zip"
    assert main(["bundle", str(run), "-o", str(target)]) == 0
    printed = capsys.readouterr().out
    assert f"the result of cell {CELLS[1]}" in printed
    assert "2 cells" in printed
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        unpack_bundle(target, Path(folder))
        assert sorted(successes(Path(folder))) == [CELLS[0], CELLS[2]]


def test_a_run_without_its_record_is_neither_published_nor_bundled(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flip(run, 1, 300)
    for command in (["publish", "--to"], ["bundle", "-o"], ["merge", "-o"]):
        name, option = command
        assert main([name, str(run), option, str(tmp_path / "new")]) == 2
        assert "the record of a run is lost" in capsys.readouterr().err
        assert not (tmp_path / "new").exists()


def copy_of(run: Path, name: str, cells: Sequence[str]) -> Path:
    """Return another machine's run of the same plan, with the results of some cells."""
    other = run.parent / name
    with Journal(other / "journal") as journal:
        journal.append("run", read(run / "journal").runs[-1].to_json())
        journal.extend([("cell", success(cell).to_json()) for cell in cells])
    return other


@pytest.mark.usefixtures("short_reports")
def test_a_merge_names_a_lost_result_and_keeps_the_others(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = copy_of(run, "other", CELLS[2:])
    flip(run, 3, 300)
    assert main(["merge", str(run), str(other), "-o", str(tmp_path / "both")]) == 0
    assert f"the result of cell {CELLS[1]}" in capsys.readouterr().out
    assert sorted(successes(tmp_path / "both")) == [CELLS[0], CELLS[2]]
    assert main(["status", str(tmp_path / "both")]) == FAILED
    printed = capsys.readouterr().out
    assert "line 3: the line is damaged" in printed
    assert f"the result of cell {CELLS[1]}" in printed


def test_a_merge_replaces_a_lost_result_by_another_machines(run: Path, tmp_path: Path) -> None:
    other = copy_of(run, "other", CELLS[1:2])
    flip(run, 3, 300)
    assert merge([run, other], tmp_path / "both") == ()
    assert sorted(successes(tmp_path / "both")) == CELLS
    assert not read(tmp_path / "both" / "journal").lost


def test_a_merge_without_the_record_of_a_run_says_that_its_line_is_damaged(
    run: Path, tmp_path: Path
) -> None:
    flip(run, 1, 300)
    with pytest.raises(RecordsError, match="has no records of a run") as error:
        merge([run], tmp_path / "both")
    assert "the record of a run is lost" in str(error.value)
    assert not (tmp_path / "both").exists()
