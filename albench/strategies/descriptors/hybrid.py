"""Strategies that weigh what the model says and how the pool lies."""

from __future__ import annotations

from albench.api import Option, needs
from albench.strategies.descriptors.announce import RANDOMISED, strategy

PROBA = frozenset({needs.PROBA})
EMBEDDINGS = frozenset({needs.EMBEDDINGS})
BOTH = PROBA | EMBEDDINGS

DESCRIPTORS = (
    strategy(
        "clue",
        "k_means:Clue",
        "One candidate near each of b centroids, weighted by entropy.",
        needs=BOTH,
        tags=RANDOMISED,
        cost="n b",
        citation="Prabhu et al. 2021, Active domain adaptation via clustering "
        "uncertainty-weighted embeddings",
    ),
    strategy(
        "badge",
        "badge:Badge",
        "Long and diverse gradients of the last layer, by k-means++ seeding.",
        needs=BOTH,
        tags=RANDOMISED,
        cost="n b",
        citation="Ash et al. 2020, Deep batch active learning by diverse, uncertain gradient "
        "lower bounds",
    ),
    strategy(
        "bait",
        "bait:Bait",
        "The last layer is best known where the pool needs it, by Fisher information.",
        options=(
            Option(
                name="ridge",
                type=float,
                default=1.0,
                minimum=1e-6,
                maximum=1e6,
                help="the information that is there without labels",
            ),
            Option(
                name="max_parameters",
                type=int,
                default=1024,
                minimum=2,
                maximum=20_000,
                help="classes times dimensions; beyond, embeddings are projected",
            ),
        ),
        needs=BOTH,
        cost="n b",
        citation="Ash et al. 2021, Gone fishing: neural active learning with Fisher embeddings",
        version=2,
    ),
    strategy(
        "uncertainty-herding",
        "herding:UncertaintyHerding",
        "Nearest to the uncertain part of the pool, temperature and width adapted.",
        needs=EMBEDDINGS,
        cost="n^2",
        citation="Bae et al. 2025, Uncertainty herding",
        version=2,
    ),
    strategy(
        "dropquery",
        "dropquery:DropQuery",
        "Diverse candidates whose label does not survive feature dropout.",
        options=(
            Option(
                name="passes",
                type=int,
                default=3,
                minimum=1,
                maximum=1000,
                help="how many times features are dropped",
            ),
            Option(
                name="rate",
                type=float,
                default=0.75,
                minimum=0.01,
                maximum=0.99,
                help="the share of features dropped",
            ),
        ),
        needs=BOTH,
        tags=RANDOMISED,
        cost="n b",
        citation="Gupte et al. 2024, Revisiting active learning in the era of vision foundation "
        "models",
        version=2,
    ),
    strategy(
        "cluster-margin",
        "cluster_margin:ClusterMargin",
        "Small margins, one of each cluster at a time.",
        options=(
            Option(
                name="factor",
                type=int,
                default=10,
                minimum=1,
                maximum=1000,
                help="how many small margins are clustered to each pick",
            ),
        ),
        needs=BOTH,
        citation="Citovsky et al. 2021, Batch active learning at scale",
    ),
    strategy(
        "alfamix",
        "alfamix:AlfaMix",
        "Diverse candidates whose label changes when mixed slightly with class means.",
        options=(
            Option(
                name="step",
                type=float,
                default=0.2,
                minimum=0.001,
                maximum=1.0,
                help="by how much mixing is raised until enough labels change",
            ),
        ),
        needs=BOTH,
        tags=RANDOMISED,
        cost="n b",
        citation="Parvaneh et al. 2022, Active learning by feature mixing",
        version=2,
    ),
    strategy(
        "falcun",
        "falcun:Falcun",
        "Drawn by uncertainty and by distance to the picks, both in probabilities.",
        options=(
            Option(
                name="gamma",
                type=float,
                default=10.0,
                minimum=0.0,
                maximum=1000.0,
                help="larger is closer to taking the most relevant",
            ),
        ),
        needs=PROBA,
        tags=RANDOMISED,
        cost="n b",
        citation="Gilhuber et al. 2024, FALCUN",
    ),
    strategy(
        "cal",
        "contrastive:Contrastive",
        "Predicted unlike the labelled neighbours.",
        options=(
            Option(
                name="neighbours",
                type=int,
                default=10,
                minimum=1,
                maximum=10_000,
                help="how many labelled neighbours",
            ),
        ),
        needs=BOTH,
        citation="Margatina et al. 2021, Active learning by acquiring contrastive examples",
    ),
    strategy(
        "information-density",
        "information_density:InformationDensity",
        "Uncertain candidates that many others resemble.",
        options=(
            Option(
                name="beta",
                type=float,
                default=1.0,
                minimum=0.0,
                maximum=100.0,
                help="the power of the density; 0 is plain entropy",
            ),
        ),
        needs=BOTH,
        citation="Settles & Craven 2008",
        version=2,
    ),
    strategy(
        "ranked-batch",
        "ranked_batch:RankedBatch",
        "Dissimilarity first, uncertainty more as labels grow (modAL's).",
        needs=BOTH,
        cost="n b",
        citation="Cardoso et al. 2017, Ranked batch-mode active learning",
    ),
    strategy(
        "eer",
        "error_reduction:ExpectedErrorReduction",
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
                help="whether a regression is fitted anew for each candidate and label: slow",
            ),
        ),
        needs=BOTH,
        tags=RANDOMISED,
        citation="Roy & McCallum 2001",
    ),
    strategy(
        "galaxy",
        "galaxy:Galaxy",
        "Halves the way, in order of score, between labels of a class and labels of others.",
        needs=PROBA,
        tags=RANDOMISED,
        cost="n b",
        citation="Zhang, Katz-Samuels & Nowak 2022, GALAXY",
    ),
)
