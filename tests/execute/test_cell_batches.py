"""Cells that share a child give the same results, and a failure costs only its own cell."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from albench import session, usable_memory
from albench.engines import cell_batches
from albench.errors import FailedFast
from albench.execute import trials
from albench.execute.prepare import Prepared
from albench.execute.run import RunSettings
from albench.execute.stacking_verdicts import UNKNOWN, Make, StackingVerdict
from albench.records import journal
from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from albench.execute.run import Progress
    from albench.records.schema import Finished

    RunToy = Callable[..., dict[str, Finished]]

WELL_BEHAVED = ("margin", "bald", "k-center", "qbc-kl")

WIDE = """
plugin = "mmfn"
options = {{ width = 32, hidden = 32 }}
training = {{ epochs = 1, min_updates = 3, learning_rate = {rate}, warm_start = {warm} }}
"""
"""A network whose gradients have the same digits when they are stacked; very narrow ones do not."""


@pytest.fixture
def _naughty_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the toy's strategies share a child with those that ship with albench."""
    monkeypatch.setattr(cell_batches, "TRUSTED", frozenset({"albench", "naughty"}))


def batches_of(results: Path) -> list[str]:
    """Return the logs of the batches that cells were carried out in."""
    return sorted(log.name for log in (results / "work" / "logs").glob("batch-*"))


@pytest.mark.parametrize(
    "warm",
    [
        pytest.param("false", id="cold", marks=pytest.mark.sweep),
        pytest.param("true, validation = 0.3, patience = 1", id="warm, stopped early"),
    ],
)
def test_results_are_the_same_bytes_with_and_without_lockstep(
    run_toy: RunToy, tmp_path: Path, warm: str
) -> None:
    how = {"warm": warm, "repetitions": 2, "model": WIDE}
    together = run_toy(*WELL_BEHAVED, output="together", **how)
    alone = run_toy(*WELL_BEHAVED, output="alone", lockstep=False, **how)
    assert batches_of(tmp_path / "together")
    assert not batches_of(tmp_path / "alone")
    assert {str(cell.status) for cell in together.values()} == {"ok"}
    assert {key: essence(cell) for key, cell in together.items()} == {
        key: essence(cell) for key, cell in alone.items()
    }


@pytest.mark.usefixtures("_naughty_is_trusted")
def test_a_strategy_that_raises_or_answers_wrongly_ends_its_own_cell_and_the_batch_goes_on(
    run_toy: RunToy, tmp_path: Path
) -> None:
    ended = run_toy("margin", "raises", "twice", jobs=1, model=WIDE)
    assert len(batches_of(tmp_path / "results")) == 1
    assert ended["random"].status == ended["margin"].status == "ok"
    assert (str(ended["raises"].status), str(ended["twice"].status)) == ("error", "invalid-query")
    assert "strategy naughty/raises (naughty 1.2), round 1: raised KeyError" in (
        ended["raises"].reason
    )
    assert [entry.round for entry in ended["raises"].rounds] == [0]


@pytest.fixture(scope="module")
def one_by_one() -> dict[str, Finished]:
    """What margin and entropy give one by one, once it has been needed."""
    return {}


@pytest.mark.usefixtures("_naughty_is_trusted")
@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("segfaults", "crashed", "killed by SIGSEGV"),
        ("seeds", "violation", "changed the global random state"),
    ],
)
def test_a_strategy_that_ends_the_child_or_spoils_it_costs_only_its_own_cell(
    run_toy: RunToy, one_by_one: dict[str, Finished], name: str, status: str, reason: str
) -> None:
    ended = run_toy("margin", name, "entropy", jobs=1, model=WIDE)
    if not one_by_one:
        one_by_one |= run_toy("margin", "entropy", output="whole", lockstep=False, model=WIDE)
    assert str(ended[name].status) == status
    assert reason in ended[name].reason
    assert {each: essence(ended[each]) for each in one_by_one} == {
        each: essence(cell) for each, cell in one_by_one.items()
    }


@pytest.mark.usefixtures("_naughty_is_trusted")
def test_a_strategy_that_never_ends_is_stopped_at_its_limit_and_the_others_go_on_together(
    run_toy: RunToy, tmp_path: Path
) -> None:
    ended = run_toy("margin", "sleeps", "entropy", jobs=1, seconds=8, model=WIDE)
    assert str(ended["sleeps"].status) == "timeout"
    assert "strategy naughty/sleeps (naughty 1.2), round 1" in ended["sleeps"].reason
    assert "limit of 8 s" in ended["sleeps"].reason
    assert {str(ended[name].status) for name in ("random", "margin", "entropy")} == {"ok"}
    assert ended["margin"].seconds < 8, "a cell does not pay for another's query"


def test_a_failure_is_told_alike_with_and_without_lockstep_and_the_log_of_round_0_is_found(
    run_toy: RunToy, tmp_path: Path
) -> None:
    how = {"rate": 1e38, "repetitions": 2, "model": WIDE}
    together = run_toy("margin", output="together", **how)
    alone = run_toy("margin", output="alone", lockstep=False, **how)
    assert {key: cell.reason for key, cell in together.items()} == {
        key: cell.reason for key, cell in alone.items()
    }
    assert together["all-labels 0"].reason.startswith("model core/mmfn (albench")
    logs = {name: tmp_path / name / "work" / "logs" for name in ("together", "alone")}
    starts = {name: {log.name for log in logs[name].glob("start-*")} for name in logs}
    assert starts["together"] == starts["alone"]
    assert len(starts["together"]) == 2, "one of each repetition"


@pytest.mark.usefixtures("_naughty_is_trusted")
def test_a_batch_that_is_killed_between_rounds_goes_on_to_the_same_bytes(
    run_toy: RunToy, tmp_path: Path
) -> None:
    ended = run_toy("margin", "dies", jobs=1, model=WIDE)
    assert str(ended["dies"].status) == "ok", "it goes on by itself, and kills its child once"
    whole = run_toy("margin", "dies", jobs=1, output="whole", model=WIDE)
    assert {key: essence(cell) for key, cell in ended.items()} == {
        key: essence(cell) for key, cell in whole.items()
    }


def test_a_foreign_strategy_and_an_oracle_share_no_child(run_toy: RunToy, tmp_path: Path) -> None:
    ended = run_toy("first", "oracle-greedy", jobs=1, model=WIDE)
    assert {str(cell.status) for cell in ended.values()} == {"ok"}
    assert not batches_of(tmp_path / "results"), "random is left, and that is one"


def test_times_of_a_batch_add_up_to_no_more_than_it_took(run_toy: RunToy) -> None:
    began = time.perf_counter()
    ended = run_toy(*WELL_BEHAVED, jobs=1, model=WIDE)
    took = time.perf_counter() - began
    cells = [ended[name] for name in ("random", *WELL_BEHAVED)]
    for cell in cells:
        later = cell.rounds[1:]
        spent = sum(e.query_seconds + e.train_seconds + e.evaluate_seconds for e in later)
        assert spent <= cell.seconds + 0.05
        assert cell.peak_mb > 0
    assert sum(cell.seconds for cell in cells) < took


def test_a_run_that_is_ended_amid_a_batch_goes_on_to_the_same_bytes(
    write_spec: Callable[..., Path], tmp_path: Path
) -> None:
    opened = session.open_spec(str(write_spec(*WELL_BEHAVED, model=WIDE)))
    notices: list[str] = []
    ended: dict[str, Finished] = {}

    def interrupt(progress: Progress) -> None:
        if progress.kind == "round" and progress.round == 2:
            notices.append(progress.kind)
            if len(notices) == 3:
                raise KeyboardInterrupt

    def watch(progress: Progress) -> None:
        if progress.cell is not None and progress.finished is not None:
            ended[progress.cell.id] = progress.finished

    def run(output: str, watch: Callable[[Progress], None], *, lockstep: bool = True) -> None:
        results = tmp_path / output
        session.run(opened, results, 1, ["x"], lambda *_: None, watch, lockstep=lockstep)

    with pytest.raises(KeyboardInterrupt):
        run("broken", interrupt)
    run("broken", watch)
    resumed = {key: essence(cell) for key, cell in ended.items()}
    ended.clear()
    run("whole", watch, lockstep=False)
    assert resumed == {key: essence(cell) for key, cell in ended.items() if key in resumed}
    assert len(resumed) == len(WELL_BEHAVED) + 1


def test_the_first_failure_of_a_batch_ends_a_run_that_is_to_fail_fast(
    write_spec: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_batches, "TRUSTED", frozenset({"albench", "naughty"}))
    opened = session.open_spec(str(write_spec("margin", "raises", "entropy", model=WIDE)))
    results = tmp_path / "results"
    with pytest.raises(FailedFast, match="KeyError"):
        session.run(opened, results, 1, ["x"], lambda *_: None, lambda _: None, fail_fast=True)
    assert batches_of(results)
    assert {str(end.status) for end in journal.read(results / "journal").cells} == {"ok", "error"}


LEARN_BY_THEMSELVES = {
    "normalised": "batch normalisation changes its statistics in training",
    "bounded": "it changes classifier.weight in training, beside the optimiser",
    "branching": "what it does depends on values: a branch, .item() or the like",
    "logistic": "it has a solver of its own",
}
"""Models that are named as their plugins, and why they do."""

MORE_MODELS = f"""
{"".join(f'[models.{name}]{chr(10)}plugin = "{name}"{chr(10)}' for name in LEARN_BY_THEMSELVES)}
[models.mixed]
{WIDE.format(rate=1e-3, warm="false, precision = 'bfloat16'")}
[models.tuned]
plugin = "mmfn"
options = {{ trunk = "small", frozen = false, width = 8 }}
[cohorts.scans.modalities]
pixels = {{ loader = "digits" }}
[[matrix]]
cohorts = ["scans"]
models = ["tuned"]
strategies = ["margin"]
budgets = ["b"]
"""


def test_the_plan_tells_what_shares_no_child_and_why(write_spec: Callable[..., Path]) -> None:
    """Each in words: one process tries all networks, which takes it seconds to begin."""
    path = write_spec("first", "oracle-greedy", "margin", model=WIDE)
    models = ["m", *LEARN_BY_THEMSELVES, "mixed"]
    text = path.read_text().replace('models = ["m"]', f"models = {models}")
    path.write_text(f"{text}{MORE_MODELS}")
    assert cell_batches.told_apart(session.open_spec(str(path))) == [
        *(f"one by one: digits · profile · {m}: {why}" for m, why in LEARN_BY_THEMSELVES.items()),
        "one by one: digits · profile · mixed: its precision is bfloat16",
        "one by one: scans · pixels · tuned: its image streams learn (pixels), so that arithmetic "
        "takes the time",
        "in a process of its own: first: is no part of albench, and must not be able to find "
        "labels that others have bought",
        "in a process of its own: oracle-greedy: is told labels that others must not know",
    ]


def test_a_second_plan_builds_no_network(
    write_spec: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def refused(makes: Sequence[Make]) -> list[StackingVerdict]:
        asked.append(len(makes))
        return [StackingVerdict("no")] * len(makes)

    monkeypatch.setattr(trials, "verdicts", refused)
    untried = WIDE.replace("hidden = 32", "hidden = 31")
    opened = session.open_spec(str(write_spec("margin", model=untried)))
    first = cell_batches.told_apart(opened)
    assert cell_batches.told_apart(opened) == first == ["one by one: digits · profile · m: no"]
    assert asked == [1, 0]
    slower = session.open_spec(str(write_spec("margin", model=untried, rate=2e-3)))
    assert cell_batches.told_apart(slower) == first, "the rate of learning does not matter"
    wider = untried.replace("width = 32", "width = 64")
    other = session.open_spec(str(write_spec("margin", model=wider)))
    assert cell_batches.told_apart(other) == first
    assert asked == [1, 0, 0, 1]


def test_an_unanswered_trial_is_not_remembered(
    write_spec: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "verdicts", lambda makes: [StackingVerdict(UNKNOWN)] * len(makes))
    untried = WIDE.replace("hidden = 32", "hidden = 30")
    opened = session.open_spec(str(write_spec("margin", model=untried)))
    assert cell_batches.told_apart(opened) == [f"one by one: digits · profile · m: {UNKNOWN}"]
    monkeypatch.setattr(trials, "verdicts", lambda makes: [StackingVerdict("")] * len(makes))
    assert cell_batches.told_apart(opened) == []


def test_trials_of_operations_are_kept_in_the_cache_of_the_run(
    run_toy: RunToy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_toy("first", jobs=1, output="before")  # the fork server has begun, with another cache
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    run_toy("margin", "entropy", jobs=1, model=WIDE)  # one alone would learn by itself
    (file,) = (tmp_path / "cache" / "lockstep").glob("kernels-*.json")
    assert len(json.loads(file.read_text())) > 10


CAPPED = """
[strategies.capped]
plugin = "per-subject-cap"
options = {{ base = "qbc-kl" }}
"""


def divided(
    write_spec: Callable[..., Path],
    reason: str = "",
    n_bytes: int = 0,
    other: str = "entropy",
    **how: Any,
) -> list[tuple[int, set[int]]]:
    """Return the size and the repetitions of each batch of three cells in four repetitions."""
    opened = session.open_spec(str(write_spec("margin", other, model=WIDE + CAPPED, repetitions=4)))
    block = Prepared(
        cohort=next(iter(opened.cohorts.values())),
        component=opened.resolved.models["m"].component,
        shapes={},
        arrays={},
        stackable=StackingVerdict(reason, n_bytes),
    )
    settings = RunSettings(
        Path(), Path(), **{"jobs": 1, "cell_seconds": 9.0, "memory_mb": None} | how
    )
    dividing = cell_batches.CellBatches(
        opened.resolved, {("digits", ("profile",), "m"): block}, settings
    )
    cells = [cell for cell in opened.plan.cells if cell.strategy is not None]
    made = dividing.of(cells)
    assert [cell.id for batch in made for cell in batch] == [cell.id for cell in cells]
    return [(len(batch), {cell.repetition for cell in batch}) for batch in made]


def test_cells_are_divided_by_children_memory_and_what_can_be_stacked(
    write_spec: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert divided(write_spec) == [(12, {0, 1, 2, 3})]
    assert [size for size, _ in divided(write_spec, jobs=2)] == [6, 6]
    assert [size for size, _ in divided(write_spec, jobs=5)] == [3, 3, 3, 3]
    assert [size for size, _ in divided(write_spec, n_bytes=2**23, memory_mb=1000.0)] == [4, 4, 4]
    assert [size for size, _ in divided(write_spec, n_bytes=2**20, memory_mb=1000.0)] == [12]
    for committee in ("qbc-kl", "capped"):  # five members each, of which a batch trains all ahead
        narrow = divided(write_spec, n_bytes=2**20, memory_mb=1000.0, other=committee)
        assert [size for size, _ in narrow] == [6, 6]
    assert [size for size, _ in divided(write_spec, memory_mb=300.0)] == [1] * 12
    assert [size for size, _ in divided(write_spec, "it branches")] == [1] * 12
    assert [size for size, _ in divided(write_spec, lockstep=False)] == [1] * 12
    monkeypatch.setattr(cell_batches, "TRUSTED", frozenset())  # a model of somebody else's
    monkeypatch.setattr(cell_batches, "why_alone", lambda *_: "")
    assert divided(write_spec) == [(3, {number}) for number in range(4)]


def test_a_container_s_memory_is_shared_by_its_children(
    write_spec: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{1000 * 2**20}\n")
    monkeypatch.setattr(usable_memory, "_LIMIT", limit)
    assert [size for size, _ in divided(write_spec, n_bytes=2**23)] == [4, 4, 4]
    limit.write_text(f"{2000 * 2**20}\n")
    assert [size for size, _ in divided(write_spec, n_bytes=2**23, jobs=2)] == [4, 4, 4]
