"""Runs that add repetitions where comparisons are undecided."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench import session
from albench.cli import main
from albench.commands.arguments import add_until_decided
from albench.planning import Plan, resolve
from albench.publish.read import read
from albench.records.journal import Journal
from albench.records.manifest import read_manifest
from albench.records.results_folder import latest_run
from albench.records.schema import CellStatus, Finished, Round
from albench.records.sequential import Sequential
from albench.session import OpenedSpecification, Summary
from albench.until_decided import look, run_until_decided, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.planning import Cell
    from albench.registry import Registry
    from albench.spec import Specification

    Heights = Callable[[Cell], float]
    Stages = list[list[Cell]]

PLANNED, MOST = 6, 12


@pytest.fixture
def opened(
    parse: Callable[..., Specification], toys: Registry, planned: Callable[..., Plan]
) -> OpenedSpecification:
    """Twelve repetitions of two blocks of three cells, of which six are planned."""
    change = ("repetitions = 2", f"repetitions = {MOST}")
    rule = Sequential(pairs=(("esd", "random"),), planned=PLANNED, most=MOST, n_comparisons=2)
    return OpenedSpecification(
        resolve(parse(change), toys), {}, {}, planned(change), sequential=rule
    )


@pytest.fixture
def carry_out(
    opened: OpenedSpecification, tmp_path: Path
) -> Callable[..., tuple[Summary, Stages, list[str]]]:
    """Run by stages, where a function says what each cell scores; None is a failure."""

    def carry_out(height: Callable[[Cell], float | None]) -> tuple[Summary, Stages, list[str]]:
        stages: Stages = []
        notices: list[str] = []

        def stage(part: OpenedSpecification, watch: Callable[..., None]) -> Summary:
            there = part.reuse(tmp_path)
            left = list({cell.id: cell for cell in there.left(part.plan.cells)}.values())
            stages.append(left)
            ends = [_end(cell, height(cell)) for cell in left]
            with Journal(tmp_path / "journal") as journal:
                journal.extend([("cell", end.to_json()) for end in ends])
            for cell, end in zip(left, ends, strict=True):
                watch(until_decided_progress(cell, end))
            n_ok = sum(end.status is CellStatus.OK for end in ends)
            return Summary(tmp_path, len(there.done), n_ok, len(ends) - n_ok, 1.0)

        summary = run_until_decided(opened, tmp_path, stage, lambda _: None, notices.append)
        return summary, stages, notices

    return carry_out


def until_decided_progress(cell: Cell, end: Finished) -> object:
    """Return the event of a cell that ended."""
    from albench.execute.run import Progress

    return Progress("cell", cell=cell, finished=end)


def _end(cell: Cell, height: float | None) -> Finished:
    if height is None:
        return Finished(cell=cell.id, status=CellStatus.ERROR, reason="no")
    zero = {"query_seconds": 0.0, "train_seconds": 0.0, "evaluate_seconds": 0.0}
    sizes = {"picked": [], "n_labelled": 5, "n_labelled_subjects": 5, "marks": {}}
    only = Round(round=0, proba="", scores={"accuracy": height}, **sizes, **zero)  # type: ignore[arg-type]
    return Finished(cell=cell.id, status=CellStatus.OK, seconds=1.0, rounds=[only])


def noise(cell: Cell) -> float:
    """Return the chance of a cell's score, the same each time it runs."""
    return float(np.random.default_rng(int(cell.id, 16)).normal(0, 0.01))


def clear_in_one_block(cell: Cell) -> float:
    """Return a score where esd is far better in the first block, and of no difference elsewhere."""
    is_clear = cell.modalities == ("a",) and cell.strategy_label == "esd"
    return 0.7 + 0.2 * is_clear + noise(cell)


def test_repetitions_are_added_to_undecided_blocks_alone(
    carry_out: Callable[..., tuple[Summary, Stages, list[str]]],
) -> None:
    summary, (first, *later), notices = carry_out(clear_in_one_block)
    assert {cell.repetition for cell in first} == set(range(PLANNED))
    assert {cell.modalities for cell in first} == {("a",), ("a", "b")}
    assert {cell.modalities for stage in later for cell in stage} == {("a", "b")}
    assert [{cell.repetition for cell in stage} for stage in later] == [
        {n} for n in range(PLANNED, 10)
    ] + [{10, 11}]
    for stage in later:  # whole repetitions, the reference with them
        names = {cell.strategy_label for cell in stage}
        assert names == {"all-labels", "random", "esd"}
    assert summary.n_ok == sum(map(len, [first, *later]))
    assert notices[-1] == "until decided: 1 of 2 comparisons decided in accuracy"


def test_all_that_is_decided_ends_the_run(
    carry_out: Callable[..., tuple[Summary, Stages, list[str]]],
) -> None:
    _, stages, notices = carry_out(lambda c: 0.2 * (c.strategy_label == "esd") + noise(c))
    assert len(stages) == 1
    assert notices[-1] == "until decided: 2 of 2 comparisons decided in accuracy"


def test_a_stopped_run_goes_on_to_the_same_cells(
    carry_out: Callable[..., tuple[Summary, Stages, list[str]]],
    opened: OpenedSpecification,
    tmp_path: Path,
) -> None:
    half = [cell for cell in opened.plan.cells if cell.repetition < 3]
    with Journal(tmp_path / "journal") as journal:
        ends = [_end(cell, clear_in_one_block(cell)) for cell in half]
        journal.extend([("cell", end.to_json()) for end in ends])
    seen = look(opened, tmp_path)
    assert not seen.n_added  # what is planned comes first
    assert {cell.repetition for cell in seen.stage.plan.cells} == set(range(PLANNED))
    _, (first, *later), _ = carry_out(clear_in_one_block)
    assert {cell.repetition for cell in first} == {3, 4, 5}
    assert {cell.repetition for stage in later for cell in stage} == set(range(PLANNED, MOST))
    summary, again, _ = carry_out(clear_in_one_block)
    assert (summary.n_ok, again) == (0, [[]])


def test_what_fails_is_not_tried_at_every_look(
    carry_out: Callable[..., tuple[Summary, Stages, list[str]]],
) -> None:
    summary, stages, _ = carry_out(lambda c: None if c.repetition == 7 else clear_in_one_block(c))
    tried = [cell.id for stage in stages for cell in stage]
    assert len(tried) == len(set(tried))
    assert summary.n_failed == 3
    # The failed repetition is the last: nothing of the block reached it, and no other is begun.
    assert max(cell.repetition for stage in stages for cell in stage) == 7


def test_identities_are_those_of_a_plan_with_more_repetitions(
    planned: Callable[..., Plan],
) -> None:
    few = planned()
    many = planned(("repetitions = 2", "repetitions = 9"))
    assert [cell.id for cell in few.cells] == [c.id for c in many.cells if c.repetition < 2]


@pytest.mark.parametrize(
    ("n", "most", "expected"), [(2, 50, 1), (6, 50, 1), (30, 50, 6), (48, 50, 2)]
)
def test_stages_grow_with_what_is_there(n: int, most: int, expected: int) -> None:
    assert step(n, most) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("badge", "expected two strategies"),
        ("badge vs badge", "expected two strategies"),
        ("a vs b vs c", "expected two strategies"),
        ("a vs b,", "expected two strategies"),
        ("a vs b, b vs a", "a vs b is there twice"),
    ],
)
def test_pairs_that_are_none_are_refused(
    text: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_until_decided(parser)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["--until-decided", text])
    assert ended.value.code == 2
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (["--max-repetitions", "9"], "has no effect without --until-decided"),
        (["--max-repetitions", "1"], "leaves nothing to add: the specification asks for 1"),
        (["--max-repetitions", "5"], "no verdict is given with fewer than 6"),
        (["--max-repetitions", "2000"], "is more than 1000"),
        (["--within", "2h"], "both choose repetitions"),
        (["--repetitions", "0"], "--until-decided chooses repetitions itself"),
        (["--shard", "1/2"], "--until-decided chooses repetitions itself"),
        (["--strategy", "entropy"], "'first' is not among what is run"),
        (["--engine", "shared-folder"], "looks at results while they are made"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_what_cannot_be_asked_together_is_refused(
    write_spec: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    asked: list[str],
    problem: str,
) -> None:
    spec = str(write_spec("first", "entropy"))
    until = [] if "without" in problem else ["--until-decided", "first vs random"]
    assert main(["run", spec, *until, *asked]) == 2
    assert problem in capsys.readouterr().err


@pytest.mark.usefixtures("short_reports")
def test_a_run_adds_repetitions_and_its_results_can_be_explained_and_audited(
    write_spec: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, results = str(write_spec("entropy", repetitions=5)), tmp_path / "results"
    asked = ["--output", str(results), "--jobs", "2"]
    until = ["--until-decided", "entropy vs random", "--max-repetitions", "7"]
    assert main(["run", spec, *asked, *until]) == 0
    assert "repetition of 1 block" in capsys.readouterr().out
    manifest, run = read_manifest(results / "manifest.json"), latest_run(results)
    assert manifest.repetitions == 5
    assert manifest.matrix_cells == len(run.cells)
    assert manifest.sequential is not None
    assert manifest.sequential.text == "entropy vs random"
    added = [cell for cell in run.cells if cell.repetition >= 5]
    assert {cell.repetition for cell in added} == {5, 6}
    ended = read(results).finished
    assert {ended[cell.cell].status for cell in run.cells} == {CellStatus.OK}
    plain = session.open_spec(spec, repetitions=7)
    assert {cell.id for cell in plain.plan.cells} == set(ended)

    assert main(["explain", added[0].cell, "--results", str(results)]) == 0
    assert "repetition 5" in capsys.readouterr().out
    assert main(["audit", str(results), "--share", "0.2", "--seed", "1"]) == 0
    assert main(["plan", spec, "--output", str(results), *until[:2], "--max-repetitions", "9"]) == 0
    out = capsys.readouterr().out
    assert "entropy vs random, " in out
    # Run as the specification says, the page is about its own repetitions again.
    assert main(["run", spec, *asked]) == 0
    assert read_manifest(results / "manifest.json").sequential is None
    assert {cell.repetition for cell in latest_run(results).cells} == set(range(5))
