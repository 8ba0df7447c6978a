# ruff: noqa: N803  # X is scikit-learn's name
"""Time ESD over the pool of MMFN-AL against plain skorch, which encodes every pair in every pass.

The pool is every training pair of LSTE and LUS of the simulated `liver` cohort's 168 complete
patients, 20 % of the patients being test as in the paper: 13,000 pairs of 3,500 images. The
network is `mmfn` on a ResNet-50 with random weights that learns, so that no frozen trunk's output
is cached; images are 64 pixels. albench's way is the strategy `esd` on the pool view of a real
run: each image encoded once, the fusion ten times. The plain way is skorch's `predict_proba` on a
network whose dropout is on, once a pass, over the gathered images of all pairs, in skorch's own
batches of 128; it is timed on one such batch and scaled by the number of pairs, since all of it
takes half an hour.

Both ways share the network and the seeds of the masks. torch draws other masks for other batch
sizes, so that averaged probabilities are compared over pairs that are one batch for both. They
take turns within one run, on one thread; the ratio is of the medians::

    OMP_NUM_THREADS=1 python benchmarks/speed/esd_scoring.py

The target is 50 times the speed of the plain way. A perfect factorisation at this pool gives the
number of images that all pairs have in ten passes over the number of unique ones; it is printed
too.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from skorch import NeuralNetClassifier
from torch import nn

from albench.cohort.cache import FeatureCache
from albench.cohort.join import join
from albench.cohort.split import split
from albench.learn.estimator import FusionClassifier
from albench.learn.extraction import features
from albench.learn.pool_views import QueryRound, candidate_view
from albench.learn.store import SampleStore
from albench.loaders.liver.loader import load
from albench.models.mmfn import Mmfn
from albench.seeds import generator, torch_seeded
from albench.spec.training import Training
from albench.strategies.uncertainty.dropout import entropy_dropout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.intp]
    Floats = NDArray[np.float32]

MASK_SEED, TARGET, TOLERANCE = 11, 50.0, 1e-5
TEST, QUERY = 0.2, 0.025
N_LABELLED = 32
"""Pairs that the network is trained on, so that its probabilities differ; few, since the whole
pool is to be scored."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A trained classifier, and the round in which it is asked."""

    classifier: FusionClassifier
    pool: Integers
    labelled: Integers
    labels: Integers

    @classmethod
    def of_liver(cls, pixels: int, folder: Path, subjects: int | None) -> Problem:
        """Return the problem, images made and decoded."""
        modalities = {
            name: load(modality=name, size=pixels, subjects=subjects, complete=True)
            for name in ("LSTE", "LUS")
        }
        cohort = join("liver", modalities)
        parts = split(cohort, TEST, generator(0))
        train = np.flatnonzero(np.isin(cohort.candidate_subjects, parts.train))
        order = generator(1).permutation(train)
        labelled, pool = np.sort(order[:N_LABELLED]), np.sort(order[N_LABELLED:])
        cache = FeatureCache(folder)
        arrays = {name: features(part, None, cache) for name, part in modalities.items()}
        columns = zip(arrays, cohort.candidates[train].T, strict=True)
        rows = {name: np.unique(column) for name, column in columns}
        store = SampleStore({name: (rows[name], arrays[name][rows[name]]) for name in arrays})
        shapes = {name: part.shape for name, part in modalities.items()}
        model = Mmfn(trunk="resnet50", weights="random", frozen=False)
        classifier = FusionClassifier(
            model, shapes, len(cohort.classes), store, training=Training(epochs=2), device="cpu"
        )
        X, y = cohort.candidates[labelled], cohort.candidate_labels[labelled]
        return cls(classifier.fit(X, y), cohort.candidates[pool], X, y)

    @property
    def n_query(self) -> int:
        """How many pairs a query of the paper buys."""
        return int(QUERY * len(self.pool))

    def n_unique(self) -> int:
        """Return how many different images the pool's pairs have."""
        return sum(len(np.unique(column)) for column in self.pool.T)

    def gathered(self, pairs: Integers) -> dict[str, Floats]:
        """Return the images of pairs, as plain skorch is given them."""
        return {n: x.numpy() for n, x in self.classifier.store.gather(pairs).items()}


class Plain(nn.Module):
    """The network as skorch calls it, its dropout, and it alone, on in evaluation too."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.mask_seed = 0

    def train(self, mode: bool = True) -> Plain:
        """Leave dropout on."""
        super().train(mode)
        for part in self.modules():
            if isinstance(part, nn.Dropout):
                part.train()
        return self

    def forward(self, **images: torch.Tensor) -> torch.Tensor:
        """Return logits."""
        # Seeded here, since skorch's data loader draws from the same generator before it.
        with torch_seeded(self.mask_seed):
            logits: torch.Tensor = self.net(images)
        return logits


def factorised(problem: Problem, passes: int) -> Integers:
    """Return the picks of `esd`, with nothing left from a call before."""
    problem.classifier._prediction = None
    strategy = entropy_dropout(passes)
    view = candidate_view(
        problem.classifier,
        strategy.needs,
        pool=problem.pool,
        labelled=problem.labelled,
        labels=problem.labels,
        round=QueryRound(dropout_seed=MASK_SEED),
    )
    picks: Integers = strategy(view, problem.n_query, generator(2))
    return picks


def plain_mean(module: Plain, X: dict[str, Floats], passes: int) -> Floats:
    """Return the mean over passes of skorch's own `predict_proba`, seeded as `Prediction` is."""
    net = NeuralNetClassifier(
        module, criterion=nn.CrossEntropyLoss, train_split=None, verbose=0
    ).initialize()
    proba = []
    for number in range(passes):
        state = np.random.SeedSequence((MASK_SEED, number)).generate_state(1, np.uint64)
        module.mask_seed = int(state[0] >> np.uint64(1))
        proba.append(net.predict_proba(X))
    mean: Floats = np.mean(proba, axis=0)
    return mean


def seconds_of(call: Any) -> float:  # any function without arguments
    """Return how long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> int:
    """Compare both ways; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pixels", type=int, default=64)
    parser.add_argument("--passes", type=int, default=10)
    parser.add_argument("--part", type=int, default=128, help="pairs of the plain way, one batch")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--subjects", type=int, help="a smaller cohort, to try the script")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if not 1 <= args.part <= 128:
        parser.error("--part must be 1 to 128, skorch's batch size")

    with tempfile.TemporaryDirectory() as name:
        problem = Problem.of_liver(args.pixels, Path(name), args.subjects)
        part = np.sort(generator(3).permutation(len(problem.pool))[: args.part])
        X, module = problem.gathered(problem.pool[part]), Plain(problem.classifier.module_)
        problem.classifier._prediction = None
        masked = problem.classifier.dropout_proba(problem.pool[part], args.passes, MASK_SEED)
        ours = np.array(list(masked))
        difference = float(np.abs(ours.mean(0) - plain_mean(module, X, args.passes)).max())
        times = [
            (
                seconds_of(lambda: factorised(problem, args.passes)),
                seconds_of(lambda: plain_mean(module, X, args.passes)),
            )
            for _ in range(args.repeats)
        ]
    fast, of_part = (statistics.median(column) for column in zip(*times, strict=True))
    n = len(problem.pool)
    slow = of_part * n / len(part)
    print(
        f"mmfn on resnet50 at {args.pixels} px, not frozen, liver LSTE x LUS: {n} pairs of "
        f"{problem.n_unique()} images, {args.passes} passes, medians of {args.repeats} turns\n"
        f"albench: {fast:.1f} s, all pairs scored and {problem.n_query} picked\n"
        f"plain skorch: {slow:.0f} s, scaled from {of_part:.1f} s of {len(part)} pairs\n"
        f"ratio {slow / fast:.0f} (target {TARGET:.0f}; images encoded: "
        f"{2 * n * args.passes / problem.n_unique():.0f} times fewer)\n"
        f"largest difference of averaged probabilities over {len(part)} pairs, same masks: "
        f"{difference:.1e} (bound {TOLERANCE:.0e}; passes differ by {ours.std(axis=0).mean():.1e})"
    )
    return int(slow / fast < TARGET or difference > TOLERANCE)


if __name__ == "__main__":
    raise SystemExit(main())
