"""BatchBALD: what the labels of a whole query would say together about the weights.

Kirsch, van Amersfoort & Gal 2019.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.mathematics.entropies import (
    mean_and_entropies,
    mutual_information,
    weighted_logs,
)
from albench.strategies.mathematics.greedy import lazy_greedy
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from albench.api import PoolView

BLOCK = 2**18
"""The largest number of probabilities given the cases that are held at once."""

NOTHING = 1e-10
"""Information under this many nats is rounding: such candidates are tied."""


class LabelCases:
    """How the labels of the picks so far could turn out, and what each case says of the weights.

    All cases are kept while there are at most `limit`; beyond that, `limit` cases drawn from their
    joint distribution, each extended by one drawn label a pick.

    Parameters
    ----------
    n_passes : int
        How many samples of the weights there are.
    limit : int
        The largest number of cases.
    rng : numpy.random.Generator
        Draws cases when they are too many.
    """

    def __init__(self, n_passes: int, limit: int, rng: np.random.Generator) -> None:
        self.limit = limit
        self.rng = rng
        self.drawn = False
        self.odds = np.ones(1)
        self.posterior = np.full((1, n_passes), 1.0 / n_passes)  # cases x samples of the weights

    def extend(self, proba: Floats) -> None:
        """Add a pick to the cases.

        Parameters
        ----------
        proba : ndarray, shape (n_passes, n_classes)
            The pick's probabilities.
        """
        proba = proba.astype(np.float64)
        n_classes = proba.shape[1]
        if not self.drawn and len(self.odds) * n_classes > self.limit:
            cases = self.rng.choice(len(self.odds), self.limit, p=self.odds / self.odds.sum())
            self.posterior, self.drawn = self.posterior[cases], True
            self.odds = np.full(self.limit, 1.0 / self.limit)
        if self.drawn:
            labels = _one_of_each(self.posterior @ proba, self.rng)
            joint = self.posterior * proba.T[labels]
        else:
            joint = (self.posterior[:, None] * proba.T).reshape(-1, len(proba))
            self.odds = np.repeat(self.odds, n_classes) * joint.sum(axis=1)
        possible = joint.sum(axis=1) > 0
        self.odds, joint = self.odds[possible], joint[possible]
        self.posterior = joint / joint.sum(axis=1, keepdims=True)

    def entropy_of(self, proba: Floats) -> NDArray[np.float64]:
        """Return the entropy of each candidate's label given the labels of the picks.

        Parameters
        ----------
        proba : ndarray, shape (n_passes, m, n_classes)
            Probabilities of the candidates.

        Returns
        -------
        ndarray of float64, shape (m,)
            In nats.
        """
        n_passes, m, n_classes = proba.shape
        out = np.empty(m)
        step = max(1, BLOCK // (len(self.odds) * n_classes))
        for start in range(0, m, step):
            part = proba[:, start : start + step].astype(np.float64)
            given = self.posterior @ part.reshape(n_passes, -1)  # cases x (candidates, classes)
            mean = -(self.odds @ weighted_logs(given)) / self.odds.sum()
            out[start : start + step] = mean.reshape(-1, n_classes).sum(axis=1)
        return out


def _one_of_each(proba: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    ladder = np.cumsum(proba, axis=1)
    drawn = rng.random((len(proba), 1)) * ladder[:, -1:]
    return np.asarray((ladder <= drawn).sum(axis=1)).clip(max=proba.shape[1] - 1)


def batch_bald(passes: Sequence[Floats], n: int, cases: int, rng: np.random.Generator) -> Picks:
    """Return `n` candidates, each adding most to what all labels say together.

    Parameters
    ----------
    passes : sequence of ndarray, shape (n_pool, n_classes)
        Finite probabilities under each sample of the weights.
    n : int
        At most ``n_pool``.
    cases : int
        How many outcomes of the labels are kept: while all of them fit, the result is exact.
    rng : numpy.random.Generator
        Draws outcomes, and breaks ties.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct positions, in order of choice.
    """
    outcomes = LabelCases(len(passes), cases, rng)
    expected = mean_and_entropies(passes)[1]

    def gains(positions: Picks) -> NDArray[np.float64]:
        gain = outcomes.entropy_of(_of(passes, positions)) - expected[positions]
        return np.where(gain > NOTHING, gain, 0.0)

    first = mutual_information(passes)
    return lazy_greedy(
        np.where(first > NOTHING, first, 0.0),
        gains,
        lambda pick: outcomes.extend(_of(passes, np.array([pick]))[:, 0]),
        n,
        rng,
    )


def _of(passes: Sequence[Floats], rows: Picks) -> Floats:
    return np.stack([proba[rows] for proba in passes])


@strategy(
    "batchbald",
    "The labels of the whole query together share most information with the weights.",
    options=(
        Option(
            name="passes",
            type=int,
            default=50,
            minimum=1,
            maximum=10_000,
            help="how many dropout passes; a query learns log(passes) nats at most",
        ),
        Option(
            name="cases",
            type=int,
            default=1000,
            minimum=2,
            maximum=1_000_000,
            help="how many outcomes of the labels are kept: exact while all of them fit",
        ),
    ),
    tags=RANDOMISED,
    cost="n b",
    citation="Kirsch, van Amersfoort & Gal 2019, BatchBALD",
)
class BatchBald:
    """Chooses the query whose labels share most information with the weights.

    Samples of the weights carry at most log(passes) nats. When the picks have revealed
    that much, the rest of a query is random: use many passes for large queries.

    Parameters
    ----------
    passes : int
        How many dropout passes.
    cases : int
        How many outcomes of the labels are kept: exact while ``n_classes ** picks`` is at most
        that, a sample beyond.
    """

    needs = frozenset({needs.DROPOUT_PROBA})

    def __init__(self, passes: int = 50, cases: int = 1000) -> None:
        self.passes = passes
        self.cases = cases

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in order of choice; see `albench.api.QueryStrategy`."""
        passes = list(pool.dropout_proba(self.passes))
        return among_usable(
            finite_rows(*passes),
            n,
            rng,
            lambda rows, k: batch_bald([p[rows] for p in passes], k, self.cases, rng),
        )
