"""Strategies that rank candidates by how unsure the model is of each."""

from __future__ import annotations

from albench.api import Option, needs
from albench.strategies.descriptors.announce import COARSE, PASSES, RANDOMISED, strategy

PROBA = frozenset({needs.PROBA})
DROPOUT = frozenset({needs.DROPOUT_PROBA})
COMMITTEE = frozenset({needs.COMMITTEE_PROBA})

BETA = Option(
    name="beta",
    type=float,
    default=1.0,
    minimum=1e-6,
    maximum=1e6,
    help="larger is closer to the plain score",
)
MEMBERS = Option(
    name="members", type=int, default=5, minimum=2, maximum=1000, help="how many members vote"
)
KIRSCH = "Kirsch et al. 2023, Stochastic batch acquisition"


DESCRIPTORS = (
    strategy(
        "least-confident",
        "uncertainty:LeastConfident",
        "The most likely class is least likely.",
        needs=PROBA,
        citation="Lewis & Gale 1994, A sequential algorithm for training text classifiers",
    ),
    strategy(
        "margin",
        "uncertainty:Margin",
        "The two most likely classes are closest.",
        needs=PROBA,
        citation="Scheffer, Decomain & Wrobel 2001, Active hidden Markov models",
    ),
    strategy(
        "entropy",
        "uncertainty:Entropy",
        "The largest entropy of one deterministic pass (ES).",
        needs=PROBA,
        citation="Settles 2009, Active learning literature survey",
    ),
    strategy(
        "esd",
        "dropout:EntropyDropout",
        "The largest entropy of the mean over dropout passes (ESD, MMFN-AL's strategy).",
        options=(PASSES,),
        needs=DROPOUT,
        citation="Gal, Islam & Ghahramani 2017; Gao et al. 2020 (MMFN-AL, arXiv 2011.00694)",
    ),
    strategy(
        "margin-dropout",
        "dropout:MarginDropout",
        "The smallest margin of the mean over dropout passes.",
        options=(PASSES,),
        needs=DROPOUT,
        citation="Gal, Islam & Ghahramani 2017, Deep Bayesian active learning with image data",
    ),
    strategy(
        "least-confident-dropout",
        "dropout:LeastConfidentDropout",
        "The smallest maximum of the mean over dropout passes.",
        options=(PASSES,),
        needs=DROPOUT,
        citation="Gal, Islam & Ghahramani 2017, Deep Bayesian active learning with image data",
    ),
    strategy(
        "variation-ratios",
        "dropout:VariationRatios",
        "The fewest dropout passes agree on the most popular class.",
        options=(PASSES,),
        needs=DROPOUT,
        tags=COARSE,
        citation="Freeman 1965, Elementary applied statistics; Gal, Islam & Ghahramani 2017",
    ),
    strategy(
        "mean-std",
        "dropout:MeanDeviation",
        "The largest standard deviation over dropout passes, mean over classes.",
        options=(PASSES,),
        needs=DROPOUT,
        citation="Kampffmeyer, Salberg & Jenssen 2016",
    ),
    strategy(
        "bald",
        "bald:Bald",
        "Label and weights share most information over dropout passes.",
        options=(PASSES,),
        needs=DROPOUT,
        citation="Houlsby et al. 2011; Gal, Islam & Ghahramani 2017",
    ),
    strategy(
        "batchbald",
        "batchbald:BatchBald",
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
        needs=DROPOUT,
        tags=RANDOMISED,
        cost="n b",
        citation="Kirsch, van Amersfoort & Gal 2019, BatchBALD",
    ),
    strategy(
        "power-bald",
        "stochastic:PowerBald",
        "BALD with odds in proportion to a power of the score.",
        options=(PASSES, BETA),
        needs=DROPOUT,
        tags=RANDOMISED,
        citation=KIRSCH,
    ),
    strategy(
        "softmax-bald",
        "stochastic:SoftmaxBald",
        "BALD with odds in proportion to the exponential of the score.",
        options=(PASSES, BETA),
        needs=DROPOUT,
        tags=RANDOMISED,
        citation=KIRSCH,
    ),
    strategy(
        "softrank-bald",
        "stochastic:SoftrankBald",
        "BALD with odds in proportion to a power of the inverse rank.",
        options=(PASSES, BETA),
        needs=DROPOUT,
        tags=RANDOMISED,
        cost="n log n",
        citation=KIRSCH,
    ),
    strategy(
        "power-entropy",
        "stochastic:PowerEntropy",
        "Entropy with odds in proportion to a power of the score.",
        options=(BETA,),
        needs=PROBA,
        tags=RANDOMISED,
        citation=KIRSCH,
    ),
    strategy(
        "epig",
        "epig:Epig",
        "The label says most about predictions for a random part of the pool.",
        options=(
            PASSES,
            Option(
                name="targets",
                type=int,
                default=100,
                minimum=1,
                maximum=100_000,
                help="how many candidates stand for the pool's distribution",
            ),
        ),
        needs=DROPOUT,
        tags=RANDOMISED,
        citation="Bickford Smith et al. 2023, Prediction-oriented Bayesian active learning",
    ),
    strategy(
        "qbc-vote-entropy",
        "committee:VoteEntropy",
        "The largest entropy of the votes of independently trained heads.",
        options=(MEMBERS,),
        needs=COMMITTEE,
        tags=COARSE,
        citation="Engelson & Dagan 1996",
    ),
    strategy(
        "qbc-kl",
        "committee:MeanDivergence",
        "The largest mean divergence of independently trained heads from their mean.",
        options=(MEMBERS,),
        needs=COMMITTEE,
        citation="McCallum & Nigam 1998",
    ),
)
