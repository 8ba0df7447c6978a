"""Query by committee: heads that are initialised and trained apart, and where they disagree."""

from __future__ import annotations

from albench.strategies.declaration import COARSE
from albench.strategies.mathematics.entropies import entropy, mutual_information
from albench.strategies.mathematics.votes import vote_shares
from albench.strategies.scores import Passes, Scores, score_of_members


@score_of_members("qbc-vote-entropy", tags=COARSE, citation="Engelson & Dagan 1996")
def vote_entropy(members: Passes) -> Scores:
    """The largest entropy of the votes of independently trained heads."""
    return entropy(vote_shares(members))


@score_of_members("qbc-kl", citation="McCallum & Nigam 1998")
def mean_divergence(members: Passes) -> Scores:
    """The largest mean divergence of independently trained heads from their mean."""
    # mean_m KL(p_m || mean p) is H(mean p) - mean_m H(p_m), which needs no second pass.
    return mutual_information(members)
