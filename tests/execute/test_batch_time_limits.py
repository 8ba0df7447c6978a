"""Members of a batch that are over their limit, each told by its own strategy."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from albench.execute import batch_conversation
from albench.execute.batch_conversation import BatchConversation
from albench.execute.batch_supervisor import BatchSupervisor
from albench.execute.frames import Message
from albench.execute.supervise import Outcome
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from albench.execute.batch_supervisor import Broken

LIMIT = 10.0


@dataclass
class Clock:
    """Tells the time that it is set to."""

    now: float = 0.0

    def perf_counter(self) -> float:
        """Return that time."""
        return self.now


class Talk:
    """A member's conversation, which only knows whose code is running."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.rounds: list[Any] = []

    def where(self) -> str:
        """Return it."""
        return f"strategy {self._name}"

    def answer(self, message: Message) -> None:
        """Take anything."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock by which batches measure time."""
    clock = Clock()
    monkeypatch.setattr(batch_conversation, "time", clock)
    return clock


def batch_of(*names: str) -> BatchConversation:
    talks: Any = [Talk(name) for name in names]
    return BatchConversation(talks, LIMIT, lambda *_: None)


def stopped(talk: BatchConversation, *names: str) -> tuple[Broken, dict[str, Outcome]]:
    """Return what is left of a batch that was stopped, and who has ended how."""
    nothing: Any = None
    members: Any = [SimpleNamespace(name=name) for name in names]
    ended: dict[str, Outcome] = {}
    outcome = Outcome(CellStatus.TIMEOUT, None, f"{talk.where()}: stopped", 99.0, 1.0)
    broken = BatchSupervisor(nothing, nothing, nothing)._broken(
        members, talk, outcome, lambda number, end: ended.update({names[number]: end})
    )
    return broken, ended


def test_all_that_are_late_at_once_get_their_rows_each_with_its_own_strategy(clock: Clock) -> None:
    names = ("a", "b", "c")
    talk = batch_of(*names)
    clock.now = 3 * LIMIT + 3
    talk.answer(Message("asks", {"member": 1}))  # b's query is what runs
    assert talk.overdue()
    broken, ended = stopped(talk, *names)
    assert broken.cells == ()
    for name in names:
        assert ended[name].status is CellStatus.TIMEOUT
        assert ended[name].reason.startswith(f"strategy {name}: stopped without a result after")
        assert ended[name].seconds == pytest.approx(LIMIT + 1)


def test_nobody_is_late_by_the_time_that_it_takes_to_stop_the_child(clock: Clock) -> None:
    names = ("a", "b")
    talk = batch_of(*names)
    talk.answer(Message("asks", {"member": 0}))
    clock.now = LIMIT + 1
    talk.answer(Message("picks", {"member": 0, "ahead_seconds": 0.0}))
    talk.answer(Message("asks", {"member": 1}))
    assert talk.overdue()
    clock.now += 2 * LIMIT
    broken, ended = stopped(talk, *names)
    assert list(ended) == ["a"]
    assert [cell.name for cell in broken.cells] == ["b"]  # type: ignore[attr-defined]
    assert broken.has_cause
