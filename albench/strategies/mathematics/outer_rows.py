"""Rows that are outer products, kept as their two factors.

A gradient embedding is ``a(x) outer phi(x)``. Its squared distance to another is
``|a|^2 |phi|^2 + |a'|^2 |phi'|^2 - 2 (a.a') (phi.phi')``: n (C + D) numbers instead of n C D.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from albench.strategies.mathematics.distances import ROUNDING, squared_norms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.strategies.query import Floats


class ScaledBlocks:
    """Rows whose columns come in blocks, each scaled by a factor of its own in every row.

    Parameters
    ----------
    blocks : sequence of ndarray, shape (n, d)
        Side by side they are the rows before scaling; they are not copied.
    factors : ndarray, shape (n_blocks, n)
        One a block and row.
    """

    def __init__(self, blocks: Sequence[Floats], factors: Floats) -> None:
        self.blocks = blocks
        self.factors = factors
        self.dtype = blocks[0].dtype

    @property
    def norms(self) -> Floats:
        """The squared length of each row, ``(n,)``."""
        parts = zip(self.blocks, self.factors, strict=True)
        norms: Floats = sum(squared_norms(block) * factor**2 for block, factor in parts)
        return norms

    def products(self, position: int) -> Floats:
        """Return the inner product of every row with the one at a position, ``(n,)``."""
        parts = zip(self.blocks, self.factors, strict=True)
        products: Floats = sum(
            (block @ block[position]) * (factor * factor[position]) for block, factor in parts
        )
        return products


Vectors: TypeAlias = "Floats | ScaledBlocks"


class OuterRows:
    """Rows ``a outer b`` that are never formed.

    Parameters
    ----------
    a : ndarray, shape (n, C)
        One factor.
    b : ndarray, shape (n, D), or ScaledBlocks
        The other.
    """

    def __init__(self, a: Floats, b: Vectors) -> None:
        self.a = a
        self.b = b
        lengths = b.norms if isinstance(b, ScaledBlocks) else squared_norms(b)
        self.norms = squared_norms(a).astype(np.float64) * lengths

    def distance_to(self, position: int) -> Floats:
        """Return every row's squared Euclidean distance to the one at a position; 0 to equals."""
        scale = self.norms + self.norms[position]
        b = self.b
        seen = b.products(position) if isinstance(b, ScaledBlocks) else b @ b[position]
        products = (self.a @ self.a[position]) * seen
        squared: Floats = scale - 2.0 * products
        squared[squared < scale * (ROUNDING * np.finfo(self.b.dtype).eps)] = 0
        return squared
