"""What a trial of networks in lockstep found is remembered, unless it may end otherwise."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from albench import session
from albench.api import Kind
from albench.engines import cell_batches
from albench.execute import trials
from albench.execute.stacking_verdicts import (
    LARGEST_BATCH,
    UNKNOWN,
    Make,
    StackingVerdict,
    as_tried,
    code_of,
    verdicts,
)
from albench.execute.trials import Trials

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from albench.planning import Plan
    from albench.records.schema import Finished
    from albench.registry import Registry

ANSWER = StackingVerdict("", 40)


@pytest.fixture
def make(planned: Callable[..., Plan], toys: Registry) -> Make:
    cell = planned().cells[0]
    return Make(toys.find(Kind.MODEL, "linear"), cell.model, {"a": (2,)}, 2, code_of("0" * 16))


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[Make]:
    """What has been tried, of which each is found to be alright."""
    asked: list[Make] = []

    def verdict_on(make: Make) -> StackingVerdict:
        asked.append(make)
        return ANSWER

    monkeypatch.setattr(trials, "verdict_on", verdict_on)
    return asked


def test_the_same_is_tried_once(make: Make, tried: list[Make], tmp_path: Path) -> None:
    assert [Trials(tmp_path).verdict(make) for _ in range(2)] == [ANSWER, ANSWER]
    assert tried == [make]
    assert Trials(tmp_path).reasons([make]) == [""]
    assert Trials(tmp_path / "elsewhere").verdict(make) == ANSWER
    assert len(tried) == 2


@pytest.mark.parametrize(
    ("said", "first"),
    [
        (None, StackingVerdict(UNKNOWN)),
        (b'{"rea', StackingVerdict(UNKNOWN)),
        (b'{"reason": "", "state_bytes": 40}\n{"rea', ANSWER),
    ],
)
def test_what_was_tried_before_time_ran_out_is_kept(
    said: bytes | None, first: StackingVerdict, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(command: Sequence[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 300, output=said)

    monkeypatch.setattr(subprocess, "run", run_out)
    assert verdicts([make, make]) == [first, StackingVerdict(UNKNOWN)]


def test_batches_of_whole_sets_are_tried_as_smaller_ones(
    make: Make, tried: list[Make], tmp_path: Path
) -> None:
    for size in (10**6, 10**7):
        training = make.plan.training.model_copy(update={"batch_size": size})
        assert as_tried(training).batch_size == LARGEST_BATCH
        Trials(tmp_path).verdict(replace(make, plan=replace(make.plan, training=training)))
    assert len(tried) == 1


@pytest.mark.parametrize(
    "content",
    ["", "no JSON", "[]", '{"reason": ""}', json.dumps({"reason": "", "state_bytes": -1})],
)
def test_a_damaged_answer_is_asked_for_again(
    content: str, make: Make, tried: list[Make], tmp_path: Path
) -> None:
    Trials(tmp_path).verdict(make)
    (file,) = (tmp_path / "lockstep").iterdir()
    file.write_text(content, encoding="utf-8")
    assert Trials(tmp_path).verdict(make) == ANSWER
    assert len(tried) == 2


def test_a_trial_that_failed_is_made_again(make: Make, tmp_path: Path) -> None:
    """There is no code behind a toy."""
    verdict = Trials(tmp_path).verdict(make)
    assert verdict.reason.startswith("a trial failed: ")
    assert not (tmp_path / "lockstep").exists()


def test_a_run_spares_the_plan_its_trial(
    run_toy: Callable[..., dict[str, Finished]],
    write_spec: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_toy("margin", rate=5e-3)
    asked: list[Make] = []

    def verdicts(makes: Sequence[Make]) -> list[StackingVerdict]:
        asked.extend(makes)
        return []

    monkeypatch.setattr(trials, "verdicts", verdicts)
    assert cell_batches.told_apart(session.open_spec(str(write_spec("margin", rate=5e-3)))) == []
    assert asked == []
