"""What differs between two results of one benchmark."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from albench.cli import main
from albench.diff import diff

COMMITTED = Path(__file__).parents[1] / "results" / "quickstart"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of published results, of one cohort alone; not to be changed."""
    folder: Path = tmp_path_factory.mktemp("small") / "quickstart"
    folder.mkdir()
    cells = pd.read_csv(COMMITTED / "cells.csv", dtype=str, keep_default_na=False)
    mine = cells.loc[cells["cohort"] == "digits", "cell"]
    for path in COMMITTED.glob("*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        own = table[table["cell"].isin(mine)] if "cell" in table else table.iloc[:0]
        own.to_csv(folder / path.name, index=False)
    shutil.copy(COMMITTED / "manifest.json", folder)
    return folder


@pytest.fixture
def other(small: Path, tmp_path: Path) -> Path:
    """Return a copy of these results, to be changed."""
    return Path(shutil.copytree(small, tmp_path / "other"))


def test_results_do_not_differ_from_themselves(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(small, small).is_none
    assert main(["diff", str(small), str(small)]) == 0
    assert "same picks and scores: 320;" in capsys.readouterr().out


@pytest.mark.parametrize(("by", "n_close", "n_different"), [(5e-5, 1, 0), (5e-3, 0, 1)])
def test_last_digits_are_told_from_other_results(
    small: Path, other: Path, by: float, n_close: int, n_different: int
) -> None:
    scores = pd.read_csv(other / "scores.csv")
    scores["auc"] = scores["auc"] + by * (scores.index == 3)
    scores.to_csv(other / "scores.csv", index=False)
    difference = diff(small, other)
    assert (difference.n_close, len(difference.different)) == (n_close, n_different)
    assert difference.n_equal == 319


def test_other_picks_are_different_though_the_scores_are_equal(small: Path, other: Path) -> None:
    cells = pd.read_csv(other / "cells.csv", dtype=str, keep_default_na=False)
    cells.loc[0, "picks_hash"] = "0123"
    cells.to_csv(other / "cells.csv", index=False)
    assert len(diff(small, other).different) == 1


def test_versions_cells_and_statuses_are_named(
    small: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = other / "manifest.json"
    text = manifest.read_text()
    (line,) = (line for line in text.splitlines() if '"torch"' in line)
    manifest.write_text(text.replace(line, '   "torch": "9.9",'))
    cells = pd.read_csv(other / "cells.csv", dtype=str, keep_default_na=False)
    cells.loc[0, "status"] = "error"
    cells.drop(index=5).to_csv(other / "cells.csv", index=False)
    difference = diff(small, other)
    assert [(name, new) for name, _, new in difference.versions] == [("torch", "9.9")]
    assert len(difference.only_a) == 1
    assert [pair[1:] for pair in difference.statuses] == [("ok", "error")]
    assert main(["diff", str(small), str(other)]) == 1
    out = capsys.readouterr().out
    assert "-> 9.9" in out
    assert "only in OLD: " in out
    assert ": ok -> error" in out


def test_strategies_that_moved_are_named_with_their_ranks_and_gains(
    small: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = pd.read_csv(other / "cells.csv", dtype=str, keep_default_na=False)
    scores = pd.read_csv(other / "scores.csv")
    esd = scores["cell"].isin(cells.loc[cells["strategy"] == "esd", "cell"])
    scores.loc[esd, "accuracy"] += 0.1
    scores.to_csv(other / "scores.csv", index=False)
    (move,) = diff(small, other).moves
    assert (move.strategy, move.rank_b) == ("esd", 1)
    assert move.rank_a > 1
    assert move.gain_b - move.gain_a == pytest.approx(0.1)
    assert main(["diff", str(small), str(other)]) == 1
    assert f"esd: rank {move.rank_a} -> 1, mean accuracy minus random's " in capsys.readouterr().out
    assert main(["diff", str(small), str(other), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["moves"][0]["strategy"] == "esd"


def test_new_strategies_and_those_that_are_gone_are_named(
    small: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = pd.read_csv(other / "cells.csv", dtype=str, keep_default_na=False)
    cells["strategy"] = cells["strategy"].replace("esd", "esd-2")
    cells.to_csv(other / "cells.csv", index=False)
    difference = diff(small, other)
    assert (difference.gone, difference.new) == (("esd",), ("esd-2",))
    assert difference.moves == ()
    assert main(["diff", str(small), str(other)]) == 1
    out = capsys.readouterr().out
    assert "new strategy: esd-2" in out
    assert "strategy that is gone: esd\n" in out


def test_a_round_that_only_one_has_is_a_difference(small: Path, other: Path) -> None:
    scores = pd.read_csv(other / "scores.csv")
    scores.drop(index=3).to_csv(other / "scores.csv", index=False)
    assert len(diff(small, other).different) == 1


def test_results_of_another_benchmark_are_refused(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", str(small), str(COMMITTED.parent / "traps")]) == 2
    assert "no cell in common" in capsys.readouterr().err


def test_a_folder_without_results_is_refused(small: Path, tmp_path: Path) -> None:
    assert main(["diff", str(small), str(tmp_path)]) == 2
