"""What a child may send, and when; everything else is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from albench.api import Descriptor, Kind
from albench.cohort.join import join
from albench.errors import AlbenchError, QueryFault
from albench.execute.conversation import CellConversation, fits
from albench.execute.frames import Message, to_frame
from albench.execute.prepare import Prepared
from albench.execute.repetition import Repetition, open_repetition
from albench.execute.task import task_for
from albench.models.fitted_classifier import Sklearn
from albench.models.plugin import albench_models
from albench.records.schema import pack, unpack
from albench.registry import Component

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality
    from albench.execute.checkpoint import Checkpoint

HASHES = {"weights": "0123456789ab", "batches": "ba9876543210"}


class Cell:
    """A cell's conversation, from a round 0 that went well."""

    def __init__(self, repetition: Repetition) -> None:
        self.repetition = repetition
        model = Descriptor(name="m", kind=Kind.MODEL, target="m:M", summary="x")
        strategy = Descriptor(name="s", kind=Kind.STRATEGY, target="s:S", summary="x")
        prepared = Prepared(repetition.cohort, Component(model, "models", "1.0"), {}, {})
        self.ends: list[Checkpoint] = []
        self.task = task_for(repetition.cell, prepared, repetition, repetition.first_labels())
        self.start = CellConversation(repetition, self.task, 1, self.ends.append)
        self.start.answer(Message("networks", HASHES))
        self.start.answer(self.round(0))
        assert self.start.lack() == ""
        own = replace(self.task, strategy=Component(strategy, "mylab", "2.0"), n_rounds=1)
        n_rounds = len(repetition.schedule.targets)
        self.talk = CellConversation(repetition, own, n_rounds, self.ends.append, self.ends[0])

    @property
    def pool(self) -> np.ndarray:
        return np.setdiff1d(self.repetition.train, self.task.labelled)

    @property
    def n(self) -> int:
        return self.repetition.schedule.wanted(1)

    def proba(self) -> np.ndarray:
        n_classes = len(self.repetition.cohort.classes)
        return np.full((self.repetition.n_test_units(), n_classes), 1 / n_classes, np.float32)

    def round(self, number: int, **changes: Any) -> Message:
        arrays = {"proba": self.proba(), "state": np.frombuffer(b"state", dtype=np.uint8)}
        plain = {"round": number, "train_seconds": 0.1, "evaluate_seconds": 0.1}
        plain |= {key: value for key, value in changes.items() if key not in arrays}
        arrays |= {key: value for key, value in changes.items() if key in arrays}
        return Message("round", plain, arrays)

    def picks(self, picks: np.ndarray, number: int = 1) -> Message:
        return Message(
            "picks", {"round": number, "seconds": 0.2, "ahead_seconds": 0.0}, {"picks": picks}
        )

    def ask(self, number: int = 1) -> None:
        self.talk.answer(Message("asks", {"round": number}))


@pytest.fixture
def repetition(planned: Callable[..., Any], make_modality: Callable[..., Modality]) -> Repetition:
    """Of a toy cohort with two modalities."""
    cell = next(cell for cell in planned().cells if len(cell.modalities) == 2)
    names = [f"P{i:02d}" for i in range(60)]
    labels = {name: f"F{i * 7 % 3 % 2}" for i, name in enumerate(names)}
    modalities = {key: make_modality(np.repeat(names, 2), labels) for key in ("a", "b")}
    return open_repetition(cell, join("clinic", modalities))


@pytest.fixture
def cell(repetition: Repetition) -> Cell:
    return Cell(repetition)


def test_a_round_is_asked_bought_and_recorded(cell: Cell) -> None:
    cell.ask()
    assert cell.talk.where() == "strategy mylab/s (mylab 2.0), round 1"
    picks = cell.pool[: cell.n]
    answer = cell.talk.answer(cell.picks(picks))
    assert answer is not None
    assert answer.arrays["labels"].tolist() == cell.repetition.labels_of(picks).tolist()
    assert "training in round 1 on what strategy mylab/s (mylab 2.0)" in cell.talk.where()
    cell.talk.answer(cell.round(1))
    (entry,) = cell.talk.rounds[1:]
    assert entry.picked == picks.tolist()
    assert np.array_equal(unpack(entry.proba), cell.proba())
    assert cell.ends[-1].labelled == (*cell.task.labelled.tolist(), *picks.tolist())
    assert fits(cell.ends[-1], cell.repetition)


PICKS: dict[str, Callable[[Cell], np.ndarray]] = {
    "too many": lambda cell: cell.pool[: cell.n + 5],
    "too few": lambda cell: cell.pool[: cell.n - 1],
    "none": lambda cell: cell.pool[:0],
    "one twice": lambda cell: np.repeat(cell.pool[:1], cell.n),
    "labelled ones": lambda cell: cell.task.labelled[: cell.n],
    "test candidates": lambda cell: cell.repetition.test[: cell.n],
    "negative numbers": lambda cell: -1 - np.arange(cell.n),
    "fractions": lambda cell: cell.pool[: cell.n] + 0.5,
    "a table": lambda cell: cell.pool[: cell.n, None],
    "booleans": lambda cell: np.ones(cell.n, dtype=bool),
}


@pytest.mark.parametrize("what", PICKS)
def test_picks_that_no_round_may_buy_are_refused_and_no_label_is_told(
    what: str, cell: Cell
) -> None:
    cell.ask()
    with pytest.raises(QueryFault):
        cell.talk.answer(cell.picks(PICKS[what](cell)))
    assert len(cell.talk.rounds) == 1


def bad_proba(cell: Cell, change: Callable[[np.ndarray], np.ndarray]) -> Message:
    return cell.round(1, proba=change(cell.proba()))


ROUNDS: dict[str, Callable[[Cell], Message]] = {
    "of another number": lambda cell: cell.round(2),
    "a number that is none": lambda cell: cell.round(True),
    "fewer rows": lambda cell: bad_proba(cell, lambda proba: proba[1:]),
    "fewer classes": lambda cell: bad_proba(cell, lambda proba: proba[:, 1:]),
    "another type": lambda cell: bad_proba(cell, lambda proba: proba.astype(np.float64)),
    "not finite": lambda cell: bad_proba(cell, lambda proba: proba * np.float32(np.nan)),
    "negative": lambda cell: bad_proba(cell, lambda proba: proba + np.array([[2, -2]], np.float32)),
    "too large": lambda cell: bad_proba(cell, lambda proba: proba * np.float32(2)),
    "a time that is none": lambda cell: cell.round(1, train_seconds="1"),
    "a time that is not finite": lambda cell: cell.round(1, train_seconds=float("inf")),
    "a negative time": lambda cell: cell.round(1, evaluate_seconds=-1.0),
}


@pytest.mark.parametrize("what", ROUNDS)
def test_rounds_that_cannot_be_are_refused(what: str, cell: Cell) -> None:
    cell.ask()
    cell.talk.answer(cell.picks(cell.pool[: cell.n]))
    with pytest.raises(AlbenchError):
        cell.talk.answer(ROUNDS[what](cell))
    assert len(cell.talk.rounds) == 1


def test_a_round_without_its_arrays_is_refused(cell: Cell) -> None:
    cell.ask()
    cell.talk.answer(cell.picks(cell.pool[: cell.n]))
    with pytest.raises(AlbenchError, match="without 'proba'"):
        cell.talk.answer(replace(cell.round(1), arrays={}))


def test_labels_are_told_once_a_round_and_only_to_who_was_asked(cell: Cell) -> None:
    picks = cell.picks(cell.pool[: cell.n])
    with pytest.raises(AlbenchError, match="out of turn"):
        cell.talk.answer(picks)
    cell.ask()
    cell.talk.answer(picks)
    with pytest.raises(AlbenchError, match="out of turn"):
        cell.talk.answer(cell.picks(cell.pool[cell.n : 2 * cell.n]))
    with pytest.raises(AlbenchError, match="out of turn"):
        cell.ask()


def test_hashes_are_hashes_and_told_once(cell: Cell) -> None:
    fresh = CellConversation(cell.repetition, cell.task, 1, lambda _: None)
    with pytest.raises(AlbenchError, match="invalid hash"):
        fresh.answer(Message("networks", HASHES | {"weights": "../../etc"}))
    with pytest.raises(AlbenchError, match="out of turn"):
        cell.start.answer(Message("networks", HASHES))


def test_a_round_may_be_as_long_as_the_state_of_a_classifier_that_has_learnt_all(
    cell: Cell,
) -> None:
    shapes = {"a": (20_000,), "b": (10_000,)}
    n = len(cell.repetition.train)
    samples = {name: torch.rand(n, *shape) for name, shape in shapes.items()}
    net = Sklearn(classifier="sklearn.naive_bayes.GaussianNB").build(shapes, 2)
    net.solve(samples, torch.arange(n) % 2, None)
    state = np.frombuffer(safetensors.torch.save(net.state_dict()), dtype=np.uint8)
    (refitted,) = (each for each in albench_models() if each.name == "sklearn")
    task = replace(cell.task, shapes=shapes, model=Component(refitted, "albench", "1.0"))
    talk = CellConversation(cell.repetition, task, 9, cell.ends.append, cell.ends[0])
    most = talk.max_bytes()
    assert most is not None
    assert len(to_frame(cell.round(1, state=state))) <= most


def test_what_is_lacking_is_told(cell: Cell) -> None:
    assert cell.talk.lack() == f"1 of {len(cell.repetition.schedule.targets)} rounds are there"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
NAMES = st.sampled_from(["round", "seconds", "train_seconds", "weights", "batches", "x"])
ARRAYS = st.sampled_from(
    [np.arange(5), np.zeros((2, 2), np.float32), np.empty(0), np.ones(3, bool), np.array(1)]
)
MESSAGES = st.builds(
    Message,
    st.sampled_from(["networks", "asks", "picks", "round", "value", ""]) | st.text(max_size=5),
    st.dictionaries(NAMES, VALUES | st.just(1)),
    st.dictionaries(st.sampled_from(["picks", "proba", "state"]), ARRAYS),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(MESSAGES, max_size=6))
def test_no_message_does_anything_but_what_it_may(
    messages: list[Message], repetition: Repetition
) -> None:
    cell = Cell(repetition)
    for message in messages:
        try:
            cell.talk.answer(message)
        except AlbenchError:
            continue
    assert len(cell.talk.rounds) == 1  # none of them can end a round


ODD: dict[str, Any] = {
    "proba": pack(np.full((3, 2), np.nan, np.float32)),
    "n_labelled": 10**6,
    "n_labelled_subjects": 0,
    "marks": {"failed": 10**6},
    "train_seconds": float("nan"),
}


def changed_first(change: dict[str, Any]) -> Callable[[Checkpoint], Checkpoint]:
    """Return a function that changes what a checkpoint tells of its round 0."""

    def changed(end: Checkpoint) -> Checkpoint:
        return replace(end, rounds=(replace(end.rounds[0], **change), *end.rounds[1:]))

    return changed


DAMAGES: dict[str, Callable[[Checkpoint], Checkpoint]] = {
    "other test labels": lambda end: replace(
        end, part=replace(end.part, labels=[0 for _ in end.part.labels])
    ),
    "another split": lambda end: replace(end, part=replace(end.part, split_hash="0" * 12)),
    "other first labels": lambda end: replace(
        end, rounds=(replace(end.rounds[0], picked=end.rounds[0].picked[1:]), *end.rounds[1:])
    ),
    **{f"{name} that cannot be": changed_first({name: value}) for name, value in ODD.items()},
    "a purchase that may not be": lambda end: replace(
        end, rounds=(end.rounds[0], replace(end.rounds[1], picked=end.rounds[1].picked[1:]))
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_checkpoint_of_another_repetition_is_not_gone_on_from(damage: str, cell: Cell) -> None:
    cell.ask()
    cell.talk.answer(cell.picks(cell.pool[: cell.n]))
    cell.talk.answer(cell.round(1))
    assert fits(cell.ends[-1], cell.repetition)
    assert not fits(DAMAGES[damage](cell.ends[-1]), cell.repetition)
