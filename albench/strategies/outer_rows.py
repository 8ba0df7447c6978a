"""Rows that are outer products, kept as their two factors.

A gradient embedding is ``a(x) outer phi(x)``. Its squared distance to another is
``|a|^2 |phi|^2 + |a'|^2 |phi'|^2 - 2 (a.a') (phi.phi')``: n (C + D) numbers instead of n C D.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.strategies.distances import ROUNDING, squared_norms

if TYPE_CHECKING:
    from albench.strategies.query import Floats


class OuterRows:
    """Rows ``a outer b`` that are never formed.

    Parameters
    ----------
    a : ndarray, shape (n, C)
        One factor.
    b : ndarray, shape (n, D)
        The other.
    """

    def __init__(self, a: Floats, b: Floats) -> None:
        self.a = a
        self.b = b
        self.norms = squared_norms(a).astype(np.float64) * squared_norms(b)

    def distance_to(self, position: int) -> Floats:
        """Return the squared distance of every row to one, 0 to its equals.

        Parameters
        ----------
        position : int
            The one.

        Returns
        -------
        ndarray of float64, shape (n,)
            Squared Euclidean distances.
        """
        scale = self.norms + self.norms[position]
        products = (self.a @ self.a[position]) * (self.b @ self.b[position])
        squared: Floats = scale - 2.0 * products
        squared[squared < scale * (ROUNDING * np.finfo(self.b.dtype).eps)] = 0
        return squared
