"""Strategies that rank candidates by how unsure the model is of each."""

from __future__ import annotations

from albench.api import Descriptor, Kind, Option, needs

PASSES = Option(
    name="passes",
    type=int,
    default=10,
    minimum=1,
    maximum=10_000,
    help="how many passes with dropout switched on",
)

DESCRIPTORS = (
    Descriptor(
        name="least-confident",
        kind=Kind.STRATEGY,
        target="albench.strategies.uncertainty:LeastConfident",
        summary="The most likely class is least likely.",
        needs=frozenset({needs.PROBA}),
        citation="Lewis & Gale 1994, A sequential algorithm for training text classifiers",
    ),
    Descriptor(
        name="margin",
        kind=Kind.STRATEGY,
        target="albench.strategies.uncertainty:Margin",
        summary="The two most likely classes are closest.",
        needs=frozenset({needs.PROBA}),
        citation="Scheffer, Decomain & Wrobel 2001, Active hidden Markov models",
    ),
    Descriptor(
        name="entropy",
        kind=Kind.STRATEGY,
        target="albench.strategies.uncertainty:Entropy",
        summary="The largest entropy of one deterministic pass (ES).",
        needs=frozenset({needs.PROBA}),
        citation="Settles 2009, Active learning literature survey",
    ),
    Descriptor(
        name="esd",
        kind=Kind.STRATEGY,
        target="albench.strategies.dropout:EntropyDropout",
        summary="The largest entropy of the mean over dropout passes (ESD, MMFN-AL's strategy).",
        options=(PASSES,),
        needs=frozenset({needs.DROPOUT_PROBA}),
        citation="Gal, Islam & Ghahramani 2017; Gao et al. 2020 (MMFN-AL, arXiv 2011.00694)",
    ),
    Descriptor(
        name="bald",
        kind=Kind.STRATEGY,
        target="albench.strategies.bald:Bald",
        summary="Label and weights share most information over dropout passes.",
        options=(PASSES,),
        needs=frozenset({needs.DROPOUT_PROBA}),
        citation="Houlsby et al. 2011; Gal, Islam & Ghahramani 2017",
    ),
)
