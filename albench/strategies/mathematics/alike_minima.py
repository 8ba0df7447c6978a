"""L-BFGS of several alike functions at once, where one evaluation of all is cheaper than of each.

Each goes its own way, that of ``scipy.optimize.minimize(method="L-BFGS-B")`` without bounds and
with default options: the line search of Moré & Thuente 1994, the same memory, the same reasons to
stop. Only rounding differs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Doubles: TypeAlias = NDArray[np.float64]
    Numbers: TypeAlias = NDArray[np.intp]

FLAT = 1e-5
"""A function whose slopes are all less is at its minimum."""

STALLED = 2.2204460492503131e-09
"""So is one that an iteration lowers less, beside its value or 1."""

EPSILON = float(np.finfo(np.float64).eps)

STEPS = 20
"""The most evaluations of a line search."""

DECREASE, CURVATURE, NARROW = 1e-3, 0.9, 0.1
"""What a line search asks for, and the relative width at which it gives up and takes the step."""

FARTHEST = 1e10
"""The longest step."""


@dataclass
class Point:
    """A step along a line, the value there, and the slope."""

    step: float
    value: float
    slope: float


class LineSearch:
    """The line search of Moré & Thuente 1994, as MINPACK-2 has it.

    Parameters
    ----------
    start : Point
        At step 0; the slope is negative.
    step : float
        What is tried first.
    """

    def __init__(self, start: Point, step: float) -> None:
        self.start, self.step, self.tried = start, step, 0
        self._near, self._far = start, start  # the best so far, and the other end
        self._between = False  # whether a minimum is known to be between them
        self._first_stage = True
        self._least, self._most = 0.0, 5 * step
        self._width, self._width_before = FARTHEST, 2 * FARTHEST

    def accepts(self, value: float, slope: float) -> bool:
        """Return whether the step is taken, or set the next one.

        Parameters
        ----------
        value : float
            At the step.
        slope : float
            At the step, along the line.

        Returns
        -------
        bool
            True also where no better step can be told apart.
        """
        self.tried += 1
        wanted = DECREASE * self.start.slope
        enough = self.start.value + self.step * wanted
        is_low = value <= enough
        if self._first_stage and is_low and slope >= 0:
            self._first_stage = False
        if is_low and abs(slope) <= -CURVATURE * self.start.slope:
            return True
        if self._between and (
            not self._least < self.step < self._most
            or self._most - self._least <= NARROW * self._most
        ):
            return True
        if self.step == FARTHEST and is_low and slope <= wanted:
            return True
        new = Point(self.step, value, slope)
        # Until there is a low point with a rising slope, less what is wanted is searched instead.
        tilt = wanted if self._first_stage and not is_low and value <= self._near.value else 0.0
        self._narrow(new, tilt)
        return False

    def _narrow(self, new: Point, tilt: float) -> None:
        near, far, new = (
            Point(one.step, one.value - one.step * tilt, one.slope - tilt)
            for one in (self._near, self._far, new)
        )
        near, far, step = self._next(near, far, new)
        self._near, self._far = (
            Point(one.step, one.value + one.step * tilt, one.slope + tilt) for one in (near, far)
        )
        if self._between:
            width = abs(far.step - near.step)
            if width >= 0.66 * self._width_before:
                step = near.step + 0.5 * (far.step - near.step)
            self._width_before, self._width = self._width, width
            self._least, self._most = sorted((near.step, far.step))
        else:
            self._least = step + 1.1 * (step - near.step)
            self._most = step + 4 * (step - near.step)
        step = min(max(step, 0.0), FARTHEST)
        if self._between and (
            not self._least < step < self._most or self._most - self._least <= NARROW * self._most
        ):
            step = near.step
        self.step = step

    def _next(self, near: Point, far: Point, new: Point) -> tuple[Point, Point, float]:
        """Return the ends of the new interval, and the step to try in it."""
        limit = self._most if new.step > near.step else self._least
        if new.value > near.value:
            cubic = _cubic(near, new)
            mean = (near.value - new.value) / (new.step - near.step)
            square = near.step + near.slope / (mean + near.slope) / 2 * (new.step - near.step)
            is_near = abs(cubic - near.step) < abs(square - near.step)
            self._between = True
            return near, new, cubic if is_near else cubic + (square - cubic) / 2
        if new.slope * near.slope < 0:
            self._between = True
            cubic, square = _cubic(new, near), _secant(near, new)
            return new, near, max(cubic, square, key=lambda step: abs(step - new.step))
        if abs(new.slope) >= abs(near.slope):
            return new, far, _cubic(new, far) if self._between else limit
        share, curved = _share(new, near)
        cubic = new.step + share * (near.step - new.step) if share < 0 and curved else limit
        square = _secant(near, new)
        nearer, farther = sorted((square, cubic), key=lambda step: abs(step - new.step))
        if not self._between:
            return new, far, min(max(farther, self._least), self._most)
        edge = new.step + 0.66 * (far.step - new.step)
        return new, far, min(edge, nearer) if new.step > near.step else max(edge, nearer)


def _share(base: Point, other: Point) -> tuple[float, bool]:
    """Return how far from one point to another the cubic through both has its minimum.

    And whether it has one.
    """
    mean = 3 * (base.value - other.value) / (other.step - base.step) + base.slope + other.slope
    unit = max(abs(mean), abs(base.slope), abs(other.slope))
    root = unit * math.sqrt(max(0.0, (mean / unit) ** 2 - base.slope / unit * other.slope / unit))
    if other.step < base.step:
        root = -root
    above, below = root - base.slope + mean, root - base.slope + root + other.slope
    return above / below if below else math.inf, root != 0


def _cubic(base: Point, other: Point) -> float:
    return base.step + _share(base, other)[0] * (other.step - base.step)


def _secant(near: Point, new: Point) -> float:
    return new.step + new.slope / (new.slope - near.slope) * (near.step - new.step)


def minima(
    objective: Callable[[Doubles, Numbers | slice], tuple[Doubles, Doubles]],
    start: Doubles,
    iterations: int,
) -> Doubles:
    """Return where each of some functions is least, as far as some iterations come.

    Parameters
    ----------
    objective : callable
        ``objective(points, which)`` returns the values ``(k,)`` and slopes ``(k, size)`` at
        points ``(k, size)``, each of the function that `which`, numbers or all, names.
    start : ndarray of float64, shape (n, size)
        Where each begins.
    iterations : int
        The largest number for each, at most ten: all are remembered, where scipy keeps ten.

    Returns
    -------
    ndarray of float64, shape (n, size)
        A point for each.
    """
    descents = _Descents(objective, start, iterations)
    while descents.searches:
        descents.evaluate()
    return descents.points


class _Descents:
    """How far each function has come."""

    def __init__(
        self,
        objective: Callable[[Doubles, Numbers | slice], tuple[Doubles, Doubles]],
        start: Doubles,
        iterations: int,
    ) -> None:
        n, size = start.shape
        self.objective = objective
        self.points = start.copy()
        self.values, self.slopes = objective(self.points, slice(None))
        self.done = np.zeros(n, dtype=np.intp)
        # Of each iteration: how far it went, how slopes changed, and the products of these that
        # directions need. Where nothing is remembered there are zeros, and ones on the diagonal of
        # `upper`.
        self.moves, self.bends = np.zeros((2, n, iterations, size))
        self.upper = np.tile(np.eye(iterations), (n, 1, 1))
        self.squares = np.zeros((n, iterations, iterations))
        self.flatness = np.ones(n)
        self.lines = np.zeros((n, size))
        self.searches: dict[int, LineSearch] = {}
        self._search(np.flatnonzero(np.abs(self.slopes).max(axis=1) > FLAT))

    def _search(self, which: Numbers) -> None:
        """Begin line searches along new directions."""
        if not len(which):
            return
        lines = self.lines[which] = self._directions(which)
        along = row_dots(lines, self.slopes[self._part(which)])
        lengths = np.sqrt(row_dots(lines, lines))
        astray = []
        for i, slope, length in zip(which.tolist(), along.tolist(), lengths.tolist(), strict=True):
            if slope < 0:
                step = 1.0 if self.done[i] else min(1 / length, FARTHEST)
                self.searches[i] = LineSearch(Point(0.0, float(self.values[i]), slope), step)
            else:
                astray.append(i)
        self._start_over(astray)

    def _start_over(self, failed: list[int]) -> None:
        """Forget what misled some functions; those that have nothing to forget stop."""
        which = np.array([i for i in failed if self.bends[i].any()], dtype=np.intp)
        self.moves[which], self.bends[which], self.squares[which] = 0, 0, 0
        self.upper[which], self.flatness[which] = np.eye(self.upper.shape[1]), 1
        self._search(which)

    def _directions(self, which: Numbers) -> Doubles:
        """Return where to go from the points, by the compact form of L-BFGS.

        With S the moves and Y the bends, R the upper triangle of S'Y, and H the inverse curvature
        before any of them, ``H g + S a - H Y p`` where ``p = R^-1 S'g`` and
        ``R' a = (diag R + H Y'Y) p - H Y'g``.
        """
        some, slots = self._part(which), int(self.done[which].max())
        if not slots:
            return -self.slopes[some]
        moves, bends = self.moves[some, :slots], self.bends[some, :slots]
        upper, squares = self.upper[some, :slots, :slots], self.squares[some, :slots, :slots]
        slopes, flat = self.slopes[some, :, None], self.flatness[some, None, None]
        shares = np.linalg.solve(upper, moves @ slopes)
        rest = np.einsum("nii->ni", upper)[..., None] * shares
        rest += flat * (squares @ shares - bends @ slopes)
        added = np.linalg.solve(upper.swapaxes(1, 2), rest)
        along = added.swapaxes(1, 2) @ moves - (flat * shares).swapaxes(1, 2) @ bends
        return np.asarray(-(flat * slopes)[..., 0] - along[:, 0])

    def _part(self, which: Numbers) -> Numbers | slice:
        """Return `which`, as a slice if it is all: nothing is copied then."""
        return slice(None) if len(which) == len(self.points) else which

    def evaluate(self) -> None:
        """Evaluate each function that is not done at the next step of its line search."""
        which = np.array(sorted(self.searches), dtype=np.intp)
        some, searches = self._part(which), [self.searches[i] for i in which.tolist()]
        lines = self.lines[some]
        points = self.points[some] + np.array([[search.step] for search in searches]) * lines
        values, slopes = self.objective(points, some)
        told = zip(searches, values.tolist(), row_dots(slopes, lines).tolist(), strict=True)
        taken = np.array([search.accepts(value, slope) for search, value, slope in told])
        ended = taken | np.array([search.tried == STEPS for search in searches])
        for i in which[ended].tolist():
            del self.searches[i]
        if taken.all():
            self._iterate(which, points, values, slopes)
        elif taken.any():
            self._iterate(which[taken], points[taken], values[taken], slopes[taken])
        self._start_over(which[ended & ~taken].tolist())

    def _iterate(self, which: Numbers, points: Doubles, values: Doubles, slopes: Doubles) -> None:
        """Go to new points, remember the way, and search on from there, unless that is all."""
        some = self._part(which)
        before = self.values[which]  # a copy
        moves, bends = points - self.points[some], slopes - self.slopes[some]
        falls = -row_dots(moves, self.slopes[some])
        self.points[some], self.values[some], self.slopes[some] = points, values, slopes
        products = row_dots(moves, bends)
        known = products > EPSILON * falls  # else the function is not convex here: left out
        self._remember(which[known], moves[known], bends[known])
        self.done[some] += 1
        on = self.done[some] < self.moves.shape[1]
        on &= np.abs(slopes).max(axis=1) > FLAT
        on &= before - values > STALLED * np.maximum(np.maximum(np.abs(before), np.abs(values)), 1)
        self._search(which[on])

    def _remember(self, which: Numbers, moves: Doubles, bends: Doubles) -> None:
        slots, some = self.done[which], self._part(which)
        self.moves[which, slots], self.bends[which, slots] = moves, bends
        self.upper[which, :, slots] = np.matmul(self.moves[some], bends[..., None])[..., 0]
        squares = np.matmul(self.bends[some], bends[..., None])[..., 0]
        self.squares[which, :, slots] = self.squares[which, slots] = squares
        self.flatness[which] = row_dots(moves, bends) / row_dots(bends, bends)


def row_dots(left: Doubles, right: Doubles) -> Doubles:
    """Return the product of each row with the one beside it.

    Parameters
    ----------
    left : ndarray of float64, shape (n, size)
        Rows.
    right : ndarray of float64, shape (n, size)
        The rows beside them.

    Returns
    -------
    ndarray of float64, shape (n,)
        Sums.
    """
    return np.asarray(np.einsum("ij,ij->i", left, right))
