"""Cells on a cohort whose subjects lack modalities run, know what is missing, and can resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench import session
from albench.api import AVAILABLE
from albench.execute.open_cell import open_cell
from albench.execute.preparation import prepare_all
from albench.execute.repetition import open_repetition
from albench.execute.task import task_for
from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.records.schema import Finished

    RunToy = Callable[..., dict[str, Finished]]

N = 160

MODELS = {
    "logistic": 'plugin = "logistic"',
    "a network": """plugin = "mmfn"
options = {{ width = 8, hidden = 8 }}
training = {{ epochs = 2, warm_start = true }}""",
}


COHORT = """[cohorts.digits]
incomplete = "mask"
[cohorts.digits.modalities]
a = {{ loader = "table", options = {{ path = "a.csv" }} }}
b = {{ loader = "table", options = {{ path = "b.csv" }} }}"""


@pytest.fixture
def _tables(tmp_path: Path) -> None:
    """Write two tables; a fifth of 160 subjects lacks the first, another fifth the second."""
    rng = np.random.default_rng(0)
    for column, name in enumerate("ab"):
        lines = ["subject,label,x,y"]
        for number in range(N):
            if number % 5 != column:
                x, y = rng.normal(loc=number % 2, size=2)
                lines.append(f"P{number},{'FT'[number % 2]},{x:.4f},{y:.4f}")
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")


@pytest.mark.usefixtures("_tables")
@pytest.mark.parametrize(
    "model",
    [pytest.param(name, marks=[pytest.mark.sweep] * (name == "a network")) for name in MODELS],
)
def test_a_killed_cell_of_an_incomplete_cohort_goes_on_to_the_same_bytes(
    run_toy: RunToy, model: str
) -> None:
    settings: dict[str, Any] = {"model": MODELS[model], "cohort": COHORT, "initial": 10}
    killed = run_toy("dies", **settings)["dies"]
    assert (killed.status, len(killed.rounds)) == ("crashed", 2)
    resumed = run_toy("dies", "modality-disagreement", "qbc-kl", "badge", **settings)
    # Whatever does not say that it works with what is lacking is skipped, not run.
    assert {name for name, end in resumed.items() if end.reason} == set()
    whole = run_toy("dies", output="elsewhere", **settings)["dies"]
    assert essence(resumed["dies"]) == essence(whole)
    assert whole.part is not None
    assert whole.part.n_subjects + whole.part.n_test_subjects == N


@pytest.mark.usefixtures("_tables")
def test_a_strategy_that_does_not_say_so_is_skipped(write_spec: Callable[..., Path]) -> None:
    opened = session.open_spec(
        str(write_spec("first", "margin", model=MODELS["logistic"], cohort=COHORT))
    )
    (skipped,) = opened.plan.skipped
    assert skipped.what.endswith("first")
    assert "naughty/first (naughty 1.2) does not say that it works where" in skipped.reason


@pytest.mark.usefixtures("_tables")
def test_a_network_is_given_the_training_mean_and_told_what_is_lacking(
    write_spec: Callable[..., Path], tmp_path: Path
) -> None:
    spec = write_spec("random", model=MODELS["logistic"], cohort=COHORT, initial=10)
    opened = session.open_spec(str(spec))
    settings = session._settings(opened, tmp_path, 1, None, lockstep=False)
    cell, *_ = opened.plan.cells
    (prepared,) = prepare_all(
        opened.resolved, [cell], opened.cohorts, settings, lambda *_: None
    ).values()
    repetition = open_repetition(cell, prepared.cohort)
    task = task_for(cell, prepared, repetition, repetition.first_labels())
    store = open_cell(task).classifier.store
    candidates = task.data.candidates[task.data.train]
    batch = store.gather(candidates)
    assert np.array_equal(batch[AVAILABLE].numpy(), (candidates >= 0).astype(np.float32))
    for column, name in enumerate("ab"):
        lacks = candidates[:, column] < 0
        values = batch[name].numpy()
        assert 10 < lacks.sum() < 40
        assert np.abs(values[lacks]).max() < 1e-6  # the mean, after standardising
        assert np.abs(values[~lacks].mean(axis=0)).max() < 1e-5


@pytest.mark.usefixtures("_tables")
def test_a_budget_of_cost_is_kept_to_and_a_killed_cell_goes_on(run_toy: RunToy) -> None:
    settings: dict[str, Any] = {
        "model": MODELS["logistic"],
        "cohort": COHORT.replace('"mask"', '"mask"\ncost = {{ a = 2, label = 1 }}'),
        "of": "cost",
        "initial": 10,
    }
    killed = run_toy("dies", **settings)["dies"]
    assert (killed.status, len(killed.rounds)) == ("crashed", 2)
    resumed = run_toy("dies", "badge", **settings)
    assert essence(resumed["dies"]) == essence(
        run_toy("dies", output="elsewhere", **settings)["dies"]
    )
    for end in resumed.values():
        costs = [2 * entry.measured["a"] + entry.n_labelled_subjects for entry in end.rounds]
        targets = (10, 20, 30, 40, 50)
        # What is left would not have paid for one more subject who has both.
        assert all(0 <= target - cost < 3 for target, cost in zip(targets, costs, strict=False))
