"""If a plugin is edited, its cells run again, and no others."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from albench import registry, source_digest
from albench.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("short_reports")

STRATEGY = """
import numpy as np
from mine.helpers import order


class Ends:
    needs = frozenset()

    def __call__(self, pool, n, rng):
        return order(np.arange(len(pool)))[:n]
"""

LOADER = """
import numpy as np
from albench.api import Modality, fingerprint

LABELS = {f"P{i}": "ab"[i % 2] for i in range(200)}


def rows(numbers):
    return np.stack([numbers % 2, numbers // 2], axis=1).astype(np.float32)


def load():
    return Modality(
        subjects=np.array(list(LABELS)),
        shape=(2,),
        read=rows,
        fingerprint=fingerprint("the same whatever the code does"),
        labels=LABELS,
    )
"""

HELPERS = """
def order(rows):
    return rows
"""

PLUGIN = """
from albench.api import Descriptor, Kind, hookimpl


@hookimpl
def albench_strategies():
    return [Descriptor(name="ends", kind=Kind.STRATEGY, target="mine.ends:Ends", summary="Ends.")]


@hookimpl
def albench_loaders():
    return [Descriptor(name="pairs", kind=Kind.LOADER, target="mine.pairs:load", summary="Pairs.")]
"""

SPEC = """
name = "edited"
repetitions = 1
[cohorts.digits]
test = 0.9
[cohorts.digits.modalities]
profile = { loader = "digits", options = { view = "profile" } }
[models.m]
plugin = "mmfn"
options = { width = 8, hidden = 8 }
training = { epochs = 1, min_updates = 20, learning_rate = 0.01 }
[budgets.b]
initial = 20
query = 10
stop = 40
[[matrix]]
cohorts = ["digits"]
models = ["m"]
strategies = ["ends"]
budgets = ["b"]
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all, so that one trial of the network in lockstep is enough."""
    return tmp_path_factory.mktemp("edited") / "cache"


@pytest.fixture
def mine(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder of a plugin that is on ``sys.path``, and stand beside a specification."""
    package = tmp_path / "site" / "mine"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "ends.py").write_text(STRATEGY)
    (package / "helpers.py").write_text(HELPERS)
    (package / "pairs.py").write_text(LOADER)
    (package / "plugin.py").write_text(PLUGIN)
    record = tmp_path / "site" / "mine-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text("[albench]\nmine = mine.plugin\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("ALBENCH_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)
    Path("edited.toml").write_text(SPEC)
    registry.discover.cache_clear()
    source_digest._file_of.cache_clear()
    yield package
    registry.discover.cache_clear()
    source_digest._file_of.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "mine"]:
        del sys.modules[name]


@pytest.fixture
def run(mine: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return a function that runs the benchmark and gives what was printed."""

    def run(*options: str, command: str = "run") -> str:
        assert main([command, "edited.toml", *options]) == 0
        captured = capsys.readouterr()
        return captured.out + captured.err

    return run


@pytest.fixture
def has_run(cache: Path, run: Callable[..., str]) -> None:
    """Let the benchmark have run, with the plugin as it is written."""
    kept = cache.parent / "kept"
    if kept.exists():
        shutil.copytree(kept, "runs")
    else:
        assert "3 cells done, 0 reused" in run()
        shutil.copytree("runs", kept)


def _picks(strategy: str = "ends") -> str:
    cells = pd.read_csv("runs/edited/cells.csv")
    return str(cells.set_index("strategy").loc[strategy, "picks_hash"])


def test_an_edited_helper_of_a_strategy_makes_its_cells_stale_and_no_others(
    mine: Path, has_run: None, run: Callable[..., str]
) -> None:
    before, random = _picks(), _picks("random")
    (mine / "helpers.py").write_text(HELPERS.replace("return rows", "return rows[::-1]"))
    output = run()
    assert "1 cell was made by another source than mine/ends.py is now" in output
    assert "1 cell done, 2 reused" in output
    assert _picks() != before
    assert _picks("random") == random
    assert "0 cells done, 3 reused" in run()


def test_going_back_takes_the_old_results_again(
    mine: Path, has_run: None, run: Callable[..., str]
) -> None:
    before = _picks()
    (mine / "helpers.py").write_text(HELPERS.replace("return rows", "return rows[::-1]"))
    run()
    (mine / "helpers.py").write_text(HELPERS + "# as before\n")
    assert "0 cells done, 3 reused" in run()
    assert _picks() == before


def test_edited_results_are_kept_if_that_is_asked_for_and_the_page_says_so(
    mine: Path, has_run: None, run: Callable[..., str]
) -> None:
    before = _picks()
    (mine / "ends.py").write_text(STRATEGY.replace("[:n]", "[-n:]"))
    assert "they are kept all the same" in run("--reuse-edited", command="plan")
    assert "0 cells done, 3 reused" in run("--reuse-edited")
    assert _picks() == before
    page = Path("runs/edited/report/report.md").read_text()
    assert "1 cell was made by another source of mine/ends" in page


@pytest.mark.sweep
def test_an_edited_loader_is_read_again_though_its_fingerprint_is_the_same(
    mine: Path, run: Callable[..., str]
) -> None:
    spec = SPEC.replace('"digits", options = { view = "profile" }', '"pairs"')
    Path("edited.toml").write_text(spec.replace("test = 0.9", "test = 0.5"))
    run()

    def accuracy() -> float:
        scores = pd.read_csv("runs/edited/scores.csv")
        return float(scores.groupby("cell")["accuracy"].last().max())

    assert accuracy() > 0.6
    blank = LOADER.replace("[numbers % 2, numbers // 2]", "[0 * numbers] * 2")
    (mine / "pairs.py").write_text(blank)
    assert "3 cells done, 0 reused" in run()
    assert accuracy() <= 0.6


def test_plan_status_and_explain_tell_what_is_stale(
    mine: Path, has_run: None, run: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    (mine / "ends.py").write_text(STRATEGY.replace("[:n]", "[-n:]"))
    assert "3 cells, 1 to run" in run(command="plan")
    assert main(["status", "runs/edited"]) == 0
    assert "mine/ends: 1 cell was made by another source than it has here" in (
        capsys.readouterr().out
    )
    cells = pd.read_csv("runs/edited/cells.csv", dtype=str).set_index("strategy")
    name = cells.loc["ends", "cell"]
    assert main(["explain", str(name), "--spec", "edited.toml"]) == 0
    out = capsys.readouterr().out
    assert "made by mine/ends (mine/ends.py) with the digest " in out
    assert "mine/ends.py of mine/ends has the digest " in out
    assert "so that it runs again" in out
