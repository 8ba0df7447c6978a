"""Paired differences of many comparisons at once: Student's t, two one-sided tests, Wilcoxon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import CONFIDENCE
from albench.analysis.students_t import quantile, share_below

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_SPREAD = 1e-12
"""A standard deviation that floating point leaves of differences that are all equal."""


@dataclass(frozen=True, eq=False)
class Paired:
    """Paired differences, each comparison's along the last axis.

    Parameters
    ----------
    n : ndarray of float, shape (...)
        Pairs of each comparison.
    mean, deviation : ndarray of float, shape (...)
        Their mean and standard deviation; NaN under one pair, and under two.
    """

    n: NDArray[np.float64]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    @property
    def has_spread(self) -> NDArray[np.bool_]:
        """Whether the differences are not all equal, shape (...); true where that is not known."""
        smallest = NO_SPREAD * np.maximum(1.0, np.abs(self.mean))
        return np.isnan(self.deviation) | (self.deviation > smallest)

    @property
    def half_width(self) -> NDArray[np.float64]:
        """Half of Student's 95 % interval, shape (...); NaN under two pairs."""
        critical = quantile((1 + CONFIDENCE) / 2, self._freedom)
        half: NDArray[np.float64] = critical * self._error
        return half

    @property
    def p(self) -> NDArray[np.float64]:
        """The two-sided p of the paired t-test, shape (...); NaN under two pairs.

        Differences that are all equal have no spread to test against, and Student's t would be
        sure of anything: they get what their signs are worth, which is Wilcoxon's p.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            p = 2 * share_below(-np.abs(self.mean / self._error), self._freedom)
        by_sign = np.where(self.mean == 0, 1.0, 2 * 0.5**self.n)
        return np.where(self.has_spread, p, by_sign)

    def p_within(self, margin: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the p of two one-sided t-tests: small if the mean is within a margin.

        Parameters
        ----------
        margin : ndarray of float, broadcastable to (...)
            The region of practical equivalence reaches from minus this to this.

        Returns
        -------
        ndarray of float, shape (...)
            NaN under two pairs, and where no margin is known. Differences that are all equal get
            what their signs are worth: one half to the power of their number if they are within.

        References
        ----------
        Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power
        approach for assessing the equivalence of average bioavailability. Journal of
        Pharmacokinetics and Biopharmaceutics 15, 657-680.
        """
        width = np.broadcast_to(margin, self.n.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            above = share_below(-(self.mean + width) / self._error, self._freedom)
            below = share_below((self.mean - width) / self._error, self._freedom)
        by_sign = np.where(np.abs(self.mean) < width, 0.5**self.n, 1.0)
        p = np.where(self.has_spread, np.maximum(above, below), by_sign)
        return np.where(np.isnan(width), np.nan, p)

    @property
    def _freedom(self) -> NDArray[np.float64]:
        return np.where(self.n >= 2, self.n - 1, np.nan)

    @property
    def _error(self) -> NDArray[np.float64]:
        error: NDArray[np.float64] = self.deviation / np.sqrt(np.maximum(self.n, 1))
        return error


def paired(gaps: NDArray[np.float64]) -> Paired:
    """Return many comparisons' differences, summed up.

    Parameters
    ----------
    gaps : ndarray of float, shape (..., n_repetitions)
        NaN where a repetition lacks a partner.

    Returns
    -------
    Paired
        Of shape (...).
    """
    is_there = ~np.isnan(gaps)
    n = is_there.sum(axis=-1).astype(float)
    at_least_one = np.where(n >= 1, n, np.nan)
    mean = np.where(is_there, gaps, 0.0).sum(axis=-1) / at_least_one
    squares = np.where(is_there, (gaps - mean[..., None]) ** 2, 0.0).sum(axis=-1)
    return Paired(n, mean, np.sqrt(squares / np.where(n >= 2, n - 1, np.nan)))


def paired_t(gaps: NDArray[np.float64]) -> float:
    """Return the two-sided p value of one paired t-test.

    Parameters
    ----------
    gaps : ndarray of float, shape (n,)
        Differences.

    Returns
    -------
    float
        As `Paired.p`.
    """
    return float(paired(gaps).p)


def wilcoxon(gaps: NDArray[np.float64]) -> float:
    """Return the two-sided p value of Wilcoxon's signed-rank test, exact with ties too.

    Parameters
    ----------
    gaps : ndarray of float, shape (n,)
        Differences; those that are 0 are left out.

    Returns
    -------
    float
        1 if none is left; NaN for fewer than two pairs.

    Notes
    -----
    Without ties it is `scipy.stats.wilcoxon` with ``method="exact"``. With ties, SciPy's is exact
    for at most 13 pairs; beyond that it falls back to a normal approximation.
    """
    from scipy.stats import rankdata

    if len(gaps) < 2:  # one pair has no spread
        return float("nan")
    moved = gaps[gaps != 0]
    ranks = (2 * rankdata(np.abs(moved))).astype(int)  # doubled: tied ranks may be halves
    n_choices = np.ones(1)  # of signs, by the sum of the ranks that are positive
    for rank in ranks:
        n_choices = np.pad(n_choices, (0, rank)) + np.pad(n_choices, (rank, 0))
    centre = ranks.sum() / 2
    is_extreme = np.abs(np.arange(len(n_choices)) - centre) >= abs(ranks[moved > 0].sum() - centre)
    return float(n_choices[is_extreme].sum() / n_choices.sum())
