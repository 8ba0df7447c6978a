"""The benchmarks that can be run by name are listed with question, cells and minutes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from albench import cli
from albench.shipped import BenchmarkOverview, benchmark_overviews


def test_every_benchmark_of_a_checkout_is_listed() -> None:
    names = sorted(path.stem for path in (Path(__file__).parents[1] / "benchmarks").glob("*.toml"))
    assert [overview.name for overview in benchmark_overviews()] == names


def test_published_results_say_how_large_a_benchmark_is() -> None:
    (quickstart,) = [each for each in benchmark_overviews() if each.name == "quickstart"]
    assert quickstart.cells == 1280
    assert quickstart.seconds is not None


@pytest.mark.parametrize(
    ("cells", "seconds", "said"),
    [
        (384, 605.0, "  384 cells, about 10 minutes with 2 at once"),
        (1, 20.0, "  1 cell, about 1 minute with 2 at once"),
        (None, None, "  cells and minutes unknown: no published results"),
    ],
)
def test_sizes_are_told_or_said_to_be_unknown(
    cells: int | None, seconds: float | None, said: str
) -> None:
    assert BenchmarkOverview("x", "Why?", cells, seconds, 2).as_text().splitlines()[-1] == said


def test_nothing_wraps_at_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["benchmarks"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_benchmarks_are_listed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["benchmarks", "--json"]) == 0
    assert "quickstart" in [each["name"] for each in json.loads(capsys.readouterr().out)]


def test_a_benchmark_that_cannot_be_read_is_listed_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "odd.toml").write_text("name = ")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["benchmarks"]) == 0
    assert "odd\n  benchmarks/odd.toml cannot be read: " in capsys.readouterr().out
