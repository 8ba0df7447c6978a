# ruff: noqa: N803  # X is modAL's name
"""The learner: modAL's active learner over candidates, with a strategy that sees a pool view.

Its ``X`` and ``y`` are those of `albench.learn.estimator`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from modAL.models import ActiveLearner

from albench.errors import DataError
from albench.learn.lockstep import Pupil
from albench.learn.pool_views import QueryRound, candidate_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from albench.api import PoolView, QueryStrategy
    from albench.learn.estimator import FusionClassifier

    Integers = NDArray[np.intp]

_FIRST = QueryRound()


class Learner(ActiveLearner):  # type: ignore[misc]  # modAL ships no types
    """An active learner whose ``X`` is candidates, rows of sample numbers.

    It keeps its labelled set itself: modAL 0.4.1 passes ``check_X_y`` an argument that
    scikit-learn 1.8 removed, so that its own ``teach`` and ``fit`` fail.

    Parameters
    ----------
    estimator : FusionClassifier
        What is trained.
    strategy : QueryStrategy or None
        What chooses; None for a learner that is never asked, or is given one later.
    order : callable or None
        Returns positions in the labelled set, in the order in which it is trained on; None trains
        in the order of purchase.
    """

    def __init__(
        self,
        estimator: FusionClassifier,
        strategy: QueryStrategy | None = None,
        order: Callable[[], Integers] | None = None,
    ) -> None:
        self.strategy = strategy
        self._order = order
        super().__init__(estimator=estimator, query_strategy=_query)

    def view(self, X_pool: ArrayLike, round: QueryRound = _FIRST) -> PoolView:
        """Return what the strategy is shown of a pool.

        Parameters
        ----------
        X_pool : array_like of int, shape (n_pool, n_modalities)
            Sample numbers of the candidates without a label.
        round : QueryRound
            The round it is shown in.

        Returns
        -------
        PoolView
            With the needs that the strategy declares.

        Raises
        ------
        ValueError
            If the learner has no strategy.
        """
        return candidate_view(
            self.estimator,
            _strategy_of(self).needs,
            pool=np.asarray(X_pool, dtype=np.intp),
            labelled=self.X_training,
            labels=self.y_training,
            round=round,
        )

    def adopt(self, X: ArrayLike, y: ArrayLike, state: bytes) -> None:
        """Take over a labelled set and a network that was trained elsewhere on it.

        `state` is what `FusionClassifier.state` gave there.
        """
        self.X_training, self.y_training = _checked(X, y)
        self.estimator.load_state(state, n_taught=len(self.y_training))

    def pupil(self, X: ArrayLike, y: ArrayLike) -> Pupil:
        """Add to the labelled set, and return what `teach` would have trained on all of it.

        It is to be trained with others; the set is in the learner's order.
        """
        self._add_training_data(X, y)
        order = slice(None) if self._order is None else self._order()
        return Pupil(self.estimator, self.X_training[order], self.y_training[order])

    def fit(
        self, X: ArrayLike, y: ArrayLike, bootstrap: bool = False, **fit_kwargs: Any
    ) -> Learner:  # modAL's
        """Take a labelled set for all that is known, and train on it.

        With `bootstrap` the learner trains on a draw with replacement, by NumPy's global generator
        as modAL does. Other keywords are passed on to the estimator.
        """
        self.X_training, self.y_training = _checked(X, y)
        self._fit_to_known(bootstrap=bootstrap, **fit_kwargs)
        return self

    def _fit_to_known(self, bootstrap: bool = False, **fit_kwargs: Any) -> Learner:  # modAL's
        """Train on all that is known, in the learner's order."""
        if bootstrap or self._order is None:
            super()._fit_to_known(bootstrap=bootstrap, **fit_kwargs)
        else:
            order = self._order()
            self.estimator.fit(self.X_training[order], self.y_training[order], **fit_kwargs)
        return self

    def _add_training_data(self, X: ArrayLike, y: ArrayLike) -> None:
        X, y = _checked(X, y)
        if self.X_training is not None:
            X = np.concatenate([self.X_training, X])
            y = np.concatenate([self.y_training, y])
        self.X_training, self.y_training = X, y

    def _fit_on_new(
        self, X: ArrayLike, y: ArrayLike, bootstrap: bool = False, **fit_kwargs: Any
    ) -> Learner:  # modAL's
        before = self.X_training, self.y_training
        try:
            self.fit(X, y, bootstrap=bootstrap, **fit_kwargs)
        finally:
            self.X_training, self.y_training = before
        return self


def _query(
    learner: Learner,
    X_pool: ArrayLike,
    n_instances: int = 1,
    *,
    rng: np.random.Generator,
    round: QueryRound = _FIRST,
) -> Integers:
    """Ask the learner's strategy; modAL calls this, and takes the rows of what it returns."""
    return _strategy_of(learner)(learner.view(X_pool, round), n_instances, rng)


def _strategy_of(learner: Learner) -> QueryStrategy:
    if learner.strategy is None:
        raise ValueError("the learner has no strategy: give it one before asking it")
    return learner.strategy


def _checked(X: ArrayLike, y: ArrayLike) -> tuple[Integers, Integers]:
    candidates, labels = np.asarray(X), np.asarray(y)
    if candidates.ndim != 2 or candidates.shape[:1] != labels.shape:
        shapes = f"{candidates.shape} and {labels.shape}"
        raise DataError(f"expected (n, n_modalities) candidates and n labels, found {shapes}")
    if candidates.dtype.kind not in "iu" or labels.dtype.kind not in "iu":
        types = f"{candidates.dtype} and {labels.dtype}"
        raise DataError(f"candidates and labels are whole numbers, found {types}")
    return candidates.astype(np.intp), labels.astype(np.intp)
