"""The oracle: the candidate after whose true label a head is truly best on candidates set aside.

Werner et al. 2024, A cross-domain benchmark for active learning, whose oracle retrains after each
of some random candidates. It uses labels that nobody has at that time, so it is not a competitor:
it says how much choosing well, one candidate at a time, could gain. What is retrained is a softmax
regression on the fused vectors of the round, not the whole network; like theirs it is greedy, and a
sequence that starts with a worse candidate may end higher.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.api import Option, needs
from albench.strategies.declaration import ORACLE, RANDOMISED, strategy
from albench.strategies.mathematics.alike_heads import heads_after_each
from albench.strategies.mathematics.softmax_head import fit_head
from albench.strategies.query import Floats, Picks, among_usable, finite_rows, sized

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api import PoolView
    from albench.strategies.mathematics.softmax_head import LinearHead

    Labels = NDArray[np.intp]

STEPS = 10
"""Of L-BFGS, from the head that fits all but the candidate: as near as a hundred from zeros."""

ROUNDING = 1e-4
"""How far apart two losses may be whose order could be another in another precision: twice the most
that losses after fits in float32 and in float64 were seen to differ by, 5e-5 on breast-cancer."""


def true_loss(head: LinearHead, vectors: Floats, labels: Labels, loss: str) -> float:
    """Return how wrong a head is.

    Parameters
    ----------
    head : LinearHead
        What is judged.
    vectors : ndarray, shape (n, D)
        Finite.
    labels : ndarray of int, shape (n,)
        True class numbers.
    loss : str
        ``"log"``, the mean of ``-log p(y)``, or ``"zero-one"``, the share of errors.

    Returns
    -------
    float
        0 of nothing.
    """
    if not len(labels):
        return 0.0
    logits = head.logits(vectors)
    if loss == "zero-one":
        return float(np.mean(logits.argmax(axis=1) != labels))
    logits -= logits.max(axis=1, keepdims=True)
    true = logits[np.arange(len(labels)), labels]
    return float((np.log(np.exp(logits).sum(axis=1)) - true).mean())


def greedy(  # noqa: PLR0913  # a pure function of all that decides
    labelled: tuple[Floats, Labels],
    pool: tuple[Floats, Labels],
    free: Picks,
    loss_of: Callable[[LinearHead], float],
    n: int,
    n_classes: int,
    candidates: int,
    rng: np.random.Generator,
    rounding: float = np.inf,
) -> Picks:
    """Return candidates, each the best of some random ones given those before it.

    All that are tried are first fitted side by side in float64, which is quick; `fit_head` then
    decides between those that are best but for rounding.

    Parameters
    ----------
    labelled : tuple of ndarray
        Vectors, ``(n, D)``, and true class numbers, ``(n,)``, of what is labelled.
    pool : tuple of ndarray
        The same of the pool.
    free : ndarray of int
        Which of the pool may be chosen.
    loss_of : callable
        Of a head; small is wanted.
    n : int
        How many, at most as many as are free.
    n_classes : int
        The number of classes.
    candidates : int
        How many are tried for each.
    rng : numpy.random.Generator
        Draws those that are tried.
    rounding : float
        How far apart losses may be that rounding could put in another order; infinite where all
        are to be fitted by `fit_head`, as for a loss with steps.

    Returns
    -------
    ndarray of int, shape (n,)
        Distinct rows of the pool, in the order of choice.
    """
    vectors, labels = labelled
    head = fit_head(vectors, labels, n_classes)
    left = free
    picks: list[int] = []
    for _ in range(n):
        tried = rng.permutation(left)[:candidates]
        if rounding < np.inf:
            more = pool[0][tried], pool[1][tried]
            quick = heads_after_each(
                (vectors, labels), more, n_classes, start=head, iterations=STEPS
            )
            losses = np.array([loss_of(each) for each in quick])
            tried = tried[~(losses > losses.min() + rounding)]  # all, if one is NaN
        sets = [(np.vstack([vectors, pool[0][[i]]]), np.append(labels, pool[1][i])) for i in tried]
        heads = [fit_head(*each, n_classes, start=head, iterations=STEPS) for each in sets]
        best = int(np.argmin([loss_of(each) for each in heads]))
        (vectors, labels), head = sets[best], heads[best]
        picks.append(int(tried[best]))
        left = left[left != tried[best]]
    return np.array(picks, dtype=np.intp)


@strategy(
    "oracle-greedy",
    "The best of some random candidates by their true labels: no competitor, but a measure.",
    options=(
        Option(
            name="candidates",
            type=int,
            default=20,
            minimum=1,
            maximum=1_000_000,
            help="how many random candidates are tried for each choice",
        ),
        Option(
            name="held_out",
            type=int,
            default=200,
            minimum=1,
            maximum=1_000_000,
            help="how many candidates are set aside to measure the gain on",
        ),
        Option(
            name="loss",
            type=str,
            default="log",
            choices=("log", "zero-one"),
            help="what is measured",
        ),
    ),
    tags=RANDOMISED | ORACLE,
    cost="n b",
    citation="Werner et al. 2024, A cross-domain benchmark for active learning",
)
class OracleGreedy:
    """Chooses what is best by labels that it could not have: no competitor, but a measure.

    Parameters
    ----------
    candidates : int
        How many random candidates are tried for each choice.
    held_out : int
        How many random candidates are set aside to measure the gain on, at most half of the pool;
        they are chosen only when nothing else is left.
    loss : str
        ``"log"`` or ``"zero-one"``.
    """

    needs = frozenset({needs.EMBEDDINGS, needs.HIDDEN_LABELS})

    def __init__(self, candidates: int = 20, held_out: int = 200, loss: str = "log") -> None:
        self.candidates = candidates
        self.held_out = held_out
        self.loss = loss

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions in the order of choice; see `albench.api.QueryStrategy`."""
        usable = finite_rows(pool.labelled_embeddings)
        labelled = pool.labelled_embeddings[usable], pool.labels[usable]

        def choose(rows: Picks | slice, k: int) -> Picks:
            vectors, labels = pool.embeddings[rows], pool.hidden_labels[rows]
            order = rng.permutation(len(labels))
            held, free = np.split(order, [min(self.held_out, len(order) // 2)])
            apart = vectors[held], labels[held]
            return greedy(
                labelled,
                (vectors, labels),
                free,
                lambda head: true_loss(head, *apart, self.loss),
                min(k, len(free)),
                pool.n_classes,
                self.candidates,
                rng,
                ROUNDING if self.loss == "log" else np.inf,
            )

        return among_usable(finite_rows(pool.embeddings), n, rng, choose)
