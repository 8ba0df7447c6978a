"""The peers' entry point: light descriptors, each under the peer's own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api import Descriptor, Kind, Option, hookimpl, needs

if TYPE_CHECKING:
    from collections.abc import Iterable

PROBA = frozenset({needs.PROBA})
EMBEDDINGS = frozenset({needs.EMBEDDINGS})
DROPOUT = frozenset({needs.DROPOUT_PROBA})
COMMITTEE = frozenset({needs.COMMITTEE_PROBA})
RANDOMISED = frozenset({"randomised"})
COARSE = frozenset({"coarse"})
NONE: frozenset[str] = frozenset()


def _count(name: str, default: int, text: str) -> Option:
    return Option(name=name, type=int, default=default, minimum=1, maximum=1_000_000, help=text)


PASSES = _count("passes", 10, "how many passes with dropout switched on")
MEMBERS = _count("members", 5, "how many members the committee has")
SIZE = _count("size", 300, "how many random candidates it is shown")
FEW = _count("size", 50, "how many random candidates it is shown, fitting a classifier for each")


def _skactiveml(  # a row of the table below
    name: str,
    theirs: str,
    read: frozenset[str] = EMBEDDINGS,
    *,
    options: tuple[Option, ...] = (),
    tags: frozenset[str] = NONE,
    cost: str = "n",
) -> Descriptor:
    return Descriptor(
        name=name,
        kind=Kind.STRATEGY,
        target=f"albench_peers.from_skactiveml:{name.replace('-', '_')}",
        summary=f"scikit-activeml's {theirs}.",
        options=options,
        needs=read | EMBEDDINGS,
        tags=tags,
        cost=cost,
        citation="Kottke et al. 2021, scikit-activeml: a library and toolbox for active learning",
        namespace="skactiveml",
    )


def _modal(
    name: str,
    theirs: str,
    read: frozenset[str] = PROBA,
    *,
    options: tuple[Option, ...] = (),
    tags: frozenset[str] = NONE,
    cost: str = "n log n",
) -> Descriptor:
    return Descriptor(
        name=name,
        kind=Kind.STRATEGY,
        target=f"albench_peers.from_modal:{name.replace('-', '_')}",
        summary=f"modAL's {theirs}.",
        options=options,
        needs=read,
        tags=tags,
        cost=cost,
        citation="Danka & Horvath 2018, modAL: a modular active learning framework for Python",
        namespace="modal",
    )


def _baal(
    name: str,
    theirs: str,
    *,
    passes: int = 10,
    tags: frozenset[str] = NONE,
    cost: str = "n log n",
) -> Descriptor:
    return Descriptor(
        name=name,
        kind=Kind.STRATEGY,
        target=f"albench_peers.from_baal:{name.replace('-', '_')}",
        summary=f"baal's {theirs}.",
        options=(_count("passes", passes, PASSES.help),),
        needs=DROPOUT,
        requires=("baal",),
        extra="albench-peers[baal]",
        tags=tags,
        cost=cost,
        citation="Atighehchian, Branchaud-Charron & Lacoste 2020, Bayesian active learning for "
        "production, a systematic study and a reusable library",
        namespace="baal",
    )


SKACTIVEML = (
    _skactiveml("random", "RandomSampling", tags=RANDOMISED),
    _skactiveml("least-confident", "UncertaintySampling by least confidence", PROBA),
    _skactiveml("margin", "UncertaintySampling by margin", PROBA),
    _skactiveml("entropy", "UncertaintySampling by entropy", PROBA),
    _skactiveml(
        "expected-average-precision",
        "UncertaintySampling by expected average precision",
        PROBA,
        cost="n^2",
    ),
    _skactiveml("bald", "GreedyBALD over dropout passes", DROPOUT, options=(PASSES,)),
    _skactiveml(
        "batchbald",
        "BatchBALD over dropout passes",
        DROPOUT,
        options=(
            PASSES,
            _count("samples", 1000, "how many outcomes of the labels are kept or drawn"),
        ),
        tags=RANDOMISED,
        cost="n b",
    ),
    _skactiveml("qbc-kl", "QueryByCommittee by divergence", COMMITTEE, options=(MEMBERS,)),
    _skactiveml(
        "qbc-vote-entropy",
        "QueryByCommittee by vote entropy",
        COMMITTEE,
        options=(MEMBERS,),
        tags=COARSE,
    ),
    _skactiveml(
        "qbc-variation-ratios",
        "QueryByCommittee by variation ratios",
        COMMITTEE,
        options=(MEMBERS,),
        tags=COARSE,
    ),
    _skactiveml("core-set", "CoreSet", cost="n b"),
    _skactiveml("typiclust", "TypiClust", tags=RANDOMISED, cost="n^2"),
    _skactiveml("probcover", "ProbCover", tags=RANDOMISED, cost="n^2"),
    _skactiveml("maxherding", "MaxHerding", tags=COARSE, cost="n^2"),
    _skactiveml("badge", "Badge", PROBA, tags=RANDOMISED, cost="n b"),
    _skactiveml("clue", "Clue", PROBA, tags=RANDOMISED, cost="n b"),
    _skactiveml("falcun", "Falcun", PROBA, tags=RANDOMISED, cost="n b"),
    _skactiveml("cal", "ContrastiveAL", PROBA),
    _skactiveml("dropquery", "DropQuery", tags=RANDOMISED, cost="n b"),
    _skactiveml("discriminative", "DiscriminativeAL"),
    _skactiveml(
        "monte-carlo-eer", "MonteCarloEER with a Parzen window", options=(FEW,), tags=RANDOMISED
    ),
    _skactiveml(
        "value-of-information",
        "ValueOfInformationEER with a Parzen window",
        options=(FEW,),
        tags=RANDOMISED,
    ),
    _skactiveml(
        "probabilistic",
        "ProbabilisticAL with a Parzen window",
        options=(SIZE,),
        tags=RANDOMISED,
    ),
    _skactiveml("quire", "Quire", options=(SIZE,), tags=RANDOMISED),
    _skactiveml("four-ds", "FourDs", options=(SIZE,), tags=RANDOMISED),
    _skactiveml("cost-embedding", "CostEmbeddingAL", options=(SIZE,), tags=RANDOMISED),
)

MODAL = (
    _modal("uncertainty", "uncertainty_sampling"),
    _modal("margin", "margin_sampling"),
    _modal("entropy", "entropy_sampling"),
    _modal("vote-entropy", "vote_entropy_sampling", COMMITTEE, options=(MEMBERS,), tags=COARSE),
    _modal("consensus-entropy", "consensus_entropy_sampling", COMMITTEE, options=(MEMBERS,)),
    _modal("max-disagreement", "max_disagreement_sampling", COMMITTEE, options=(MEMBERS,)),
    _modal("ranked-batch", "uncertainty_batch_sampling", PROBA | EMBEDDINGS, cost="n b"),
)

BAAL = (
    _baal("bald", "BALD"),
    _baal("batchbald", "BatchBALD", tags=RANDOMISED, cost="n b"),
    _baal("entropy", "Entropy"),
    _baal("margin", "Margin"),
    _baal("certainty", "Certainty"),
    _baal("variance", "Variance"),
    _baal("epig", "EPIG with the pool as its own target", cost="n^2"),
    _baal("random", "Random", passes=1, tags=RANDOMISED),
    _baal("power-bald", "PowerSampling of BALD", tags=RANDOMISED),
    _baal("gibbs-bald", "GibbsSampling of BALD", tags=RANDOMISED),
    _baal("rank-bald", "RankBasedSampling of BALD", tags=RANDOMISED),
)


@hookimpl
def albench_strategies() -> Iterable[Descriptor]:
    """Return the descriptors of all peers' strategies."""
    return (*SKACTIVEML, *MODAL, *BAAL)
