"""The report's files: complete, the same for the same tables, and without a trace of older ones."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

from albench.reporting import build, writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.usefixtures("rendered")
def test_the_same_tables_give_the_same_files_byte_for_byte(
    make_toy: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The section of a second metric, and its figures, are made as those of the first one.
    kept = [part for part in build.SECTIONS if not getattr(part, "keywords", {}).get("number")]
    monkeypatch.setattr(build, "SECTIONS", kept)
    toy = make_toy()
    toy.keep(cohort="digits")
    first = contents(writing.write(toy.write()).parent)
    toy.folder = tmp_path / "elsewhere"
    toy.cells = toy.cells.sample(frac=1, random_state=1)
    toy.scores = toy.scores.sample(frac=1, random_state=2)
    second = contents(writing.write(toy.write()).parent)
    assert [name for name in first if first[name] != second[name]] == []
    assert first.keys() == second.keys()


def test_there_is_a_file_of_every_kind(written: Path) -> None:
    names = contents(written)
    assert {"index.html", "report.md"} <= names.keys()
    figures = {name for name in names if name.startswith("figures")}
    assert {name.rpartition(".")[2] for name in figures} == {"svg"}
    assert "tables/area-accuracy.csv" in names
    assert "tables/area-accuracy.tex" in names


def test_tables_of_an_older_report_are_taken_away(make_toy: Callable[..., Any]) -> None:
    toy = make_toy(n_repetitions=1)
    toy.end("error", "nothing works")
    folder = toy.write()
    old = folder / "report" / "tables" / "old.csv"
    old.parent.mkdir(parents=True)
    old.touch()
    writing.write(folder)
    assert not old.exists()


def test_every_table_is_rectangular(written: Path) -> None:
    for path in written.glob("tables/*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert len({len(row) for row in csv.reader(file)}) == 1, path.name
