"""Keyed random streams: every seed is derived from what it is for, never drawn in sequence.

A stream is named by (benchmark seed, repetition, purpose, names). Adding a strategy, or a draw in
one stream, therefore changes no other stream.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator


class Purpose(StrEnum):
    """What a stream is for. Only `STRATEGY` is ever keyed by a strategy's name."""

    SPLIT = "split"
    FIRST_LABELS = "first labels"
    WEIGHTS = "weights"
    BATCHES = "batches"
    DROPOUT = "dropout"
    STRATEGY = "strategy"
    NOISE = "noise"


def derive(seed: int, repetition: int, purpose: Purpose, *names: str | int) -> int:
    """Return the seed of one stream, 0 to 2**63 - 1.

    Parameters
    ----------
    seed : int
        The benchmark's seed.
    repetition : int
        The number of the repetition.
    purpose : Purpose
        What the stream is for.
    *names : str or int
        What it belongs to: the cohort, the modalities, the round.

    Returns
    -------
    int
        The same on every machine and in every process.
    """
    key = json.dumps([seed, repetition, purpose.value, *names], separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 1


def generator(seed: int) -> np.random.Generator:
    """Return a NumPy generator of one stream.

    Parameters
    ----------
    seed : int
        A seed that `derive` gave.

    Returns
    -------
    numpy.random.Generator
        Fresh, at the start of its stream.
    """
    return np.random.default_rng(seed)


@contextmanager
def torch_seeded(seed: int) -> Iterator[None]:
    """Seed torch's global generators inside the block, and restore them behind it.

    Parameters
    ----------
    seed : int
        A seed that `derive` gave.

    Yields
    ------
    None
        Layers draw their weights and dropout its masks from the seeded generators.
    """
    import torch  # here, since seeds must be importable where torch is not wanted

    # No device is forked unless CUDA is in use: touching it would initialise it in a forked child.
    in_use = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    devices = range(torch.cuda.device_count()) if in_use else ()
    # `torch.manual_seed` queues a seeding of CUDA with the stack of its caller, which takes longer
    # than a small network's dropout pass, and the queue only grows.
    seed_generators = torch.manual_seed if in_use else torch.default_generator.manual_seed
    with torch.random.fork_rng(devices=devices):
        seed_generators(seed)
        yield
