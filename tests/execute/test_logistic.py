"""Cells of models with a solver: examples from the documentation, and killed cells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.cli import main
from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.records.schema import Finished

    RunToy = Callable[..., dict[str, Finished]]

pytestmark = pytest.mark.usefixtures("short_reports")

PAGE = Path(__file__).parents[2].joinpath("docs", "models.md").read_text(encoding="utf-8")

LOGISTIC = """
plugin = "logistic"
training = {{ warm_start = {warm} }}
"""


FOREST = """
plugin = "sklearn"
options = {{ classifier = "sklearn.ensemble.RandomForestClassifier", parameters = {parameters} }}
"""


@pytest.mark.parametrize("warm", ["false", pytest.param("true", marks=pytest.mark.sweep)])
def test_a_killed_cell_of_a_logistic_regression_goes_on_to_the_same_bytes(
    run_toy: RunToy, warm: str
) -> None:
    killed = run_toy("dies", warm=warm, model=LOGISTIC)["dies"]
    assert (killed.status, len(killed.rounds)) == ("crashed", 2)
    resumed = run_toy("dies", warm=warm, model=LOGISTIC)
    whole = run_toy("dies", warm=warm, model=LOGISTIC, output="elsewhere")["dies"]
    assert essence(resumed["dies"]) == essence(whole)


def test_strategies_of_all_that_it_provides_run(run_toy: RunToy) -> None:
    names = ("margin", "badge", "qbc-kl", "k-center")
    ended = run_toy(*names, model=LOGISTIC)
    assert {name: ended[name].reason for name in names} == dict.fromkeys(names, "")


@pytest.mark.sweep
def test_a_killed_cell_of_a_forest_goes_on_to_the_same_bytes(run_toy: RunToy) -> None:
    few = {"model": FOREST, "parameters": '["n_estimators=10"]'}
    killed = run_toy("dies", **few)["dies"]
    assert (killed.status, len(killed.rounds)) == ("crashed", 2)
    resumed = run_toy("dies", **few)
    # The table and the list are one model, so that its finished cell is found again.
    again = run_toy("dies", **few | {"parameters": "{ n_estimators = 10 }"})
    whole = run_toy("dies", output="elsewhere", **few)["dies"]
    assert essence(resumed["dies"]) == essence(whole)
    assert again == {}


BAYES = """
plugin = "sklearn"
options = {{ classifier = "sklearn.naive_bayes.GaussianNB" }}
"""

LONG_VECTORS = """
[cohorts.digits]
test = 0.5
[cohorts.digits.modalities]
profile = {{ loader = "embeddings", options = {{ path = "long.npz" }} }}
"""


def test_a_state_that_grows_to_many_times_its_first_size_is_taken(
    run_toy: RunToy, tmp_path: Path
) -> None:
    labels = np.arange(120) % 2
    rows = np.random.default_rng(0).normal(size=(120, 12_000)).astype(np.float32)
    subjects = [f"P{number}" for number in range(120)]
    np.savez(tmp_path / "long.npz", rows=rows, label=labels, subject=subjects)
    ended = run_toy("margin", model=BAYES, cohort=LONG_VECTORS, initial=10)
    assert {name: cell.reason for name, cell in ended.items()} == dict.fromkeys(ended, "")


@pytest.mark.sweep
def test_strategies_run_with_a_forest(run_toy: RunToy) -> None:
    names = ("margin", "badge", "qbc-kl", "k-center")
    ended = run_toy(*names, model=FOREST, parameters='["n_estimators=5"]')
    assert {name: ended[name].reason for name in names} == dict.fromkeys(names, "")


@pytest.mark.parametrize("name", ["ten-lines", pytest.param("forest", marks=pytest.mark.sweep)])
def test_the_example_on_the_page_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    (example,) = re.findall(
        rf'^```toml\n(name = "{name}"\n.*?)^```', PAGE, re.MULTILINE | re.DOTALL
    )
    path = tmp_path / "ten.toml"
    path.write_text(example.replace("repetitions = 3", "repetitions = 1"))
    assert main(["run", str(path), "--output", str(tmp_path / "results")]) == 0
    assert "4 cells done, 0 reused, 0 failed" in capsys.readouterr().out
