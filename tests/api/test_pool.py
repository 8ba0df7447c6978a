"""A pool view is lazy, computes once, cannot be written to and shows what was declared."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.api import PoolView, UndeclaredNeed
from albench.api.needs import GRANTED, NEEDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Floats = np.ndarray[Any, np.dtype[np.float32]]
    Ints = np.ndarray[Any, np.dtype[np.intp]]
    Read = Callable[[PoolView], Any]


class Source:
    """Answers with the candidates' own numbers, and counts its calls."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def proba(self, candidates: Ints) -> Floats:
        return self._rows("proba", candidates)

    def embeddings(self, candidates: Ints) -> Floats:
        return self._rows("embeddings", candidates)

    def stream_embeddings(self, candidates: Ints) -> Mapping[str, Floats]:
        rows = self._rows("streams", candidates)
        return MappingProxyType({"a": rows, "b": -rows})

    def masked_proba(self, candidates: Ints, kept: tuple[str, ...]) -> Floats:
        return self._rows("masked " + "+".join(kept), candidates)

    def dropout_proba(self, candidates: Ints, passes: int) -> Iterator[Floats]:
        return (self._rows("dropout", candidates) + i for i in range(passes))

    def committee_proba(self, candidates: Ints, members: int) -> Iterator[Floats]:
        return (self._rows("committee", candidates) - i for i in range(members))

    def _rows(self, name: str, candidates: Ints) -> Floats:
        self.calls[name] += 1
        return candidates.astype(np.float32)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def view(source: Source) -> Callable[..., PoolView]:
    """A factory of views of four candidates, with three labelled ones."""

    def make(needs: frozenset[str] = frozenset(NEEDS), tell_labels: Any = None) -> PoolView:
        return PoolView(
            source,
            needs=needs,
            modalities=("a", "b"),
            n_classes=2,
            candidates=np.arange(8).reshape(4, 2),
            subjects=np.array([0, 0, 1, 1]),
            labelled_candidates=np.arange(20, 26).reshape(3, 2),
            labelled_subjects=np.array([2, 2, 3]),
            labels=np.array([0, 1, 0]),
            round=3,
            tell_labels=tell_labels,
        )

    return make


READS: dict[str, tuple[str, Read]] = {
    "proba": ("proba", lambda pool: pool.proba),
    "labelled proba": ("proba", lambda pool: pool.labelled_proba),
    "embeddings": ("embeddings", lambda pool: pool.embeddings),
    "labelled embeddings": ("embeddings", lambda pool: pool.labelled_embeddings),
    "a stream": ("stream_embeddings", lambda pool: pool.stream_embeddings["a"]),
    "masked": ("masked_proba", lambda pool: pool.masked_proba("b")),
    "a dropout pass": ("dropout_proba", lambda pool: next(pool.dropout_proba(1))),
    "a member": ("committee_proba", lambda pool: next(pool.committee_proba(1))),
}
KEPT = [name for name in READS if name not in ("a dropout pass", "a member")]
STRUCTURE = (
    "candidates",
    "subjects",
    "labelled_candidates",
    "labelled_subjects",
    "labels",
)


def labels_of(candidates: Ints) -> Ints:
    """Two of four candidates are of each class."""
    return candidates[:, 0] // 4


def test_labels_of_the_pool_are_not_told_to_who_merely_asks(view: Callable[..., PoolView]) -> None:
    with pytest.raises(UndeclaredNeed, match="tagged 'oracle'"):
        _ = view(frozenset(GRANTED)).hidden_labels


def test_labels_of_the_pool_are_not_told_to_an_oracle_that_does_not_declare_it(
    view: Callable[..., PoolView],
) -> None:
    with pytest.raises(UndeclaredNeed, match="add 'hidden_labels' to needs"):
        _ = view(tell_labels=labels_of).hidden_labels


def test_an_oracle_is_told_the_labels_of_the_pool_and_of_its_parts(
    view: Callable[..., PoolView],
) -> None:
    pool = view(frozenset(GRANTED), tell_labels=labels_of)
    assert pool.hidden_labels.tolist() == [0, 0, 1, 1]
    assert pool.take(np.array([3, 0])).hidden_labels.tolist() == [1, 0]


def test_a_view_is_as_long_as_the_pool(view: Callable[..., PoolView]) -> None:
    assert len(view()) == 4


def test_nothing_is_computed_before_it_is_read(
    view: Callable[..., PoolView], source: Source
) -> None:
    pool = view()
    pool.dropout_proba(10)
    assert not source.calls


@pytest.mark.parametrize("name", KEPT)
def test_what_is_read_twice_is_computed_once(
    name: str, view: Callable[..., PoolView], source: Source
) -> None:
    pool = view()
    read = READS[name][1]
    np.testing.assert_array_equal(read(pool), read(pool))
    assert source.calls.total() == 1


@pytest.mark.parametrize("name", READS)
def test_what_is_read_cannot_be_written_to(name: str, view: Callable[..., PoolView]) -> None:
    with pytest.raises(ValueError, match="read-only"):
        READS[name][1](view())[0] = 1


@pytest.mark.parametrize("name", STRUCTURE)
def test_structure_cannot_be_written_to(name: str, view: Callable[..., PoolView]) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(view(), name)[0] = 1


def test_a_stream_cannot_be_put_in_the_place_of_another(view: Callable[..., PoolView]) -> None:
    with pytest.raises(TypeError):
        view().stream_embeddings["a"] = np.zeros((4, 2), np.float32)  # type: ignore[index]  # the point


def test_an_array_that_was_given_stays_writable(source: Source) -> None:
    candidates = np.zeros((1, 1), dtype=np.intp)
    none = np.empty(0, dtype=np.intp)
    PoolView(
        source,
        needs=(),
        modalities=("a",),
        n_classes=2,
        candidates=candidates,
        subjects=none,
        labelled_candidates=none,
        labelled_subjects=none,
        labels=none,
    )
    assert candidates.flags.writeable


@pytest.mark.parametrize("name", READS)
def test_reading_what_was_not_declared_is_refused(name: str, view: Callable[..., PoolView]) -> None:
    need, read = READS[name]
    others = frozenset(NEEDS) - {need}
    with pytest.raises(UndeclaredNeed, match=f"read '{need}' .* add '{need}' to needs"):
        read(view(others))


@pytest.mark.parametrize("name", READS)
def test_reading_what_was_declared_needs_nothing_else(
    name: str, view: Callable[..., PoolView]
) -> None:
    need, read = READS[name]
    assert len(read(view(frozenset({need})))) in (3, 4)


def test_a_refusal_says_what_was_declared(view: Callable[..., PoolView]) -> None:
    with pytest.raises(UndeclaredNeed, match="declare embeddings, proba;"):
        next(view(frozenset({"proba", "embeddings"})).dropout_proba(2))
    with pytest.raises(UndeclaredNeed, match="declare nothing;"):
        _ = view(frozenset()).proba


@pytest.mark.parametrize("name", STRUCTURE)
def test_structure_needs_no_declaration(name: str, view: Callable[..., PoolView]) -> None:
    assert len(getattr(view(frozenset()), name)) in (3, 4)


def test_the_labelled_set_is_asked_for_the_labelled(view: Callable[..., PoolView]) -> None:
    np.testing.assert_array_equal(view().labelled_proba, view().labelled_candidates)


def test_passes_come_one_at_a_time_and_again(view: Callable[..., PoolView]) -> None:
    pool = view()
    first = [proba[0, 0] for proba in pool.dropout_proba(3)]
    assert first == [proba[0, 0] for proba in pool.dropout_proba(3)] == [0.0, 1.0, 2.0]
    assert [proba[0, 0] for proba in pool.committee_proba(2)] == [0.0, -1.0]


def test_modalities_are_kept_in_their_own_order_and_once(
    view: Callable[..., PoolView], source: Source
) -> None:
    pool = view()
    pool.masked_proba("b", "a")
    pool.masked_proba("a", "b", "a")
    pool.masked_proba()
    assert source.calls == {"masked a+b": 1, "masked ": 1}


def test_a_modality_that_is_not_there_cannot_be_kept(view: Callable[..., PoolView]) -> None:
    with pytest.raises(ValueError, match="no modality 'c'; there are a, b"):
        view().masked_proba("a", "c")


@pytest.mark.parametrize("positions", [[2, 0], [], [1, 1], [-1]], ids=str)
@pytest.mark.parametrize("name", KEPT)
def test_a_part_of_a_view_shows_the_same_rows_without_computing_again(
    name: str, positions: list[int], view: Callable[..., PoolView], source: Source
) -> None:
    pool = view()
    read = READS[name][1]
    whole = read(pool)
    part = pool.take(np.array(positions, dtype=np.intp))
    expected = whole if name.startswith("labelled") else whole[positions]
    np.testing.assert_array_equal(read(part), expected)
    assert source.calls.total() == 1
    assert len(part) == len(positions)


@pytest.mark.parametrize("name", KEPT)
def test_a_part_of_a_view_is_computed_for_itself_if_need_be(
    name: str, view: Callable[..., PoolView]
) -> None:
    read = READS[name][1]
    part = view().take(np.array([2, 0]))
    expected = read(view()) if name.startswith("labelled") else read(view())[[2, 0]]
    np.testing.assert_array_equal(read(part), expected)


@pytest.mark.parametrize("name", KEPT)
def test_a_part_of_a_view_cannot_be_written_to(name: str, view: Callable[..., PoolView]) -> None:
    pool = view()
    read = READS[name][1]
    read(pool)
    with pytest.raises(ValueError, match="read-only"):
        read(pool.take(np.array([1])))[0] = 1


def test_a_part_of_a_part_is_counted_from_the_part(view: Callable[..., PoolView]) -> None:
    part = view().take(np.array([3, 1, 0])).take(np.array([0, 2]))
    assert part.candidates[:, 0].tolist() == [6, 0]
    assert part.subjects.tolist() == [1, 0]


def test_a_part_of_a_view_has_its_needs_round_and_labels(view: Callable[..., PoolView]) -> None:
    part = view(frozenset({"proba"})).take(np.array([1]))
    assert (part.round, part.n_classes, part.modalities) == (3, 2, ("a", "b"))
    assert part.labels.tolist() == [0, 1, 0]
    with pytest.raises(UndeclaredNeed):
        _ = part.embeddings
