"""baal's heuristics over dropout passes."""
# mypy: disable-error-code="import-not-found,import-untyped"
# baal is optional, and has no types where it is installed.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from baal.active import heuristics
from baal.active.heuristics.stochastics import GibbsSampling, PowerSampling, RankBasedSampling

from albench.api import needs
from albench_peers.peer import Peer, finite_dropout, numpy_seeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api import PoolView

DROPOUT = frozenset({needs.DROPOUT_PROBA})


def _ranked(
    build: Callable[[int, int], Any],  # baal's heuristics have no common type of their own
    passes: int,
) -> Peer:
    def query(pool: PoolView, n: int, seed: int) -> NDArray[np.intp]:
        # candidates x classes x passes, as baal wants it
        predictions = np.stack(list(pool.dropout_proba(passes)), axis=-1).astype(np.float64)
        with numpy_seeded(seed), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            ranks = _ask(build(n, seed), predictions)
        return np.asarray(ranks, dtype=np.intp)[:n]

    return Peer(DROPOUT, query, lambda pool: finite_dropout(pool, passes))


def _ask(heuristic: Any, predictions: NDArray[np.float64]) -> Any:
    if isinstance(heuristic, heuristics.EPIG):
        return heuristic(predictions, predictions)  # the pool is its own target
    return heuristic.get_ranks(predictions)[0]


def bald(passes: int = 10) -> Peer:
    """Return BALD."""
    return _ranked(lambda _n, _seed: heuristics.BALD(), passes)


def batchbald(passes: int = 10) -> Peer:
    """Return BatchBALD, which stops early and leaves the rest of a query to chance."""
    return _ranked(lambda n, _seed: heuristics.BatchBALD(num_samples=n), passes)


def entropy(passes: int = 10) -> Peer:
    """Return Entropy of the mean over passes."""
    return _ranked(lambda _n, _seed: heuristics.Entropy(), passes)


def margin(passes: int = 10) -> Peer:
    """Return Margin of the mean over passes."""
    return _ranked(lambda _n, _seed: heuristics.Margin(), passes)


def certainty(passes: int = 10) -> Peer:
    """Return Certainty of the mean over passes."""
    return _ranked(lambda _n, _seed: heuristics.Certainty(), passes)


def variance(passes: int = 10) -> Peer:
    """Return Variance over passes, mean over classes."""
    return _ranked(lambda _n, _seed: heuristics.Variance(), passes)


def epig(passes: int = 10) -> Peer:
    """Return EPIG with the pool as its own target."""
    return _ranked(lambda _n, _seed: heuristics.EPIG(), passes)


def random(passes: int = 1) -> Peer:
    """Return Random."""
    return _ranked(lambda _n, seed: heuristics.Random(seed=seed), passes)


def power_bald(passes: int = 10) -> Peer:
    """Return PowerSampling of BALD."""
    return _ranked(lambda n, _seed: PowerSampling(heuristics.BALD(), n), passes)


def gibbs_bald(passes: int = 10) -> Peer:
    """Return GibbsSampling of BALD."""
    return _ranked(lambda n, _seed: GibbsSampling(heuristics.BALD(), n), passes)


def rank_bald(passes: int = 10) -> Peer:
    """Return RankBasedSampling of BALD."""
    return _ranked(lambda n, _seed: RankBasedSampling(heuristics.BALD(), n), passes)
