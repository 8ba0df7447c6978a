"""Cells, well-behaved or not, end with a record that states the cause."""

from __future__ import annotations

import os
import pickle
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.records.schema import Finished

    RunToy = Callable[..., dict[str, Finished]]

FAULTS = {
    "toomany": ("invalid-query", "expected 10 positions, found 11"),
    "twice": ("invalid-query", "chosen more than once"),
    "outside": ("invalid-query", "is not a position in the pool"),
    "fractions": ("invalid-query", "found an array of shape (10,) and type float64"),
    "flat": ("invalid-query", "found an array of shape (10, 1)"),
    "raises": ("error", "raised KeyError: 'what' (strategies.py:"),
    "peeks": ("error", "read 'proba' of the pool, but its needs declare nothing"),
    "seeds": ("violation", "changed the global random state"),
    "trains": ("violation", "changed the model's weights"),
    "quits": ("crashed", "ended with exit status 3"),
    "segfaults": ("crashed", "killed by SIGSEGV"),
}


def test_every_fault_ends_its_own_cell_with_a_reason_and_no_other(run_toy: RunToy) -> None:
    ended = run_toy("first", *FAULTS)
    assert ended["first"].status == ended["random"].status == ended["all-labels"].status == "ok"
    for name, (status, reason) in FAULTS.items():
        assert (name, str(ended[name].status)) == (name, status)
        assert reason in ended[name].reason
        if status in ("invalid-query", "violation", "error"):
            assert f"strategy naughty/{name} (naughty 1.2), round 1" in ended[name].reason
        assert [entry.round for entry in ended[name].rounds] == [0]


@pytest.mark.sweep
def test_an_endless_cell_is_stopped_at_its_limit(run_toy: RunToy) -> None:
    ended = run_toy("sleeps", seconds=8)
    assert ended["sleeps"].status == "timeout"
    assert "limit of 8 s" in ended["sleeps"].reason
    assert ended["random"].status == "ok"


@pytest.mark.sweep
def test_a_cell_that_hoards_memory_is_stopped_at_its_limit(run_toy: RunToy) -> None:
    ended = run_toy("hoards", memory=1000)
    assert ended["hoards"].status == "oom"
    assert "the limit is 1000 MiB" in ended["hoards"].reason


STOPPED_EARLY = "true, validation = 0.3, patience = 1, precision = 'bfloat16'"


@pytest.mark.parametrize(
    "warm",
    [*(pytest.param(each, marks=pytest.mark.sweep) for each in ("false", "true")), STOPPED_EARLY],
)
def test_a_killed_cell_goes_on_to_the_same_bytes(
    run_toy: RunToy, tmp_path: Path, warm: str
) -> None:
    killed = run_toy("dies", warm=warm)["dies"]
    assert (killed.status, len(killed.rounds)) == ("crashed", 2)
    resumed = run_toy("dies", warm=warm)
    assert set(resumed) == {"dies"}, "what had succeeded is reused"
    whole = run_toy("dies", warm=warm, output="elsewhere")["dies"]
    assert essence(resumed["dies"]) == essence(whole)


@pytest.mark.sweep
def test_records_are_equal_whatever_the_number_of_jobs(run_toy: RunToy) -> None:
    one = run_toy("esd", "k-center", output="one", jobs=1, repetitions=2)
    two = run_toy("esd", "k-center", output="two", jobs=2, repetitions=2)
    assert {key: essence(cell) for key, cell in one.items()} == {
        key: essence(cell) for key, cell in two.items()
    }


def test_strategies_share_their_start_and_adding_one_changes_no_other(run_toy: RunToy) -> None:
    few = run_toy("margin", output="few")
    many = run_toy("margin", "bald", "first", output="many")
    assert essence(few["margin"]) == essence(many["margin"])
    parts = [many[name].part for name in ("random", "margin", "bald", "first")]
    assert all(part == parts[0] for part in parts)
    starts = {many[name].rounds[0].proba for name in ("random", "margin", "bald", "first")}
    assert len(starts) == 1


def test_picks_are_training_candidates_each_bought_once(run_toy: RunToy) -> None:
    cell = run_toy("entropy")["entropy"]
    picked = [candidate for entry in cell.rounds for candidate in entry.picked]
    assert len(picked) == len(set(picked)) == cell.rounds[-1].n_labelled == 50
    assert [entry.n_labelled for entry in cell.rounds] == [20, 30, 40, 50]


def test_subjects_are_bought_whole(run_toy: RunToy) -> None:
    cell = run_toy("entropy", of="subjects")["entropy"]
    assert [entry.n_labelled_subjects for entry in cell.rounds] == [20, 30, 40, 50]


def test_a_model_that_answers_with_no_numbers_ends_its_cells_with_the_round_and_the_cause(
    run_toy: RunToy,
) -> None:
    ended = run_toy("first", rate=1e38)
    assert {str(cell.status) for cell in ended.values()} == {"error"}
    model = "model core/mmfn (albench"
    said = "round 0: its test probabilities are not finite, for 1618 of 1618 subjects"
    assert model in ended["all-labels"].reason
    assert said in ended["all-labels"].reason
    assert "its weights are not finite either" in ended["all-labels"].reason
    assert ended["first"].reason.startswith(f"round 0 of this repetition failed: {model}")


def test_weights_that_are_finite_but_huge_are_told_to_have_diverged(run_toy: RunToy) -> None:
    once = "training = {{ epochs = 1, min_updates = 1, learning_rate = {rate} }}"
    reason = run_toy("first", rate=1e30, model=f'plugin = "mmfn"\n{once}')["first"].reason
    assert re.search(r"its weights are as large as \de\+\d\d: training diverged", reason)
    assert "lower training.learning_rate (1e+30)" in reason


@pytest.mark.parametrize("of", ["candidates", "subjects"])
def test_wrong_labels_are_alike_for_all_strategies_and_counted_as_they_are_bought(
    run_toy: RunToy, of: str
) -> None:
    ended = run_toy("entropy", noise=0.3, of=of)
    parts = [ended[name].part for name in ("random", "entropy", "all-labels")]
    counts = {part.marks["wrong label"] for part in parts if part is not None}
    (total,) = counts
    assert 30 < total < 80  # of 179 training candidates
    assert ended["all-labels"].rounds[0].marks == {"wrong label": total}
    bought = [entry.marks["wrong label"] for entry in ended["entropy"].rounds]
    assert 0 < sum(bought) <= min(total, ended["entropy"].rounds[-1].n_labelled)


def test_wrong_labels_change_the_training_and_leave_the_split_and_the_test_labels(
    run_toy: RunToy,
) -> None:
    clean = run_toy("first", output="clean")["all-labels"]
    noisy = run_toy("first", output="noisy", noise=0.3)["all-labels"]
    assert clean.part is not None
    assert noisy.part is not None
    assert replace(noisy.part, marks={}) == clean.part
    assert clean.part.marks == {}
    assert noisy.rounds[0].proba != clean.rounds[0].proba


class Runs:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)


def test_a_pickle_in_a_results_folder_is_not_run_and_costs_nothing(
    run_toy: RunToy, tmp_path: Path
) -> None:
    whole = run_toy("margin", output="crafted")["margin"]
    work = tmp_path / "crafted" / "work"
    crafted = pickle.dumps(Runs(f"touch {tmp_path / 'ran'}"))
    starts = list((work / "starts").iterdir())
    assert starts
    for start in starts:
        start.write_bytes(crafted)
        start.with_suffix(".pickle").write_bytes(crafted)
    (work / "checkpoints").mkdir(exist_ok=True)
    for suffix in (".checkpoint", ".pickle"):
        (work / "checkpoints" / f"{whole.cell}{suffix}").write_bytes(crafted)
    shutil.rmtree(tmp_path / "crafted" / "journal")
    again = run_toy("margin", output="crafted")["margin"]
    assert essence(again) == essence(whole)
    assert not (tmp_path / "ran").exists()


def test_one_flipped_bit_of_a_round_0_changes_no_score(run_toy: RunToy, tmp_path: Path) -> None:
    whole = run_toy("margin", output="flipped")["margin"]
    (start,) = (tmp_path / "flipped" / "work" / "starts").iterdir()
    content = bytearray(start.read_bytes())
    content[-100] ^= 1
    start.write_bytes(content)
    shutil.rmtree(tmp_path / "flipped" / "journal")
    assert essence(run_toy("margin", output="flipped")["margin"]) == essence(whole)
