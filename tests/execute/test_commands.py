"""The commands on real results: run, resume, report, status, explain, merge, audit."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from albench.cli import main
from albench.errors import InputError
from albench.explain import results_with

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    WriteSpec = Callable[..., Path]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the results of the one run are kept that `finished` copies."""
    return tmp_path_factory.mktemp("kept") / "toy"


@pytest.fixture
def finished(
    kept: Path,
    write_spec: WriteSpec,
    tmp_path: Path,
    short_reports: None,
    capfd: pytest.CaptureFixture[str],
) -> Path:
    """Return a finished results folder, which the test may change."""
    if not kept.exists():
        assert main(["run", str(write_spec("margin")), "--output", str(kept)]) == 0
        capfd.readouterr()
    return shutil.copytree(kept, tmp_path / "results" / "toy")


def test_a_run_ends_with_a_report_and_runs_nothing_the_second_time(
    finished: Path, write_spec: WriteSpec, capfd: pytest.CaptureFixture[str]
) -> None:
    before = (finished / "scores.csv").read_bytes()
    assert main(["run", str(write_spec("margin")), "--output", str(finished)]) == 0
    out = capfd.readouterr().out
    assert "0 cells done, 3 reused, 0 failed" in out
    assert str(finished / "report" / "index.html") in out
    assert (finished / "scores.csv").read_bytes() == before


def test_a_failed_cell_makes_the_exit_status_one_and_is_told_everywhere(
    write_spec: WriteSpec, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results"
    assert main(["run", str(write_spec("raises")), "--output", str(results)]) == 1
    assert ": digits · profile · m · b · raises" in capfd.readouterr().out
    assert main(["status", str(results)]) == 1
    assert "1 error, 2 ok" in capfd.readouterr().out
    assert "raised KeyError" in (results / "report" / "index.html").read_text()


def test_a_reason_that_is_no_text_costs_its_own_row_alone(
    write_spec: WriteSpec, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spec, results = str(write_spec("mumbles", "margin")), tmp_path / "results"
    assert main(["run", spec, "--output", str(results)]) == 1
    assert main(["report", str(results)]) == 0
    assert main(["status", str(results)]) == 1
    output = capfd.readouterr()
    assert "1 error, 3 ok" in output.out
    rows = (results / "cells.csv").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in rows if ",mumbles," in row]
    assert main(["explain", row[:16], "--results", str(results), "--spec", spec]) == 0
    page = (results / "report" / "index.html").read_text(encoding="utf-8")
    for shown in (row, page, output.out + output.err, capfd.readouterr().out):
        assert r"lost \udcff \x1b[2J \x00xxx" in shown
        assert not {"\x1b", "\0"} & set(shown)
    assert len(row) < 5000


def test_nothing_is_written_for_bad_input(
    write_spec: WriteSpec, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spec = write_spec("margin")
    spec.write_text(spec.read_text().replace("test = 0.9", "test = 1796"))
    assert main(["run", str(spec), "--output", str(tmp_path / "out")]) == 2
    assert "at least one must be left on each side" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_results_are_not_mixed_with_other_files(
    write_spec: WriteSpec, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("precious")
    assert main(["run", str(write_spec("margin")), "--output", str(tmp_path / "mine")]) == 2
    assert "choose another folder with --output" in capfd.readouterr().err


def test_the_report_is_drawn_again_without_the_journal(finished: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    for path in (*finished.glob("*.csv"), finished / "manifest.json"):
        shutil.copy(path, clone / path.name)
    assert main(["report", str(clone)]) == 0
    for name in ("report.md", "index.html"):
        assert (clone / "report" / name).read_bytes() == (finished / "report" / name).read_bytes()


def test_status_is_given_to_programs(finished: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(finished), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["counts"] == {"ok": 3}


def test_explain_says_what_became_of_a_cell_and_what_made_it_stale(
    finished: Path, write_spec: WriteSpec, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = (finished / "cells.csv").read_text().splitlines()
    cell = next(row.split(",")[0] for row in rows if ",margin," in row)
    spec = write_spec("margin")
    arguments = ["explain", cell[:8], "--results", str(finished), "--spec", str(spec)]
    assert main(arguments) == 0
    assert "ok after" in (printed := capfd.readouterr().out)
    assert "still plans this cell" in printed
    spec.write_text(spec.read_text().replace("query = 10", "query = 15"))
    assert main(arguments) == 0
    assert "budget.query: 10 -> 15" in capfd.readouterr().out


@pytest.mark.parametrize("prefix", ["c", "ce", "cell"])
def test_a_cell_is_not_taken_for_the_heading_of_a_table(prefix: str, tmp_path: Path) -> None:
    for name, cell in (("another", "ab"), ("mine", "ce11")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cells.csv").write_text(f"cell,cohort\n{cell},digits\n")
    if prefix == "cell":
        with pytest.raises(InputError, match="has a cell that begins with 'cell'"):
            results_with(prefix, [tmp_path])
    else:
        assert results_with(prefix, [tmp_path]) == tmp_path / "mine"


def test_merging_joins_cells_and_loses_none(
    finished: Path, write_spec: WriteSpec, tmp_path: Path
) -> None:
    other, both = tmp_path / "entropy", tmp_path / "both"
    assert main(["run", str(write_spec("entropy")), "--output", str(other)]) == 0
    assert main(["merge", str(finished), str(other), "-o", str(both)]) == 0
    cells = (both / "cells.csv").read_text()
    assert ",margin," in cells
    assert ",entropy," in cells
    assert main(["merge", str(tmp_path / "nothing"), "-o", str(both)]) == 2


def test_an_audit_finds_equal_cells_equal_and_a_forged_one_different(
    finished: Path, write_spec: WriteSpec, capfd: pytest.CaptureFixture[str]
) -> None:
    spec = str(write_spec("margin"))
    assert main(["audit", str(finished), "--spec", spec, "--share", "1.0"]) == 0
    assert "3 cells equal" in capfd.readouterr().out
    _forge(next((finished / "journal").iterdir()))
    assert main(["audit", str(finished), "--spec", spec, "--share", "1.0"]) == 1
    assert "other candidates were picked in round 1" in capfd.readouterr().out


@pytest.mark.parametrize(("prefix", "status"), [("0", 1), ("9", 0)])
def test_an_audit_compares_the_first_of_two_results_of_one_source(
    prefix: str, status: int, finished: Path, write_spec: WriteSpec
) -> None:
    """A forged result that was merged before the true one, or after it, by the file's name."""
    (true,) = (finished / "journal").iterdir()
    forged = true.with_name(f"{prefix}{true.name}")
    shutil.copy(true, forged)
    _forge(forged)
    spec = str(write_spec("margin"))
    assert main(["audit", str(finished), "--spec", spec, "--share", "1.0"]) == status


def _forge(journal: Path) -> None:
    """Change the first pick of a strategy's round 1, checksum and all."""
    import zlib

    lines = []
    for line in journal.read_text().splitlines():
        content = json.loads(line.partition(" ")[2])
        if content["event"] == "cell" and len(content["data"]["rounds"]) > 1:
            content["data"]["rounds"][1]["picked"][0] += 1
        body = json.dumps(content, sort_keys=True)
        lines.append(f"{zlib.crc32(body.encode()):08x} {body}\n")
    journal.write_text("".join(lines))
