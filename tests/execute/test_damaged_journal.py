"""One flipped bit in the journal of a real run costs its own cell, which the next run makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.cli import main
from albench.execute.reuse import successes
from albench.publish.read import read
from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("short_reports")


@pytest.fixture
def spec(write_spec: Callable[..., Path]) -> str:
    return str(write_spec("first", model='plugin = "logistic"'))


@pytest.fixture
def run(spec: str, tmp_path: Path) -> Path:
    """A run of three cells."""
    folder = tmp_path / "run"
    assert main(["run", spec, "--output", str(folder)]) == 0
    return folder


def flip(run: Path, event: bytes, at: int) -> None:
    """Flip a bit of the first line of a kind, so far from its beginning."""
    (file,) = (run / "journal").glob("*.jsonl")
    content = bytearray(file.read_bytes())
    lines = bytes(content).splitlines(keepends=True)
    number = next(i for i, line in enumerate(lines) if b'"event": "%s"' % event in line[-60:])
    content[sum(map(len, lines[:number])) + at] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(2, id="checksum", marks=pytest.mark.sweep),
        pytest.param(30, id="identity"),
        pytest.param(300, id="content", marks=pytest.mark.sweep),
    ],
)
def test_an_audit_and_a_run_tell_the_lost_cell_and_go_on(
    spec: str, run: Path, capsys: pytest.CaptureFixture[str], at: int
) -> None:
    before = dict(read(run).finished)
    flip(run, b"cell", at)
    (lost,) = before.keys() - successes(run).keys()
    capsys.readouterr()

    assert main(["audit", str(run), "--share", "1"]) == 0
    printed = capsys.readouterr()
    assert f"the result of cell {lost}" in printed.out + printed.err
    assert "2 cells equal" in printed.out

    assert main(["run", spec, "--output", str(run)]) == 0
    printed = capsys.readouterr()
    assert f"the result of cell {lost}" in printed.out + printed.err
    assert "1 cell to run, 2 reused" in printed.out
    assert "1 cell done, 2 reused, 0 failed" in printed.out
    after = read(run).finished
    assert {c: essence(end) for c, end in after.items()} == {
        c: essence(end) for c, end in before.items()
    }
    assert all(after[cell] == before[cell] for cell in before if cell != lost)

    assert main(["status", str(run)]) == 0
    assert "which has another result that counts" in capsys.readouterr().out
    assert main(["audit", str(run), "--share", "1"]) == 0
    assert "3 cells equal" in capsys.readouterr().out


@pytest.mark.sweep
def test_a_lost_plan_is_told_by_an_audit_and_written_again_by_a_run(
    spec: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flip(run, b"run", 300)
    capsys.readouterr()
    assert main(["audit", str(run), "--share", "1"]) == 2
    assert "the record of a run is lost" in capsys.readouterr().err
    assert main(["run", spec, "--output", str(run)]) == 0
    printed = capsys.readouterr()
    assert "the record of a run is lost" in printed.out + printed.err
    assert "0 cells done, 3 reused, 0 failed" in printed.out
    assert main(["audit", str(run), "--share", "1"]) == 0
    assert "3 cells equal" in capsys.readouterr().out
