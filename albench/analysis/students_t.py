"""Student's t, plain and noncentral.

By the functions that `scipy.stats` calls too: importing that takes a second, which a plan need not
wait for. `t` is a value, `freedom` the degrees of freedom, of which NaN gives NaN; numbers and
arrays are broadcast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = float | NDArray[np.floating] | NDArray[np.integer]

FAR = 20.0
"""How far above a value a noncentrality is, at least, where SciPy does not tell the share below."""


def quantile(share: Numbers, freedom: Numbers) -> NDArray[np.float64]:
    """Return what a share of Student's t, between 0 and 1, is below."""
    below: NDArray[np.float64] = special.stdtrit(freedom, share)
    return below


def share_below(t: Numbers, freedom: Numbers) -> NDArray[np.float64]:
    """Return the share of Student's t that is below a value.

    What is above a value is what is below its negative.
    """
    share: NDArray[np.float64] = special.stdtr(freedom, t)
    return share


def noncentral_share_below(t: Numbers, freedom: Numbers, centre: Numbers) -> NDArray[np.float64]:
    """Return the share of the noncentral t around a centre that is below a value.

    Where SciPy gives up, it is 0: it does so only for centres so far above the value that less than
    1e-30 is below.
    """
    share = special.nctdtr(freedom, centre, t)
    is_lost = np.isnan(share) & (np.asarray(centre) > np.asarray(t) + FAR)
    below: NDArray[np.float64] = np.where(is_lost, 0.0, share)
    return below


def noncentrality(t: float, freedom: float, share: float) -> float:
    """Return the noncentrality at which a share is below a value.

    Parameters
    ----------
    t : float
        The value.
    freedom : float
        Degrees of freedom.
    share : float
        Between 0 and 1.

    Returns
    -------
    float
        To about seven digits.
    """
    return float(special.nctdtrinc(freedom, share, t))
