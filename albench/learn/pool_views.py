# ruff: noqa: N803  # X is modAL's name
"""Pool views: over candidates of a fusion classifier, or over the rows of a plain learner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from albench.api import PoolView
from albench.errors import QueryFault
from albench.learn.scoring import ClassifierSource

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from numpy.typing import NDArray

    from albench.learn.estimator import FusionClassifier

    Floats = NDArray[np.float32]
    Integers = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class QueryRound:
    """What a view must know of the round it is asked in.

    Parameters
    ----------
    number : int
        Of the round that is about to be bought, from 1.
    dropout_seed : int
        Of its dropout passes.
    committee_seed : int
        Of its committees.
    tell_labels : callable or None
        Gives an oracle the pool's labels; see `PoolView`.
    """

    number: int = 1
    dropout_seed: int = 0
    committee_seed: int = 0
    tell_labels: Callable[[Integers], Integers] | None = None


def candidate_view(
    classifier: FusionClassifier,
    wanted: Collection[str],
    *,
    pool: Integers,
    labelled: Integers,
    labels: Integers,
    round: QueryRound,
) -> PoolView:
    """Return the view of a pool of candidates.

    Parameters
    ----------
    classifier : FusionClassifier
        Trained on the labelled set.
    wanted : collection of str
        The needs of the strategy.
    pool : ndarray of int, shape (n_pool, n_modalities)
        Sample numbers.
    labelled : ndarray of int, shape (n_labelled, n_modalities)
        Sample numbers.
    labels : ndarray of int, shape (n_labelled,)
        Class numbers of the labelled set.
    round : QueryRound
        The round.

    Returns
    -------
    PoolView
        Which computes nothing until it is asked.
    """
    source = ClassifierSource(
        classifier=classifier,
        labelled=labelled,
        labels=labels,
        dropout_seed=round.dropout_seed,
        committee_seed=round.committee_seed,
    )
    return PoolView(
        source,
        needs=wanted,
        modalities=classifier.store.columns,
        n_classes=classifier.n_classes,
        candidates=pool,
        subjects=classifier.store.subjects(pool),
        labelled_candidates=labelled,
        labelled_subjects=classifier.store.subjects(labelled),
        labels=labels,
        round=round.number,
        tell_labels=round.tell_labels,
    )


def row_view(
    learner: Any,  # modAL's
    wanted: Collection[str],
    X_pool: NDArray[Any],  # features of any type
) -> PoolView:
    """Return the view of the rows of a plain modAL learner's pool, each its own subject.

    Parameters
    ----------
    learner : ActiveLearner
        With a trained estimator of scikit-learn's kind.
    wanted : collection of str
        The needs of the strategy: ``proba`` and ``embeddings``, which are the rows themselves.
    X_pool : ndarray, shape (n_pool, ...)
        Features.

    Returns
    -------
    PoolView
        Its sample numbers count the pool's rows, then the labelled set's.
    """
    labelled = learner.X_training
    rows = X_pool if labelled is None else np.concatenate([X_pool, labelled])
    classes = np.asarray(learner.estimator.classes_)
    labels = () if labelled is None else np.searchsorted(classes, learner.y_training)
    numbers, n_pool = np.arange(len(rows)), len(X_pool)
    return PoolView(
        _RowSource(learner, rows),
        needs=wanted,
        modalities=("x",),
        n_classes=len(classes),
        candidates=numbers[:n_pool, None],
        subjects=numbers[:n_pool],
        labelled_candidates=numbers[n_pool:, None],
        labelled_subjects=numbers[n_pool:],
        labels=np.asarray(labels, dtype=np.intp),
    )


class _RowSource:
    """A `PoolSource` over rows of features."""

    def __init__(self, learner: Any, rows: NDArray[Any]) -> None:  # modAL's, features of any type
        self._learner = learner
        self._rows = rows

    def proba(self, candidates: Integers) -> Floats:
        proba: Floats = self._learner.predict_proba(self._rows[candidates[:, 0]])
        return proba

    def embeddings(self, candidates: Integers) -> Floats:
        return self._rows[candidates[:, 0]].reshape(len(candidates), -1).astype(np.float32)

    def stream_embeddings(self, candidates: Integers) -> dict[str, Floats]:
        return {"x": self.embeddings(candidates)}

    def dropout_proba(self, candidates: Integers, passes: int) -> Iterator[Floats]:  # noqa: ARG002
        self._refuse("dropout passes")

    def committee_proba(self, candidates: Integers, members: int) -> Iterator[Floats]:  # noqa: ARG002
        self._refuse("committees")

    def masked_proba(self, candidates: Integers, kept: tuple[str, ...]) -> Floats:  # noqa: ARG002
        self._refuse("masked modalities")

    def _refuse(self, what: str) -> NoReturn:
        estimator = type(self._learner.estimator).__name__
        raise QueryFault(f"the strategy reads {what}, which {estimator} cannot offer")
