"""Random streams named by what they are for, so that no image depends on another."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def generator(*names: str | int) -> np.random.Generator:
    """Return the generator of one named stream, the same on every machine and in any order.

    Parameters
    ----------
    *names : str or int
        What the stream is for: seed, modality, patient, image.

    Returns
    -------
    numpy.random.Generator
        Fresh, at the start of its stream.
    """
    return np.random.Generator(np.random.SFC64(int.from_bytes(_digest(names)[:16], "big")))


def shuffled(n: int, *names: str | int) -> list[int]:
    """Return the numbers below `n` in an order that only the names decide.

    Hashes are sorted instead of drawing a permutation: NumPy may change what its generators
    draw, and who has how many images must never change.

    Parameters
    ----------
    n : int
        How many numbers.
    *names : str or int
        What is ordered.

    Returns
    -------
    list of int
        A permutation.
    """
    return sorted(range(n), key=lambda number: _digest((*names, number)))


def pick(options: Sequence[T], *names: str | int) -> T:
    """Return one of the options, as the names decide, all equally likely.

    Parameters
    ----------
    options : sequence
        What can be picked.
    *names : str or int
        What it is picked for.

    Returns
    -------
    object
        One of `options`.
    """
    return options[int.from_bytes(_digest(names)[:8], "big") % len(options)]


def _digest(names: Sequence[str | int]) -> bytes:
    return hashlib.sha256("/".join(map(str, names)).encode()).digest()
