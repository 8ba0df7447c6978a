"""modAL's query functions, as they are, asked to break ties at random.

modAL's functions are written for a learner; what stands in for it answers with what albench's model
has said of the pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from modAL.batch import uncertainty_batch_sampling
from modAL.disagreement import (
    consensus_entropy_sampling,
    max_disagreement_sampling,
    vote_entropy_sampling,
)
from modAL.uncertainty import entropy_sampling, margin_sampling, uncertainty_sampling

from albench.api import needs
from albench_peers.peer import Peer, finite, finite_committee, numpy_seeded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from albench.api import PoolView

    QueryFunction = Callable[..., NDArray[np.intp]]

PROBA = frozenset({needs.PROBA})
COMMITTEE = frozenset({needs.COMMITTEE_PROBA})


class Learner:
    """Stands in for a modAL learner: it has said what it says of the pool.

    Parameters
    ----------
    proba : ndarray, shape (n_pool, n_classes)
        Probabilities of the pool.
    X_training : ndarray, shape (n_labelled, D), or None
        The labelled set, for functions that look at it.
    """

    on_transformed = False  # modAL asks whether embeddings are made by its own pipeline

    def __init__(
        self,
        proba: NDArray[np.float64],
        X_training: NDArray[np.float64] | None = None,  # noqa: N803  # modAL's word
    ) -> None:
        self.proba = proba
        self.X_training = X_training

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: ARG002, N803  # modAL's words
        """Return the probabilities of the pool, which is all that is ever asked about."""
        return self.proba


class Committee:
    """Stands in for a modAL committee.

    Parameters
    ----------
    proba : ndarray, shape (n_members, n_pool, n_classes)
        Probabilities of the pool.
    """

    def __init__(self, proba: NDArray[np.float64]) -> None:
        self.proba = proba
        self.classes_ = np.arange(proba.shape[2])

    def __len__(self) -> int:
        return len(self.proba)

    def __iter__(self) -> Any:  # modAL counts with it
        return iter(self.proba)

    def vote(self, X: Any) -> NDArray[np.intp]:  # noqa: ARG002, N803  # modAL's words
        """Return the members' classes, ``(n_pool, n_members)``."""
        return np.asarray(self.proba.argmax(axis=2).T)

    def vote_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: ARG002, N803  # modAL's words
        """Return the members' probabilities, ``(n_pool, n_members, n_classes)``."""
        return self.proba.swapaxes(0, 1)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: ARG002, N803  # modAL's words
        """Return the mean of the members' probabilities, ``(n_pool, n_classes)``."""
        return np.asarray(self.proba.mean(axis=0))


def _doubles(passes: Iterable[NDArray[np.float32]]) -> NDArray[np.float64]:
    return np.stack(list(passes)).astype(np.float64)


def _best_first(function: QueryFunction, learner: Any, n: int, seed: int) -> NDArray[np.intp]:
    """Return the picks, which modAL sorts worst first when it breaks ties at random."""
    X = np.zeros((len(learner.predict_proba(None)), 1))
    with numpy_seeded(seed):
        picks = function(learner, X, n_instances=n, random_tie_break=True)
    return np.asarray(picks, dtype=np.intp)[::-1]


def _of_learner(function: QueryFunction) -> Peer:
    return Peer(
        PROBA,
        lambda pool, n, seed: _best_first(
            function, Learner(pool.proba.astype(np.float64)), n, seed
        ),
        lambda pool: finite(pool.proba),
    )


def _of_committee(function: QueryFunction, members: int) -> Peer:
    return Peer(
        COMMITTEE,
        lambda pool, n, seed: _best_first(
            function, Committee(_doubles(pool.committee_proba(members))), n, seed
        ),
        lambda pool: finite_committee(pool, members),
    )


def uncertainty() -> Peer:
    """Return uncertainty_sampling."""
    return _of_learner(uncertainty_sampling)


def margin() -> Peer:
    """Return margin_sampling."""
    return _of_learner(margin_sampling)


def entropy() -> Peer:
    """Return entropy_sampling."""
    return _of_learner(entropy_sampling)


def vote_entropy(members: int = 5) -> Peer:
    """Return vote_entropy_sampling."""
    return _of_committee(vote_entropy_sampling, members)


def consensus_entropy(members: int = 5) -> Peer:
    """Return consensus_entropy_sampling."""
    return _of_committee(consensus_entropy_sampling, members)


def max_disagreement(members: int = 5) -> Peer:
    """Return max_disagreement_sampling."""
    return _of_committee(max_disagreement_sampling, members)


def ranked_batch() -> Peer:
    """Return uncertainty_batch_sampling."""

    def query(pool: PoolView, n: int, seed: int) -> NDArray[np.intp]:
        labelled = pool.labelled_embeddings.astype(np.float64)
        labelled = labelled[np.isfinite(labelled).all(axis=1)]
        learner = Learner(pool.proba.astype(np.float64), labelled if len(labelled) else None)
        with numpy_seeded(seed):
            picks = uncertainty_batch_sampling(
                learner, pool.embeddings.astype(np.float64), n_instances=n
            )
        return np.asarray(picks, dtype=np.intp)

    return Peer(PROBA | {needs.EMBEDDINGS}, query, lambda pool: finite(pool.proba, pool.embeddings))
