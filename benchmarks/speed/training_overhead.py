# ruff: noqa: N803  # X is scikit-learn's name
"""Time an epoch through Learner and FusionClassifier against a bare torch loop.

Both train the same head (mmfn on two modalities of cached 2048-d vectors) from the same weights on
the same batches under the same dropout masks, and must end with the same weights. They take turns
within one run; the ratio is of the medians. Run it alone, on one thread::

    OMP_NUM_THREADS=1 python benchmarks/speed/training_overhead.py

The target is an epoch in at most 1.3 times the time of the bare loop.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from albench.api import top
from albench.learn.estimator import FusionClassifier
from albench.learn.learner import Learner
from albench.learn.optimisation import Seeds
from albench.learn.store import SampleStore
from albench.models.mmfn import Mmfn
from albench.seeds import generator, torch_seeded
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api import PoolView

N_SAMPLES, N_CANDIDATES, N_FEATURES, N_CLASSES = 400, 640, 2048, 5
SEEDS = Seeds(weights=1, batches=2, dropout=3)
SHAPES = {"lste": (3, 224, 224), "lus": (3, 224, 224)}
TARGET = 1.3


class FirstOfPool:
    """A strategy that costs nothing: a learner must have one."""

    needs: frozenset[str] = frozenset()

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return positions at random."""
        return top(np.zeros(len(pool)), n, rng)


def through_albench(
    vectors: dict[str, Any], X: NDArray[np.intp], y: NDArray[np.intp], training: Training
) -> tuple[float, Any]:
    """Return seconds an epoch, and the trained network."""
    rows = np.arange(N_SAMPLES)
    store = SampleStore({name: (rows, values) for name, values in vectors.items()})
    model = Mmfn(weights="random")
    classifier = FusionClassifier(
        model, SHAPES, N_CLASSES, store, training=training, seeds=SEEDS, device="cpu"
    )
    learner = Learner(classifier, FirstOfPool())
    start = time.perf_counter()
    learner.teach(X, y)
    return (time.perf_counter() - start) / training.epochs, classifier.module_


def bare_loop(
    vectors: dict[str, Any], X: NDArray[np.intp], y: NDArray[np.intp], training: Training
) -> tuple[float, Any]:
    """Return seconds an epoch, and the trained network."""
    tensors = {name: torch.from_numpy(values) for name, values in vectors.items()}
    candidates, targets = torch.from_numpy(X), torch.from_numpy(y)
    rng = generator(SEEDS.batches)
    with torch_seeded(SEEDS.weights):
        net = Mmfn(weights="random").build(SHAPES, N_CLASSES)
    start = time.perf_counter()
    with torch_seeded(SEEDS.dropout):
        optimiser = torch.optim.Adam(net.parameters(), lr=training.learning_rate, fused=True)
        loss_of = torch.nn.CrossEntropyLoss()
        net.train()
        for _ in range(training.epochs):
            order = torch.from_numpy(rng.permutation(len(y)))
            for batch in torch.split(order, training.batch_size):
                rows = candidates[batch]
                samples = {
                    name: values[rows[:, column]]
                    for column, (name, values) in enumerate(tensors.items())
                }
                optimiser.zero_grad()
                loss_of(net(samples), targets[batch]).backward()
                optimiser.step()
    return (time.perf_counter() - start) / training.epochs, net


def largest_difference(one: torch.nn.Module, other: torch.nn.Module) -> float:
    """Return the largest absolute difference between weights."""
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return max(float((a.detach() - b.detach()).abs().max()) for a, b in pairs)


def compare(batch_size: int, repeats: int, epochs: int) -> float:
    """Print both times and return their ratio."""
    rng = generator(0)
    shape = (N_SAMPLES, N_FEATURES)
    vectors = {name: rng.random(shape, dtype=np.float32) for name in SHAPES}
    X = rng.integers(0, N_SAMPLES, (N_CANDIDATES, 2))
    y = rng.integers(0, N_CLASSES, N_CANDIDATES)
    training = Training(epochs=epochs, batch_size=batch_size)
    runs: dict[str, Callable[..., tuple[float, Any]]] = {
        "albench": through_albench,
        "bare": bare_loop,
    }
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(repeats + 1):  # the first is a warm-up
        nets = {}
        for name, run in runs.items():
            taken, nets[name] = run(vectors, X, y, training)
            if number:
                seconds[name].append(taken)
        assert largest_difference(nets["albench"], nets["bare"]) < 1e-6
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    ratio = medians["albench"] / medians["bare"]
    print(
        f"batch {batch_size}: {1e3 * medians['albench']:.1f} ms an epoch through albench, "
        f"{1e3 * medians['bare']:.1f} ms bare, ratio {ratio:.2f} (target {TARGET}), same weights"
    )
    return ratio


def main() -> int:
    """Compare at several batch sizes; return 1 if the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[32, 64])
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--epochs", type=int, default=10)
    args = parser.parse_args()
    torch.set_num_threads(1)
    ratios = [compare(size, args.repeats, args.epochs) for size in args.batch_sizes]
    return int(max(ratios) > TARGET)


if __name__ == "__main__":
    raise SystemExit(main())
