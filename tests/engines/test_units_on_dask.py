"""Which units the driver of a Dask cluster gives to workers; the cluster is a stand-in."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from albench import registry, spec
from albench.engines.dask import Cluster, DaskEngine
from albench.engines.dask_worker import WorkerAnswer
from albench.engines.plan_description import describe
from albench.execute import checkpoint
from albench.execute.cell_supervisor import round_zero_path
from albench.execute.checkpoint import Checkpoint
from albench.planning import make, open_cohorts, resolve
from albench.records.schema import CellStatus, Finished, MeasuredPart, Round

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.engines.dask_worker import Assignment
    from albench.planning import Cell, Plan, Resolved

    Answer = Callable[[str, Assignment], WorkerAnswer | None]

SPEC = """
name = "units"
repetitions = 3
[cohorts.digits.modalities]
profile = { loader = "digits", options = { view = "profile" } }
[models.m]
plugin = "mmfn"
[budgets.b]
initial = 20
query = 10
stop = 80
[[matrix]]
cohorts = ["digits"]
models = ["m"]
strategies = ["margin"]
budgets = ["b"]
"""
PART = MeasuredPart(
    units=["P1"],
    labels=[0],
    n_candidates=4,
    n_subjects=2,
    n_test_candidates=1,
    n_test_subjects=1,
    split_hash="s",
    first_labels_hash="f",
    weights_hash="w",
    batches_hash="b",
    marks={},
)
ROUND = Round(
    round=0,
    picked=[1, 2],
    n_labelled=2,
    n_labelled_subjects=1,
    proba="2:",
    query_seconds=0.0,
    train_seconds=0.1,
    evaluate_seconds=0.1,
    marks={},
)
ROUND_ZERO = Checkpoint(PART, (ROUND,), (1, 2), b"weights")
FIRST, SECOND = "tcp://a:1", "tcp://b:1"


class Told(Future[Any]):
    """A task's future, as Dask's."""

    def release(self) -> None:
        """Nothing is held."""


class StandIn:
    """A client of a cluster whose workers answer at once, or never.

    Parameters
    ----------
    threads : dict of str to int
        Of each worker.
    answer : callable
        Gives what a worker says to an assignment; None if it goes on working.
    """

    status = "running"

    def __init__(self, threads: dict[str, int], answer: Answer) -> None:
        self._threads, self._answer = threads, answer
        self.given: list[tuple[str, Assignment]] = []

    def nthreads(self) -> dict[str, int]:
        return self._threads

    def scheduler_info(self, **_: int) -> dict[str, Any]:
        return {"workers": {}}

    def run(
        self, what: Callable[..., object], *given: str, workers: list[str], **_: str
    ) -> dict[str, object]:
        return {name: what(*given) for name in workers}

    def submit(self, _: object, given: Assignment, workers: list[str], **__: object) -> Told:
        (name,) = workers
        self.given.append((name, given))
        future = Told()
        answer = self._answer(name, given)
        if answer is not None:
            future.set_result(answer)
        return future

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Resolved, Plan]:
    path = tmp_path_factory.mktemp("units") / "units.toml"
    path.write_text(SPEC, encoding="utf-8")
    resolved = resolve(spec.read(path), registry.discover())
    _, cohorts = open_cohorts(resolved)
    return resolved, make(resolved, cohorts)


@pytest.fixture
def carry_out(
    opened: tuple[Resolved, Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[StandIn, list[Cell]], list[str]]:
    """A function that carries cells out on a stand-in; it returns those that were recorded."""
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))

    def carry(cluster: StandIn, cells: list[Cell]) -> list[str]:
        monkeypatch.setattr("distributed.Client", lambda *_, **__: cluster)
        resolved, plan = opened
        described, recorded = describe(resolved, plan), []
        address = Cluster("tcp://127.0.0.1:9")
        with DaskEngine(address, described, resolved.sources, tmp_path, lambda _: None) as engine:
            engine.carry_out(cells, lambda cell, _: recorded.append(cell.id))
        return recorded

    return carry


def done(given: Assignment) -> WorkerAnswer:
    """Return what a worker answers that has carried a unit out."""
    if given.is_round_zero:
        return WorkerAnswer(status=CellStatus.OK, round_zero=b"trained")
    return WorkerAnswer(finished=Finished(cell=given.cell, status=CellStatus.OK).to_json())


def of(plan: Plan, *strategies: str) -> list[Cell]:
    """Return the cells of strategies."""
    return [cell for cell in plan.cells if cell.strategy_label in strategies]


def test_what_a_refused_worker_was_at_is_done_elsewhere(
    opened: tuple[Resolved, Plan], carry_out: Callable[[StandIn, list[Cell]], list[str]]
) -> None:
    """The first worker refuses its first unit, and goes on with its second for ever."""
    cells = of(opened[1], "all-labels")

    def answer(name: str, given: Assignment) -> WorkerAnswer | None:
        if name == SECOND:
            return done(given)
        return WorkerAnswer(refusal="other data") if given.cell == cells[0].id else None

    assert len(cells) == 3
    cluster = StandIn({FIRST: 2, SECOND: 1}, answer)
    assert sorted(carry_out(cluster, cells)) == sorted(cell.id for cell in cells)


def test_round_zero_is_sent_to_a_host_until_a_cell_there_has_gone_on_from_it(
    opened: tuple[Resolved, Plan], carry_out: Callable[[StandIn, list[Cell]], list[str]]
) -> None:
    """The first worker of a host refuses; its second one needs what the first did not take."""
    (cell, *_) = of(opened[1], "margin")
    beside = "tcp://a:2"

    def answer(name: str, given: Assignment) -> WorkerAnswer:
        if name == FIRST and not given.is_round_zero:
            return WorkerAnswer(refusal="other data")
        return done(given)

    cluster = StandIn({FIRST: 1, beside: 1}, answer)
    assert carry_out(cluster, [cell]) == [cell.id]
    sent = [(name, given.round_zero) for name, given in cluster.given if not given.is_round_zero]
    assert sent == [(FIRST, b"trained"), (beside, b"trained")]


@pytest.mark.parametrize("is_of_this_source", [True, False])
def test_only_a_round_zero_of_the_present_source_is_known(
    is_of_this_source: bool,
    opened: tuple[Resolved, Plan],
    carry_out: Callable[[StandIn, list[Cell]], list[str]],
    tmp_path: Path,
) -> None:
    resolved, plan = opened
    (cell, *_) = of(plan, "margin")
    path = round_zero_path(tmp_path / "work", cell, resolved.sources)
    names = {f"{cell.round_zero_id}{tag}{checkpoint.SUFFIX}" for tag in ("", f"-{'0' * 16}")}
    assert path.name not in names
    for name in [path.name] if is_of_this_source else names:
        checkpoint.save(path.with_name(name), ROUND_ZERO)
    cluster = StandIn({FIRST: 1}, lambda _, given: done(given))
    assert carry_out(cluster, [cell]) == [cell.id]
    assert cluster.given[0][1].is_round_zero is not is_of_this_source
