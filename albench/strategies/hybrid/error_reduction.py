"""Expected error reduction: the candidate after whose label the pool would be surest.

Roy & McCallum 2001, Toward optimal active learning through sampling estimation of error reduction.
Retraining is one Newton step of the last layer, its curvature bounded as in Böhning 1992: learning
that x has label y moves the logits of u by ``2 (e_y - p(x)) phi(u)' G^-1 phi(x)``, where G is the
second moment of the labelled embeddings and x, and a ridge. Nothing is fitted candidate by
candidate. A random part of the pool is scored, on another random part.

How well that stands for retraining depends on how sure the network is: the bound is far above the
curvature where predictions are sure, and the step too short. Its scores and those of refitting to
convergence have a rank correlation of 0.8 on digits with 10 labels and -0.1 on breast-cancer with
50 (means of four draws: ``test_one_step_stands_for_refitting_only_while_the_model_is_unsure``).
With ``refit = true`` a softmax regression on the embeddings is fitted to convergence for every
candidate and label: 4 s a query on vectors of 16 numbers and three classes, 23 s on 512 and five.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs, top
from albench.strategies.declaration import RANDOMISED, strategy
from albench.strategies.mathematics.refitting import log_proba_after
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView

FAINTEST = 1e-30
"""Probabilities are kept over this, so that logits are finite."""

FAR = 300.0
"""Steps are shorter, or their exponentials are beyond float64."""


def leverage(
    features: Floats, others: Floats, labelled: Floats, ridge: float
) -> NDArray[np.float64]:
    """Return how far one step of learning a candidate reaches others.

    Parameters
    ----------
    features : ndarray, shape (n, D)
        Finite vectors of the candidates.
    others : ndarray, shape (m, D)
        Finite vectors to predict.
    labelled : ndarray, shape (n_labelled, D)
        Finite vectors of the labelled set.
    ridge : float
        Added to the second moment, in units of the mean squared entry of the vectors.

    Returns
    -------
    ndarray of float64, shape (n, m)
        ``2 phi(u)' (G + phi(x) phi(x)')^-1 phi(x)``, with a constant entry for the bias.
    """
    rows, seen, learned = _in_one_unit(features, others, labelled)
    gram = learned.T @ learned + ridge * np.eye(learned.shape[1])
    reached = np.linalg.solve(gram, rows.T)  # D x n
    own = np.einsum("ij,ji->i", rows, reached)
    # x is part of the second moment once it is labelled: Sherman and Morrison.
    return np.asarray(2 * (seen @ reached / (1 + own)).T)


def _in_one_unit(features: Floats, *more: Floats) -> list[NDArray[np.float64]]:
    """Return vectors in units of the root mean square of the first, a constant entry beside."""
    scale = np.sqrt(np.mean(np.square(features, dtype=np.float64))) or 1.0
    return [_with_bias(part / scale) for part in (features, *more)]


def _with_bias(rows: Floats) -> NDArray[np.float64]:
    return np.column_stack([rows.astype(np.float64), np.ones(len(rows))])


def expected_loss(
    proba: Floats, other_proba: Floats, reach: Floats, loss: str
) -> NDArray[np.float64]:
    """Return the mean loss on the others, expected over the label of each candidate.

    Parameters
    ----------
    proba : ndarray, shape (n, n_classes)
        Probabilities of the candidates.
    other_proba : ndarray, shape (m, n_classes)
        Probabilities of those to predict.
    reach : ndarray, shape (n, m)
        What `leverage` gave.
    loss : str
        ``"log"``, the entropy, or ``"zero-one"``, one minus the largest probability.

    Returns
    -------
    ndarray of float64, shape (n,)
        Small is wanted.
    """
    p = proba.astype(np.float64)
    logits = np.log(np.maximum(other_proba, FAINTEST, dtype=np.float64))
    mean_losses = _after_each_label if np.abs(reach).max(initial=0.0) < FAR else _one_by_one
    return np.array(
        [
            chances @ mean_losses(logits, steps, chances, loss)
            for chances, steps in zip(p, reach, strict=True)
        ]
    )


def _after_each_label(
    logits: NDArray[np.float64],
    steps: NDArray[np.float64],
    chances: NDArray[np.float64],
    loss: str,
) -> NDArray[np.float64]:
    """Return the mean loss ``(n_labels,)`` on the others after each label of one candidate.

    All labels move the logits alike, by ``-steps * chances``, but for the label's own logit, which
    is raised by `steps`. So weights, their sum and their entropy are those of the common move, in
    which one term is replaced: a label costs one term instead of `n_classes`.
    """
    common = logits - steps[:, None] * chances
    common -= common.max(axis=1, keepdims=True)
    weights = np.exp(common)
    raised = weights * np.exp(steps)[:, None]
    total = _sum_of_others(weights) + raised
    if loss == "zero-one":
        largest = np.maximum(_largest_of_others(weights), raised)
        return np.asarray(1 - (largest / total).mean(axis=0))
    after = _sum_of_others(weights * common) + raised * (common + steps[:, None])
    return np.asarray((np.log(total) - after / total).mean(axis=0))


def _sum_of_others(terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of each row without the column itself, in the shape of `terms`.

    Taking a term from the sum of all would leave only rounding where that term is nearly all.
    """
    rows, leads = np.arange(len(terms)), np.abs(terms).argmax(axis=1)
    without_lead = terms.copy()
    without_lead[rows, leads] = 0
    sums = without_lead.sum(axis=1)
    others = (sums + terms[rows, leads])[:, None] - terms
    others[rows, leads] = sums
    return np.asarray(others)


def _largest_of_others(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest of each row without the column itself, in the shape of `weights`."""
    rows, leads = np.arange(len(weights)), weights.argmax(axis=1)
    without_lead = weights.copy()
    without_lead[rows, leads] = 0
    largest = np.repeat(weights[rows, leads][:, None], weights.shape[1], axis=1)
    largest[rows, leads] = without_lead.max(axis=1)
    return np.asarray(largest)


def _one_by_one(
    logits: NDArray[np.float64],
    steps: NDArray[np.float64],
    chances: NDArray[np.float64],
    loss: str,
) -> NDArray[np.float64]:
    """Return what `_after_each_label` does, however long the steps are."""
    from scipy.special import log_softmax

    shifts = np.eye(len(chances)) - chances  # label, logit
    return _mean_losses(log_softmax(logits + steps[:, None] * shifts[:, None], axis=2), loss)


def _mean_losses(log_proba: NDArray[np.float64], loss: str) -> NDArray[np.float64]:
    """Return the mean loss ``(n_labels,)`` of log probabilities ``(n_labels, m, n_classes)``."""
    proba = np.exp(log_proba)
    if loss == "log":
        return np.asarray(-(proba * log_proba).sum(axis=2).mean(axis=1))
    return np.asarray(1 - proba.max(axis=2).mean(axis=1))


@dataclass(frozen=True)
class Labelled:
    """The labelled set, as refitting needs it.

    Parameters
    ----------
    features : ndarray, shape (n_labelled, D)
        Finite vectors.
    labels : ndarray of int, shape (n_labelled,)
        Class numbers.
    """

    features: Floats
    labels: NDArray[np.intp]


def refitted_loss(  # the data and the two settings of the strategy
    proba: Floats, features: Floats, others: Floats, labelled: Labelled, ridge: float, loss: str
) -> NDArray[np.float64]:
    """Return what `expected_loss` does, with a regression refitted for each label.

    Parameters
    ----------
    proba : ndarray, shape (n, n_classes)
        Probabilities of the candidates' labels.
    features : ndarray, shape (n, D)
        Finite vectors of the candidates.
    others : ndarray, shape (m, D)
        Finite vectors to predict.
    labelled : Labelled
        What the regression is fitted to, beside the candidate.
    ridge : float
        As of `leverage`.
    loss : str
        As of `expected_loss`.

    Returns
    -------
    ndarray of float64, shape (n,)
        Small is wanted.
    """
    rows, seen, learned = _in_one_unit(features, others, labelled.features)
    after = log_proba_after(
        rows,
        seen,
        labelled=learned,
        labels=labelled.labels,
        n_classes=proba.shape[1],
        ridge=ridge,
    )
    pairs = zip(proba.astype(np.float64), after, strict=True)
    return np.array([p @ _mean_losses(log_after, loss) for p, log_after in pairs])


@strategy(
    "eer",
    "The pool is expected to be surest after the label, by one step of the last layer.",
    options=(
        Option(
            name="candidates",
            type=int,
            default=500,
            minimum=1,
            maximum=1_000_000,
            help="how many random candidates are scored",
        ),
        Option(
            name="references",
            type=int,
            default=500,
            minimum=1,
            maximum=1_000_000,
            help="how many random candidates stand for the pool",
        ),
        Option(
            name="loss",
            type=str,
            default="log",
            choices=("log", "zero-one"),
            help="what is expected",
        ),
        Option(
            name="ridge",
            type=float,
            default=1.0,
            minimum=1e-6,
            maximum=1e6,
            help="of the step, in units of the mean squared entry of the embeddings",
        ),
        Option(
            name="refit",
            type=bool,
            default=False,
            later=True,
            help="whether a regression is refitted for each candidate and label: slow",
        ),
    ),
    tags=RANDOMISED,
    citation="Roy & McCallum 2001",
)
class ExpectedErrorReduction:
    """Chooses the candidates after each of whose labels the pool is expected to be surest.

    Parameters
    ----------
    candidates : int
        How many random candidates are scored, or as many as are asked for.
    references : int
        How many random candidates stand for the pool.
    loss : str
        ``"log"`` or ``"zero-one"``.
    ridge : float
        Of the step, in units of the mean squared entry of the embeddings.
    refit : bool
        Whether a regression is fitted to convergence for each candidate and label.
    """

    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    def __init__(
        self,
        candidates: int = 500,
        references: int = 500,
        loss: str = "log",
        ridge: float = 1.0,
        refit: bool = False,
    ) -> None:
        self.candidates = candidates
        self.references = references
        self.loss = loss
        self.ridge = ridge
        self.refit = refit

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, least expected loss first; see `albench.api.QueryStrategy`."""
        rows = finite_rows(pool.labelled_embeddings)
        labelled = Labelled(pool.labelled_embeddings[rows], pool.labels[rows])

        def choose(rows: Picks | slice, k: int) -> Picks:
            proba, features = pool.proba[rows], pool.embeddings[rows]
            scored = rng.permutation(len(proba))[: max(self.candidates, k)]
            others = rng.permutation(len(proba))[: self.references]
            if self.refit:
                losses = refitted_loss(
                    proba[scored],
                    features[scored],
                    features[others],
                    labelled,
                    self.ridge,
                    self.loss,
                )
            else:
                reach = leverage(features[scored], features[others], labelled.features, self.ridge)
                losses = expected_loss(proba[scored], proba[others], reach, self.loss)
            return scored[top(-losses, k, rng)]

        return among_usable(finite_rows(pool.proba, pool.embeddings), n, rng, choose)
