# ruff: noqa: N803  # X is modAL's name
"""modAL's query functions as albench strategies, and albench's strategies in modAL's learners."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api import needs
from albench.errors import QueryFault
from albench.learn.estimator import FusionClassifier
from albench.learn.pool_views import QueryRound, candidate_view, row_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from albench.api import PoolView, QueryStrategy

    Floats = NDArray[np.float32]
    Integers = NDArray[np.intp]


class ModalStrategy:
    """A query function of modAL's kind as a `QueryStrategy`.

    The function is called with something that answers ``predict_proba``, the pool, and
    ``n_instances``. It may return indices, or indices and instances. modAL's own functions return
    their picks in no order and break ties by position; here positions are in random order.

    Parameters
    ----------
    function : callable
        ``function(classifier, X_pool, n_instances=..., **options)``.
    options : mapping of str to object
        Its further arguments.
    features : bool
        Whether the function measures distances between the rows of ``X_pool``: it is then given
        the fused vectors instead of sample numbers, whose distances mean nothing.
    """

    def __init__(
        self,
        function: Callable[..., Any],  # indices, or a tuple that begins with them
        options: Mapping[str, Any] | None = None,  # the function's own types
        *,
        features: bool = False,
    ) -> None:
        self.function = function
        self.options = dict(options or {})
        self.features = features
        self.needs = frozenset({needs.PROBA, needs.EMBEDDINGS} if features else {needs.PROBA})

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Integers:
        """Return what the function picks.

        Parameters
        ----------
        pool : PoolView
            What it may choose from.
        n : int
            How many.
        rng : numpy.random.Generator
            Shuffles the pool before the function sees it, and seeds NumPy's global generator
            for as long as it runs, which functions of modAL draw from.

        Returns
        -------
        ndarray of int, shape (n,)
            Positions in the pool.

        Raises
        ------
        QueryFault
            If the function returns anything but indices.
        """
        n = min(n, len(pool))
        if n == 0:
            return np.empty(0, dtype=np.intp)
        shuffled = rng.permutation(len(pool))
        view = pool.take(shuffled)
        classifier = _PoolClassifier(view, features=self.features)
        with _numpy_seeded(int(rng.integers(2**32))):
            answer = self.function(classifier, classifier.X_pool, n_instances=n, **self.options)
        picks = np.asarray(answer[0] if isinstance(answer, tuple) else answer)
        if picks.dtype.kind not in "iu":
            raise QueryFault(f"expected indices from {self.function!r}, found {picks.dtype}")
        chosen: Integers = shuffled[picks.ravel()]
        return chosen


class _PoolClassifier:
    """What a query function of modAL's asks of a learner, answered from a pool view."""

    def __init__(self, pool: PoolView, *, features: bool) -> None:
        self._pool = pool
        self.X_pool = pool.embeddings if features else pool.candidates
        self.X_training = pool.labelled_embeddings if features else pool.labelled_candidates
        self.y_training = pool.labels
        self.classes_ = np.arange(pool.n_classes)
        self.on_transformed = False
        self.estimator = self

    def transform_without_estimating(self, X: NDArray[Any]) -> NDArray[Any]:  # rows of either kind
        return X

    def predict(self, X: NDArray[Any]) -> Integers:  # rows of either kind
        labels: Integers = self.predict_proba(X).argmax(1)
        return labels

    def predict_proba(self, X: NDArray[Any]) -> Floats:  # rows of either kind
        if X is self.X_pool or np.array_equal(X, self.X_pool):
            return self._pool.proba
        if np.array_equal(X, self.X_training):
            return self._pool.labelled_proba
        row_numbers = {row.tobytes(): number for number, row in enumerate(self.X_pool)}
        places = [row_numbers.get(row.tobytes()) for row in np.asarray(X, dtype=self.X_pool.dtype)]
        if None in places:
            raise QueryFault("the query function asked for probabilities of rows it was not given")
        return self._pool.proba[np.array(places, dtype=np.intp)]


def as_modal_strategy(strategy: QueryStrategy, rng: np.random.Generator) -> Callable[..., Integers]:
    """Return a query function for a plain modAL learner.

    Parameters
    ----------
    strategy : QueryStrategy
        Over a learner with a `FusionClassifier` it may need anything; over another estimator
        probabilities, and embeddings, which are then the rows of ``X_pool``.
    rng : numpy.random.Generator
        Drawn from in every query.

    Returns
    -------
    callable
        ``query_strategy(learner, X_pool, n_instances=1)``, returning indices.
    """

    def query_strategy(learner: Any, X_pool: NDArray[Any], n_instances: int = 1) -> Integers:
        view = _view(learner, strategy.needs, np.asarray(X_pool), rng)
        return strategy(view, n_instances, rng)

    return query_strategy


def _view(
    learner: Any, wanted: frozenset[str], X_pool: NDArray[Any], rng: np.random.Generator
) -> PoolView:
    if not isinstance(learner.estimator, FusionClassifier):
        return row_view(learner, wanted, X_pool)
    dropout_seed, committee_seed = map(int, rng.integers(2**32, size=2))
    return candidate_view(
        learner.estimator,
        wanted,
        pool=X_pool,
        labelled=learner.X_training,
        labels=learner.y_training,
        round=QueryRound(dropout_seed=dropout_seed, committee_seed=committee_seed),
    )


@contextmanager
def _numpy_seeded(seed: int) -> Iterator[None]:
    """Seed NumPy's global generator, from which modAL's functions draw, and restore it behind."""
    state = np.random.get_state()  # noqa: NPY002  # restored, not drawn from
    np.random.seed(seed)  # noqa: NPY002  # the generator that modAL draws from
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002  # as it was
