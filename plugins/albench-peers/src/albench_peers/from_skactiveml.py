"""scikit-activeml's pool strategies for classification.

They see the embeddings as ``X``: the labelled set first, then the pool, whose labels are missing.
Where a strategy asks a classifier for probabilities, it gets those of the network; where it changes
the inputs or trains again, it gets a classifier on the embeddings (logistic regression, or a Parzen
window, scikit-activeml's own, where its documentation wants that). An ensemble is one classifier a
dropout pass, or a member of the committee.
"""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from skactiveml import pool as strategies
from skactiveml.classifier import (
    MixtureModelClassifier,
    ParzenWindowClassifier,
    SklearnClassifier,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import BayesianGaussianMixture

from albench.api import needs
from albench_peers.peer import Peer, finite, finite_committee, finite_dropout, numpy_seeded
from albench_peers.recorded import Recorded, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from albench.api import PoolView

EMBEDDINGS = frozenset({needs.EMBEDDINGS})
PROBA = EMBEDDINGS | {needs.PROBA}
DROPOUT = EMBEDDINGS | {needs.DROPOUT_PROBA}
COMMITTEE = EMBEDDINGS | {needs.COMMITTEE_PROBA}

HARMLESS = (
    "The maximum purity was",
    "The 'base_estimator' could not be fitted",
    "Since the 'base_estimator' could not be fitted",
    "All labels are of `missing_label`",
    "There are no labeled samples",
)
"""How the warnings begin that scikit-activeml gives of small pools and few labels."""


class Shown:
    """A pool as scikit-activeml sees it.

    Parameters
    ----------
    pool : PoolView
        Finite candidates.
    """

    def __init__(self, pool: PoolView) -> None:
        self.pool = pool
        self.classes = list(range(pool.n_classes))
        self.known = finite(pool.labelled_embeddings)
        self.n_labelled = int(np.count_nonzero(self.known))

    @cached_property
    def X(self) -> NDArray[np.float64]:  # noqa: N802  # scikit-learn's word
        """The embeddings, labelled ones first."""
        labelled = self.pool.labelled_embeddings[self.known]
        return np.concatenate([labelled, self.pool.embeddings]).astype(np.float64)

    @cached_property
    def y(self) -> NDArray[np.float64]:
        """The class numbers, NaN for the pool."""
        missing = np.full(len(self.pool), np.nan)
        return np.concatenate([self.pool.labels[self.known].astype(np.float64), missing])

    def network(self) -> Recorded:
        """Return a classifier that gives the network's probabilities."""
        labelled = np.nan_to_num(self.pool.labelled_proba[self.known])
        proba = np.concatenate([labelled, self.pool.proba])
        return Recorded(Rows(self.X), proba, self.classes).fit(self.X, self.y)

    def ensemble(self, passes: Iterable[NDArray[np.float32]]) -> list[Recorded]:
        """Return a classifier for each pass over the pool.

        Parameters
        ----------
        passes : iterable of ndarray, shape (n_pool, n_classes)
            Probabilities.

        Returns
        -------
        list of Recorded
            They know the pool, not the labelled set.
        """
        rows = Rows(self.X[self.n_labelled :])
        return [Recorded(rows, proba, self.classes).fit(self.X, self.y) for proba in passes]

    def logistic(self, seed: int) -> SklearnClassifier:
        """Return an unfitted logistic regression.

        Parameters
        ----------
        seed : int
            Draws what it says if there are no labels to fit.

        Returns
        -------
        SklearnClassifier
            On the embeddings.
        """
        return SklearnClassifier(
            LogisticRegression(max_iter=300), classes=self.classes, random_state=seed
        )

    def parzen(self, seed: int) -> ParzenWindowClassifier:
        """Return an unfitted Parzen window, as wide as the embeddings are apart.

        Parameters
        ----------
        seed : int
            Breaks its ties.

        Returns
        -------
        ParzenWindowClassifier
            On the embeddings.
        """
        spread = float(self.X.var(axis=0).sum()) or 1.0
        return ParzenWindowClassifier(
            classes=self.classes, metric_dict={"gamma": 1.0 / spread}, random_state=seed
        )


def _peer(
    read: frozenset[str],
    query: Callable[[Shown, int, int], Any],  # scikit-activeml gives lists and arrays
    usable: Callable[[PoolView], NDArray[np.bool_]],
    size: int | None = None,
) -> Peer:
    def ask(pool: PoolView, n: int, seed: int) -> NDArray[np.intp]:
        shown = Shown(pool)
        # Most draw from the seed they are given; CostEmbeddingAL does not.
        with numpy_seeded(seed), warnings.catch_warnings():
            # Fewer clusters than asked for, no radius pure enough, too few labels to fit: each of
            # them goes on with what there is.
            warnings.simplefilter("ignore", ConvergenceWarning)
            for message in HARMLESS:
                warnings.filterwarnings("ignore", message=message, category=UserWarning)
            picks = np.asarray(query(shown, n, seed), dtype=np.intp)
        return picks - shown.n_labelled

    return Peer(read, ask, usable, size)


def _finite_embeddings(pool: PoolView) -> NDArray[np.bool_]:
    return finite(pool.embeddings)


def _finite_proba(pool: PoolView) -> NDArray[np.bool_]:
    return finite(pool.embeddings, pool.proba)


def _of_embeddings(query: Callable[[Shown, int, int], Any], size: int | None = None) -> Peer:
    return _peer(EMBEDDINGS, query, _finite_embeddings, size)


def _of_proba(query: Callable[[Shown, int, int], Any]) -> Peer:
    return _peer(PROBA, query, _finite_proba)


def random() -> Peer:
    """Return RandomSampling."""
    return _of_embeddings(
        lambda shown, n, seed: strategies.RandomSampling(random_state=seed).query(
            shown.X, shown.y, batch_size=n
        )
    )


def _uncertainty(method: str) -> Peer:
    return _of_proba(
        lambda shown, n, seed: strategies.UncertaintySampling(method, random_state=seed).query(
            shown.X, shown.y, shown.network(), fit_clf=False, batch_size=n
        )
    )


def least_confident() -> Peer:
    """Return UncertaintySampling by least confidence."""
    return _uncertainty("least_confident")


def margin() -> Peer:
    """Return UncertaintySampling by margin."""
    return _uncertainty("margin_sampling")


def entropy() -> Peer:
    """Return UncertaintySampling by entropy."""
    return _uncertainty("entropy")


def expected_average_precision() -> Peer:
    """Return UncertaintySampling by expected average precision."""
    return _uncertainty("expected_average_precision")


def _with_network(build: Callable[[int], Any]) -> Peer:
    """Return a strategy whose ``query`` takes a fitted classifier third."""
    return _of_proba(
        lambda shown, n, seed: build(seed).query(
            shown.X, shown.y, shown.network(), fit_clf=False, batch_size=n
        )
    )


def badge() -> Peer:
    """Return Badge."""
    return _with_network(lambda seed: strategies.Badge(random_state=seed))


def falcun() -> Peer:
    """Return Falcun."""
    return _with_network(lambda seed: strategies.Falcun(random_state=seed))


def cal() -> Peer:
    """Return ContrastiveAL with ten neighbours."""
    return _with_network(
        lambda seed: strategies.ContrastiveAL({"n_neighbors": 10}, random_state=seed)
    )


def clue() -> Peer:
    """Return Clue."""
    return _of_proba(
        # Its k-means draws from the global generator unless told otherwise.
        lambda shown, n, seed: strategies.Clue(
            cluster_algo_dict={"random_state": seed}, random_state=seed
        ).query(shown.X, shown.y, shown.network(), fit_estimator=False, batch_size=n)
    )


def _bald(build: Callable[[int], Any], passes: int) -> Peer:
    return _peer(
        DROPOUT,
        lambda shown, n, seed: build(seed).query(
            shown.X,
            shown.y,
            shown.ensemble(shown.pool.dropout_proba(passes)),
            fit_ensemble=False,
            batch_size=n,
        ),
        lambda pool: finite(pool.embeddings) & finite_dropout(pool, passes),
    )


def bald(passes: int = 10) -> Peer:
    """Return GreedyBALD over dropout passes."""
    return _bald(lambda seed: strategies.GreedyBALD(random_state=seed), passes)


def batchbald(passes: int = 10, samples: int = 1000) -> Peer:
    """Return BatchBALD over dropout passes, with so many samples of their joint labels."""
    return _bald(lambda seed: strategies.BatchBALD(n_MC_samples=samples, random_state=seed), passes)


def _committee(method: str, members: int) -> Peer:
    return _peer(
        COMMITTEE,
        lambda shown, n, seed: strategies.QueryByCommittee(method, random_state=seed).query(
            shown.X,
            shown.y,
            shown.ensemble(shown.pool.committee_proba(members)),
            fit_ensemble=False,
            batch_size=n,
        ),
        lambda pool: finite(pool.embeddings) & finite_committee(pool, members),
    )


def qbc_kl(members: int = 5) -> Peer:
    """Return QueryByCommittee by divergence from the mean."""
    return _committee("KL_divergence", members)


def qbc_vote_entropy(members: int = 5) -> Peer:
    """Return QueryByCommittee by vote entropy."""
    return _committee("vote_entropy", members)


def qbc_variation_ratios(members: int = 5) -> Peer:
    """Return QueryByCommittee by variation ratios."""
    return _committee("variation_ratios", members)


def _with_embeddings(build: Callable[[Shown, int], Any], size: int | None = None) -> Peer:
    """Return a strategy whose ``query`` takes no classifier."""
    return _of_embeddings(
        lambda shown, n, seed: build(shown, seed).query(shown.X, shown.y, batch_size=n), size
    )


def core_set() -> Peer:
    """Return CoreSet."""
    return _with_embeddings(lambda _, seed: strategies.CoreSet(random_state=seed))


def typiclust() -> Peer:
    """Return TypiClust."""
    return _with_embeddings(lambda _, seed: strategies.TypiClust(random_state=seed))


def probcover() -> Peer:
    """Return ProbCover with its own grid of radii."""
    return _with_embeddings(
        lambda shown, seed: strategies.ProbCover(len(shown.classes), random_state=seed)
    )


def maxherding() -> Peer:
    """Return MaxHerding with its default kernel."""
    return _with_embeddings(lambda _, seed: strategies.MaxHerding(random_state=seed))


def discriminative() -> Peer:
    """Return DiscriminativeAL, all picks from one logistic regression."""
    return _of_embeddings(
        lambda shown, n, seed: strategies.DiscriminativeAL(True, random_state=seed).query(
            shown.X, shown.y, shown.logistic(seed), batch_size=n
        )
    )


def dropquery() -> Peer:
    """Return DropQuery on a logistic regression, since it changes the inputs."""
    return _of_embeddings(
        # Its k-means draws from the global generator unless told otherwise.
        lambda shown, n, seed: strategies.DropQuery(
            cluster_algo_dict={"random_state": seed}, random_state=seed
        ).query(shown.X, shown.y, shown.logistic(seed), batch_size=n)
    )


def quire(size: int = 300) -> Peer:
    """Return Quire, which inverts a matrix of all candidates' size."""
    return _with_embeddings(
        lambda shown, seed: strategies.Quire(shown.classes, random_state=seed), size
    )


def cost_embedding(size: int = 300) -> Peer:
    """Return CostEmbeddingAL with equal costs."""
    return _with_embeddings(
        lambda shown, seed: strategies.CostEmbeddingAL(shown.classes, random_state=seed), size
    )


def _refitting(build: Callable[[int], Any], size: int) -> Peer:
    """Return a strategy that fits a Parzen window again and again."""
    return _of_embeddings(
        lambda shown, n, seed: build(seed).query(
            shown.X, shown.y, shown.parzen(seed), batch_size=n
        ),
        size,
    )


def monte_carlo_eer(size: int = 50) -> Peer:
    """Return MonteCarloEER with a Parzen window."""
    return _refitting(lambda seed: strategies.MonteCarloEER(random_state=seed), size)


def value_of_information(size: int = 50) -> Peer:
    """Return ValueOfInformationEER with a Parzen window."""
    return _refitting(lambda seed: strategies.ValueOfInformationEER(random_state=seed), size)


def probabilistic(size: int = 300) -> Peer:
    """Return ProbabilisticAL with a Parzen window."""
    return _refitting(lambda seed: strategies.ProbabilisticAL(random_state=seed), size)


def four_ds(size: int = 300) -> Peer:
    """Return FourDs with a mixture of as many Gaussians as there are classes."""

    def query(shown: Shown, n: int, seed: int) -> Any:  # a list or an array
        parts = min(len(shown.classes), len(shown.X))
        mixture = BayesianGaussianMixture(n_components=parts, random_state=seed)
        clf = MixtureModelClassifier(mixture, classes=shown.classes, random_state=seed)
        return strategies.FourDs(random_state=seed).query(shown.X, shown.y, clf, batch_size=n)

    return _of_embeddings(query, size)
