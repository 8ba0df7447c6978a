"""The uncertainty of one deterministic pass: least confidence, margin, entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.strategies.mathematics.confidence import lack_of_confidence, margin
from albench.strategies.mathematics.entropies import entropy
from albench.strategies.scores import Scores, score_of_proba

if TYPE_CHECKING:
    from albench.strategies.query import Floats


@score_of_proba(
    "least-confident",
    citation="Lewis & Gale 1994, A sequential algorithm for training text classifiers",
)
def least_confident(proba: Floats) -> Scores:
    """The most likely class is least likely."""
    return lack_of_confidence(proba)


@score_of_proba("margin", citation="Scheffer, Decomain & Wrobel 2001, Active hidden Markov models")
def smallest_margin(proba: Floats) -> Scores:
    """The two most likely classes are closest."""
    return -margin(proba)


@score_of_proba("entropy", citation="Settles 2009, Active learning literature survey")
def largest_entropy(proba: Floats) -> Scores:
    """The largest entropy of one deterministic pass (ES)."""
    return entropy(proba)
