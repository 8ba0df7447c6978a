"""A batch whose child ends goes on from its members' last rounds, and nobody pays for another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from albench import session
from albench.engines import cell_batches
from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.execute.run import Progress
    from albench.records.schema import Finished

    Watched = Callable[..., "Seen"]

TRAINING = """
training = {{ epochs = 1, min_updates = 3, batch_size = 24, learning_rate = {rate} }}
"""
WIDE = f'plugin = "mmfn"\noptions = {{{{ width = 32, hidden = 32 }}}}{TRAINING}'
KILLING = f'plugin = "killing"\noptions = {{{{ marker = "{{marker}}", samples = 16 }}}}{TRAINING}'
"""Kills its process at the third update of the last round: 50 labels are 17, 17 and 16."""

LAST = 3
"""The last round: 20 labels, and 10 more in each."""


@dataclass
class Seen:
    """What is seen of a run: ends and rounds of strategies and repetitions, and retries."""

    ended: dict[str, Finished] = field(default_factory=dict)
    rounds: list[tuple[str, int]] = field(default_factory=list)
    begun: Counter[str] = field(default_factory=Counter)
    before_retries: list[tuple[str, int]] | None = None

    def take(self, progress: Progress) -> None:
        """Note an event of a cell."""
        if progress.cell is None:
            return
        name = f"{progress.cell.strategy_label} {progress.cell.repetition}"
        if progress.kind == "round" and progress.round:
            self.rounds.append((name, progress.round))
        elif progress.kind == "retry" and self.before_retries is None:
            self.before_retries = list(self.rounds)
        elif progress.kind == "begin" and progress.round is None:
            self.begun[name] += 1
        elif progress.finished is not None:
            self.ended[name] = progress.finished

    def essences(self, *names: str) -> dict[str, Any]:
        """Return what was recorded of cells, but for times."""
        return {name: essence(self.ended[name]) for name in names}


@pytest.fixture
def watched(write_spec: Callable[..., Path], tmp_path: Path) -> Watched:
    """Return a function that runs the toy benchmark, and tells what was seen of it."""

    def run(
        *strategies: str, output: str = "results", lockstep: bool = True, **changes: Any
    ) -> Seen:
        opened, seen = session.open_spec(str(write_spec(*strategies, **changes))), Seen()
        results = tmp_path / output
        session.run(opened, results, 1, ["x"], lambda *_: None, seen.take, lockstep=lockstep)
        return seen

    return run


def batches_in(results: Path) -> list[Path]:
    """Return the logs of the batches that cells were carried out in."""
    return list((results / "work" / "logs").glob("batch-*"))


def require_same_records(broken: Seen, whole: Seen) -> None:
    assert {str(cell.status) for cell in whole.ended.values()} == {"ok"}
    assert broken.essences(*whole.ended) == whole.essences(*whole.ended)


def test_a_batch_that_is_killed_while_its_cells_learn_loses_no_more_than_that_round(
    watched: Watched, tmp_path: Path
) -> None:
    names = ("random 0", "margin 0", "entropy 0")
    broken = watched("margin", "entropy", model=KILLING)
    assert (tmp_path / "marker").exists()
    assert len(batches_in(tmp_path / "results")) == 1

    assert broken.before_retries is not None
    assert sorted(broken.before_retries) == sorted(
        (name, number) for name in names for number in range(1, LAST)
    )
    assert Counter(broken.rounds) == Counter(
        (name, number) for name in names for number in range(1, LAST + 1)
    ), "no round that had ended was trained again"
    assert {name: broken.begun[name] for name in names} == dict.fromkeys(names, 2)
    assert [broken.ended[name].retries for name in names] == [{"lost": 1}] * len(names)

    whole = watched("margin", "entropy", model=KILLING, output="whole")
    assert whole.before_retries is None
    assert len(batches_in(tmp_path / "whole")) == 1
    require_same_records(broken, whole)


def test_a_batch_that_passes_its_memory_goes_on_one_by_one_and_the_guilty_ends(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_batches, "TRUSTED", frozenset({"albench", "naughty"}))
    others = ("random 0", "margin 0", "entropy 0")
    broken = watched("margin", "swells", "entropy", model=WIDE, memory=1000)
    assert len(batches_in(tmp_path / "results")) == 1

    guilty = broken.ended["swells 0"]
    assert str(guilty.status) == "oom"
    assert "strategy naughty/swells (naughty 1.2), round 2: stopped at" in guilty.reason
    assert "the limit is 1000 MiB" in guilty.reason
    assert [entry.round for entry in guilty.rounds] == [0, 1]
    for name in (*others, "swells 0"):
        assert broken.ended[name].retries == {"out of memory": 1}
    assert broken.before_retries is not None
    assert {number for _, number in broken.before_retries} == {1}
    assert Counter(broken.rounds) == Counter(
        [*((name, number) for name in others for number in range(1, LAST + 1)), ("swells 0", 1)]
    )

    whole = watched("margin", "entropy", model=WIDE, output="whole", lockstep=False)
    require_same_records(broken, whole)


def test_rounds_0_that_are_killed_together_are_trained_one_by_one_to_the_same_bytes(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_batches, "TRUSTED", frozenset({"albench", "naughty"}))
    at_once = KILLING.replace("samples = 16", "samples = 20")  # the labels of round 0
    broken = watched("margin", model=at_once, repetitions=2)
    assert len(list((tmp_path / "results" / "work" / "logs").glob("starts-*"))) == 1
    assert (tmp_path / "marker").exists()
    assert broken.before_retries == []
    assert broken.ended["random 1"].retries == broken.ended["random 0"].retries == {"lost": 1}
    whole = watched("margin", model=at_once, repetitions=2, output="whole")
    assert whole.before_retries is None
    require_same_records(broken, whole)
