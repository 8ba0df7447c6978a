"""What a strategy sees: the unlabelled candidates, and what the model says of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from albench.api import needs as need
from albench.errors import UndeclaredNeed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from numpy.typing import NDArray

    Proba = NDArray[np.float32]

T = TypeVar("T")

_OF_THE_LABELLED = frozenset({"labelled proba", "labelled embeddings", "labelled available"})


class PoolSource(Protocol):
    """Where a `PoolView` gets what it offers; the harness implements it, a test may fake it.

    ``candidates`` are always an ``(n, n_modalities)`` array of sample numbers.
    """

    def proba(self, candidates: NDArray[np.intp]) -> Proba:
        """Return ``(n, n_classes)`` probabilities of one deterministic pass."""

    def dropout_proba(self, candidates: NDArray[np.intp], passes: int) -> Iterator[Proba]:
        """Yield ``(n, n_classes)`` once per pass; the same passes each time it is called."""

    def committee_proba(self, candidates: NDArray[np.intp], members: int) -> Iterator[Proba]:
        """Yield ``(n, n_classes)`` once per independently initialised member."""

    def embeddings(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return ``(n, D)`` fused vectors."""

    def stream_embeddings(self, candidates: NDArray[np.intp]) -> Mapping[str, NDArray[np.float32]]:
        """Return ``(n, d)`` vectors of each modality."""

    def masked_proba(self, candidates: NDArray[np.intp], kept: tuple[str, ...]) -> Proba:
        """Return ``(n, n_classes)`` with all but the `kept` modalities at their mean vector."""


class PoolView:
    """The pool of one round, as a strategy sees it.

    Everything is lazy, computed at most once, and read-only. Nothing of the test set can be reached
    from here, and labels of the pool only by a strategy that announces itself as an oracle.

    Parameters
    ----------
    source : PoolSource
        Computes what the model says.
    needs : collection of str
        What the strategy declared; the rest raises `UndeclaredNeed`.
    modalities : sequence of str
        The names of the candidates' columns.
    n_classes : int
        The number of classes of the task, whether or not the labelled set has all of them.
    candidates : ndarray of int, shape (n_pool, n_modalities)
        The sample number of each modality: equal numbers in a column are the same sample, but for
        -1, which is none.
    subjects : ndarray of int, shape (n_pool,)
        The subject of each candidate.
    labelled_candidates : ndarray of int, shape (n_labelled, n_modalities)
        The same of the labelled set.
    labelled_subjects : ndarray of int, shape (n_labelled,)
        The same of the labelled set.
    labels : ndarray of int, shape (n_labelled,)
        The class numbers of the labelled set.
    round : int
        The number of the round that is about to be bought, from 1.
    tell_labels : callable or None
        Takes candidates, ``(n, n_modalities)``, and returns their true class numbers, ``(n,)``;
        None for every strategy whose descriptor is not tagged ``oracle``.
    """

    def __init__(  # noqa: PLR0913  # the harness alone builds it, by keyword
        self,
        source: PoolSource,
        *,
        needs: Collection[str],
        modalities: tuple[str, ...],
        n_classes: int,
        candidates: NDArray[np.intp],
        subjects: NDArray[np.intp],
        labelled_candidates: NDArray[np.intp],
        labelled_subjects: NDArray[np.intp],
        labels: NDArray[np.intp],
        round: int = 1,
        tell_labels: Callable[[NDArray[np.intp]], NDArray[np.intp]] | None = None,
    ) -> None:
        self._source = source
        self._needs = frozenset(needs)
        self._cache: dict[object, Any] = {}  # values of every type that the properties return
        self.modalities = modalities
        self.n_classes = n_classes
        self.candidates = _read_only(candidates)
        self.subjects = _read_only(subjects)
        self.labelled_candidates = _read_only(labelled_candidates)
        self.labelled_subjects = _read_only(labelled_subjects)
        self.labels = _read_only(labels)
        self.round = round
        self._tell_labels = tell_labels

    def __len__(self) -> int:
        return len(self.candidates)

    @property
    def available(self) -> NDArray[np.bool_]:
        """Which modalities each candidate has, ``(n_pool, n_modalities)``.

        All of them, unless the cohort says ``incomplete = "mask"``. Of one that a candidate lacks,
        the sample number is -1, and its vectors are those of the mean sample.
        """
        return self._once("available", lambda: self.candidates >= 0)

    @property
    def labelled_available(self) -> NDArray[np.bool_]:
        """The same of the labelled set, ``(n_labelled, n_modalities)``."""
        return self._once("labelled available", lambda: self.labelled_candidates >= 0)

    @property
    def proba(self) -> Proba:
        """Class probabilities of one deterministic pass, ``(n_pool, n_classes)``."""
        self._require(need.PROBA)
        return self._once("proba", lambda: self._source.proba(self.candidates))

    @property
    def labelled_proba(self) -> Proba:
        """Class probabilities of the labelled set, ``(n_labelled, n_classes)``."""
        self._require(need.PROBA)
        return self._once("labelled proba", lambda: self._source.proba(self.labelled_candidates))

    @property
    def embeddings(self) -> NDArray[np.float32]:
        """Fused vectors before the classifier, ``(n_pool, D)``."""
        self._require(need.EMBEDDINGS)
        return self._once("embeddings", lambda: self._source.embeddings(self.candidates))

    @property
    def labelled_embeddings(self) -> NDArray[np.float32]:
        """Fused vectors of the labelled set, ``(n_labelled, D)``."""
        self._require(need.EMBEDDINGS)
        return self._once(
            "labelled embeddings", lambda: self._source.embeddings(self.labelled_candidates)
        )

    @property
    def stream_embeddings(self) -> Mapping[str, NDArray[np.float32]]:
        """Each modality's vectors before fusion, ``(n_pool, d)``."""
        self._require(need.STREAM_EMBEDDINGS)
        return self._once(
            "stream embeddings", lambda: self._source.stream_embeddings(self.candidates)
        )

    @property
    def hidden_labels(self) -> NDArray[np.intp]:
        """The pool's true class numbers, ``(n_pool,)``, for strategies tagged ``oracle`` alone.

        Raises
        ------
        UndeclaredNeed
            If the strategy does not declare that it needs them, or is not tagged.
        """
        self._require(need.HIDDEN_LABELS)
        if self._tell_labels is None:
            raise UndeclaredNeed(
                "the labels of the pool are granted only to strategies whose descriptor is tagged "
                "'oracle', in a benchmark; add the tag, and say in the summary what it means"
            )
        tell = self._tell_labels
        return self._once("hidden labels", lambda: tell(self.candidates))

    def dropout_proba(self, passes: int) -> Iterator[Proba]:
        """Yield class probabilities ``(n_pool, n_classes)`` of each of `passes` dropout passes.

        They come one at a time, so that a sum over passes needs no ``(passes, n, classes)`` array;
        asking again gives the same passes.

        Parameters
        ----------
        passes : int
            How many.

        Yields
        ------
        ndarray of float32, shape (n_pool, n_classes)
            One pass; only dropout is random, batch statistics are not touched.
        """
        self._require(need.DROPOUT_PROBA)
        yield from map(_read_only, self._source.dropout_proba(self.candidates, passes))

    def committee_proba(self, members: int) -> Iterator[Proba]:
        """Yield class probabilities ``(n_pool, n_classes)`` of each member of a committee.

        Parameters
        ----------
        members : int
            How many independently initialised heads to train on the labelled set.

        Yields
        ------
        ndarray of float32, shape (n_pool, n_classes)
            One member.
        """
        self._require(need.COMMITTEE_PROBA)
        yield from map(_read_only, self._source.committee_proba(self.candidates, members))

    def masked_proba(self, *kept: str) -> Proba:
        """Return class probabilities with all but the `kept` modalities at their mean vector.

        Parameters
        ----------
        *kept : str
            The modalities that stay as they are; none gives the answer to no information.

        Returns
        -------
        ndarray of float32, shape (n_pool, n_classes)
            Rows sum to one.

        Raises
        ------
        ValueError
            If there is no such modality here.
        """
        self._require(need.MASKED_PROBA)
        for name in kept:
            if name not in self.modalities:
                listed = ", ".join(self.modalities)
                raise ValueError(f"there is no modality {name!r}; there are {listed}")
        names = tuple(name for name in self.modalities if name in kept)
        return self._once(
            ("masked", names), lambda: self._source.masked_proba(self.candidates, names)
        )

    def take(self, positions: NDArray[np.intp]) -> PoolView:
        """Return a view of some of the pool's candidates, with the same needs.

        Parameters
        ----------
        positions : ndarray of int
            Positions in this pool; the new view's position ``i`` is ``positions[i]`` here.

        Returns
        -------
        PoolView
            What has been computed for this pool is sliced, not computed again.
        """
        positions = np.asarray(positions, dtype=np.intp)
        part = PoolView(
            self._source,
            needs=self._needs,
            modalities=self.modalities,
            n_classes=self.n_classes,
            candidates=self.candidates[positions],
            subjects=self.subjects[positions],
            labelled_candidates=self.labelled_candidates,
            labelled_subjects=self.labelled_subjects,
            labels=self.labels,
            round=self.round,
            tell_labels=self._tell_labels,
        )
        for key, value in self._cache.items():
            part._cache[key] = value if key in _OF_THE_LABELLED else _sliced(value, positions)
        return part

    def _require(self, name: str) -> None:
        if name not in self._needs:
            declared = ", ".join(sorted(self._needs)) or "nothing"
            raise UndeclaredNeed(
                f"the strategy read {name!r} of the pool, but its needs declare {declared}; "
                f"add {name!r} to needs"
            )

    def _once(self, key: object, compute: Callable[[], T]) -> T:
        if key not in self._cache:
            self._cache[key] = _read_only(compute())
        value: T = self._cache[key]
        return value


def _read_only(value: T) -> T:
    """Return the arrays in `value` as views that cannot be written to."""
    if isinstance(value, np.ndarray):
        view = value.view()
        view.flags.writeable = False
        return view
    if isinstance(value, Mapping):
        parts = {key: _read_only(part) for key, part in value.items()}
        return MappingProxyType(parts)  # type: ignore[return-value]  # a mapping again
    return value


def _sliced(value: Any, positions: NDArray[np.intp]) -> Any:  # an array, or a mapping of arrays
    if isinstance(value, Mapping):
        return _read_only({key: part[positions] for key, part in value.items()})
    return _read_only(value[positions])
