# ruff: noqa: N803  # X is scikit-learn's name
"""Time dropout passes over a pool against plain skorch, which encodes every candidate every time.

Two image modalities whose convolutional trunks learn, four times as many candidates as images (as
the 16,592 pairs of 4,350 images of MMFN-AL), ten dropout passes. Both ways use the same network.
They must agree to 1e-5 without dropout, and under the same masks with it: torch draws other masks
for other batch sizes, so that passes are compared with the pool as one batch, and timed in usual
batches. Both run side by side on one thread::

    OMP_NUM_THREADS=1 python benchmarks/speed/pool_prediction.py

The target is 30 times the speed of the plain way; a perfect factorisation would give 80: ten passes
over four times as many candidates of two images each.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from skorch import NeuralNetClassifier
from torch import nn

from albench.learn.estimator import FusionClassifier
from albench.learn.store import SampleStore
from albench.models.mmfn import Mmfn
from albench.seeds import torch_seeded
from albench.spec.training import Training

N_CLASSES, MASK_SEED, TARGET, TOLERANCE = 5, 11, 30.0, 1e-5
_COMPARED = 2
"""Passes that are compared; all are timed."""

Integers = NDArray[np.intp]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Pool:
    """Images of two modalities, a store of them, and candidates over them."""

    images: dict[str, NDArray[np.uint8]]
    store: SampleStore
    candidates: Integers

    @classmethod
    def draw(cls, n_images: int, pixels: int) -> Pool:
        """Return a pool of random images, half of each modality."""
        rng = np.random.default_rng(0)
        each = n_images // 2
        shape = (each, 3, pixels, pixels)
        images = {n: rng.integers(0, 256, shape, dtype=np.uint8) for n in ("lste", "lus")}
        store = SampleStore({name: (np.arange(each), array) for name, array in images.items()})
        # Every image is in the pool, as in a real one.
        first, second = np.tile(np.arange(each), 8), rng.integers(0, each, 8 * each)
        second[:each] = rng.permutation(each)
        return cls(images, store, np.stack([first, second], 1))

    def gathered(self) -> dict[str, Floats]:
        """Return the images of every candidate, as plain skorch is given them."""
        columns = zip(self.images.items(), self.candidates.T, strict=True)
        return {name: array[rows] / np.float32(255) for (name, array), rows in columns}


class Plain(nn.Module):
    """The network as skorch calls it; its dropout is on where it is told."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.drops = False
        self.mask_seed = 0

    def train(self, mode: bool = True) -> Plain:
        """Leave dropout, and dropout alone, on in evaluation."""
        super().train(mode)
        for part in self.modules():
            if isinstance(part, nn.Dropout):
                part.train(mode or self.drops)
        return self

    def forward(self, **images: torch.Tensor) -> torch.Tensor:
        """Return logits."""
        # Seeded here, since skorch's data loader draws from the same generator before it.
        with torch_seeded(self.mask_seed):
            logits: torch.Tensor = self.net(images)
        return logits


def trained(pool: Pool, trunk: str, pixels: int) -> FusionClassifier:
    """Return a classifier after a little training, so that its probabilities differ."""
    shapes = dict.fromkeys(pool.images, (3, pixels, pixels))
    model = Mmfn(trunk=trunk, weights="random", frozen=False)
    classifier = FusionClassifier(
        model, shapes, N_CLASSES, pool.store, training=Training(epochs=2), device="cpu"
    )
    return classifier.fit(pool.candidates[:32], np.arange(32) % N_CLASSES)


def plain_passes(
    module: Plain, X: dict[str, Floats], *, passes: int, batch_size: int
) -> list[Floats]:
    """Return each pass, through skorch's own `predict_proba`, seeded as `Prediction` is."""
    net = NeuralNetClassifier(
        module,
        criterion=nn.CrossEntropyLoss,
        batch_size=batch_size,
        train_split=None,
        verbose=0,
    ).initialize()
    proba = []
    for number in range(passes):
        state = np.random.SeedSequence((MASK_SEED, number)).generate_state(1, np.uint64)
        module.mask_seed = int(state[0] >> np.uint64(1))
        proba.append(net.predict_proba(X))
    return proba


def timed(call: Any) -> tuple[float, Any]:  # any function, and what it returns
    """Return the seconds a call takes, and what it returns."""
    start = time.perf_counter()
    answer = call()
    return time.perf_counter() - start, answer


def factorised_passes(classifier: FusionClassifier, pool: Pool, passes: int) -> list[Floats]:
    """Return each pass, with nothing left from a call before."""
    classifier._prediction = None
    return list(classifier.dropout_proba(pool.candidates, passes, MASK_SEED))


def largest_differences(
    classifier: FusionClassifier, module: Plain, pool: Pool, X: dict[str, Floats]
) -> tuple[float, float]:
    """Return the largest difference of probabilities without dropout, and with the same masks."""
    whole = len(pool.candidates)
    (sure,) = plain_passes(module, X, passes=1, batch_size=whole)
    module.drops = True
    masked = plain_passes(module, X, passes=_COMPARED, batch_size=whole)
    module.drops = False
    return (
        float(np.abs(classifier.predict_proba(pool.candidates) - sure).max()),
        float(np.abs(factorised_passes(classifier, pool, _COMPARED) - np.array(masked)).max()),
    )


def main() -> int:
    """Compare both ways; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trunk", default="resnet50")
    parser.add_argument("--pixels", type=int, default=64)
    parser.add_argument("--images", type=int, default=48)
    parser.add_argument("--passes", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=32, help="of plain skorch")
    args = parser.parse_args()
    torch.set_num_threads(1)

    pool = Pool.draw(args.images, args.pixels)
    classifier = trained(pool, args.trunk, args.pixels)
    module, X = Plain(classifier.module_), pool.gathered()
    sure, masked = largest_differences(classifier, module, pool, X)
    fast, proba = timed(lambda: factorised_passes(classifier, pool, args.passes))
    module.drops = True
    slow, _ = timed(lambda: plain_passes(module, X, passes=args.passes, batch_size=args.batch_size))
    print(
        f"{args.trunk} at {args.pixels} px, {args.images} images, {len(pool.candidates)} "
        f"candidates, {args.passes} passes: {fast:.2f} s factorised, {slow:.2f} s plain, ratio "
        f"{slow / fast:.0f} (target {TARGET:.0f})\n"
        f"largest difference {sure:.1e} without dropout, {masked:.1e} with it in {_COMPARED} "
        f"passes (bound {TOLERANCE:.0e}; passes differ by {np.std(proba, axis=0).mean():.1e})"
    )
    return int(slow / fast < TARGET or max(sure, masked) > TOLERANCE)


if __name__ == "__main__":
    raise SystemExit(main())
