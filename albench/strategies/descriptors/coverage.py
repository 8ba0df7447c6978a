"""Strategies that spread their picks over the pool, whatever the model says."""

from __future__ import annotations

from albench.api import Option, needs
from albench.strategies.descriptors.announce import COARSE, RANDOMISED, strategy

EMBEDDINGS = frozenset({needs.EMBEDDINGS})

DESCRIPTORS = (
    strategy(
        "k-center",
        "k_center:KCenter",
        "The farthest from all that is labelled or picked, again and again (CoreSet).",
        needs=EMBEDDINGS,
        cost="n b",
        citation="Sener & Savarese 2018, Active learning for convolutional neural networks",
    ),
    strategy(
        "k-means",
        "k_means:KMeans",
        "One candidate near each of b centroids.",
        needs=EMBEDDINGS,
        tags=RANDOMISED,
        cost="n b",
        citation="Zhdanov 2019, Diverse mini-batch active learning",
    ),
    strategy(
        "typiclust",
        "typiclust:TypiClust",
        "What is typical of the large clusters that have no label yet.",
        options=(
            Option(
                name="neighbours",
                type=int,
                default=20,
                minimum=1,
                maximum=10_000,
                help="how many neighbours decide what is typical",
            ),
            Option(
                name="max_clusters",
                type=int,
                default=500,
                minimum=1,
                maximum=100_000,
                help="the largest number of clusters",
            ),
        ),
        needs=EMBEDDINGS,
        tags=RANDOMISED,
        cost="n^2",
        citation="Hacohen, Dekel & Weinshall 2022, Active learning on a budget",
    ),
    strategy(
        "probcover",
        "probcover:ProbCover",
        "Centres of pure balls that cover most of what nothing labelled covers.",
        options=(
            Option(
                name="purity",
                type=float,
                default=0.95,
                minimum=0.0,
                maximum=1.0,
                help="the share of balls that must hold one cluster only",
            ),
        ),
        needs=EMBEDDINGS,
        tags=RANDOMISED,
        cost="n^2",
        citation="Yehuda et al. 2022, Active learning through a covering lens",
    ),
    strategy(
        "maxherding",
        "herding:MaxHerding",
        "Nearest, by a Gaussian kernel, to what nothing labelled is near to.",
        options=(
            Option(
                name="width",
                type=float,
                default=1.0,
                minimum=1e-3,
                maximum=1e3,
                help="of the kernel, on vectors of length one",
            ),
        ),
        needs=EMBEDDINGS,
        tags=COARSE,  # two that cover each other and little else have the same gain
        cost="n^2",
        citation="Bae et al. 2024, Generalized coverage for more robust low-budget active learning",
        version=2,
    ),
    strategy(
        "discriminative",
        "discriminative:Discriminative",
        "Told from the labelled set most easily (DAL).",
        options=(
            Option(
                name="parts",
                type=int,
                default=10,
                minimum=1,
                maximum=1000,
                help="in how many parts a query is made",
            ),
        ),
        needs=EMBEDDINGS,
        citation="Gissin & Shalev-Shwartz 2019, Discriminative active learning",
        version=2,
    ),
)
