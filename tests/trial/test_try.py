"""`albench try`, from the command line to its answer."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from albench.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path_factory.getbasetemp())  # trials go on where the last has stopped


def tried(*arguments: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["try", *arguments, "--jobs", "1", "--json"]) == 0
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


def test_a_strategy_is_compared_with_random_and_rivals_and_has_a_place(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = tried("badge", "--against", str(published), "--rival", "first", capsys=capsys)
    assert [row["theirs"] for row in answer["comparisons"]] == ["random", "first"]
    assert all(row["low"] < row["difference"] < row["high"] for row in answer["comparisons"])
    assert answer["reproduction"] == {"n_cells": 2, "difference": ""}
    assert (answer["n_blocks"], answer["n_repetitions"]) == (2, 6)
    assert answer["place"]["n_strategies"] == 3
    assert answer["n_run"] == 2 * 6 + 2


def test_a_second_trial_of_the_same_strategy_runs_nothing(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("badge", "--against", str(published), "--rival", "first")
    tried(*arguments, capsys=capsys)
    assert main(["try", *arguments]) == 0
    printed = capsys.readouterr().out
    assert "On 2 blocks with 6 repetitions each; 0 cells ran" in printed
    assert "makes the published numbers again (2 cells of random run and equal)" in printed
    assert "of 3 by mean rank over the same blocks" in printed


@pytest.mark.sweep
def test_a_published_strategy_that_is_tried_ties_with_itself(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = tried("entropy", "--against", str(published), "--rival", "first", capsys=capsys)
    assert answer["comparisons"][1]["difference"] == 0
    assert answer["comparisons"][1]["verdict"] == "equal"


def test_a_slice_leaves_out_blocks_and_repetitions(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = ("--budget", "low", "--repetitions", "1-2")
    answer = tried("badge", "--against", str(published), *part, capsys=capsys)
    assert (answer["n_blocks"], answer["n_repetitions"]) == (1, 2)
    assert answer["comparisons"][0]["verdict"] == "too few repetitions"


def test_where_published_numbers_do_not_come_out_random_and_a_rival_run_too(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(published, other)
    lines = (other / "scores.csv").read_text().splitlines()
    place = lines[0].split(",").index("accuracy")
    changed = [line.split(",") for line in lines[1:]]
    for row in changed:
        row[place] = "0.123"
    (other / "scores.csv").write_text("\n".join([lines[0], *map(",".join, changed)]) + "\n")
    output = ("--output", str(tmp_path / "run"), "--repetitions", "0-1", "--budget", "low")
    answer = tried("badge", "--against", str(other), *output, capsys=capsys)
    assert "in place of 0.1230 in round 0 of digits" in answer["reproduction"]["difference"]
    assert [row["theirs"] for row in answer["comparisons"]] == ["random", "first"]
    assert answer["place"] is None
    assert answer["n_run"] == 3 * 2
    assert main(["try", "badge", "--against", str(other), *output]) == 0
    assert "So random and first ran here too." in capsys.readouterr().out


def test_an_option_of_the_strategy_is_heeded(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = ("--budget", "low", "--repetitions", "0", "--output", str(tmp_path / "run"))
    option = ("--option", "passes=3")
    answer = tried("bald", "--against", str(published), *option, *part, capsys=capsys)
    assert answer["strategy"] == "core.bald"
    manifest = (tmp_path / "run" / "journal").glob("*.jsonl")
    assert any('"passes": 3' in file.read_text() for file in manifest)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bagde",), "unknown strategy 'bagde'; did you mean 'badge'"),
        (("random",), "random: is what every strategy is compared with; try another"),
        (("badge", "--rival", "firsd"), "--rival firsd: is not among the strategies"),
        (("badge", "--rival", "firsd"), "did you mean 'first'?"),
        (("badge", "--budget", "lwo"), "--budget lwo: is not in the matrix; did you mean 'low'?"),
        (("badge", "--budget-seconds", "1e-6"), "--budget-seconds 1e-06: is too short"),
        (("badge", "--option", "sise=3"), "has no option 'sise'"),
    ],
)
def test_bad_input_is_told(
    published: Path,
    arguments: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["try", *arguments, "--against", str(published)]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


def test_results_that_are_not_there_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["try", "badge", "--against", "nowhere"]) == 2
    assert capsys.readouterr().err == "albench: --against nowhere: there is no such folder\n"


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "inf"])
def test_a_time_is_a_positive_number(
    published: Path, seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["try", "badge", "--against", str(published), f"--budget-seconds={seconds}"])
    assert ended.value.code == 2
    assert "expected a number of seconds above 0" in capsys.readouterr().err
