"""A curve is judged at its end, by its area, or where a share of the labels is bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.analysis.points import round_within, value_at

if TYPE_CHECKING:
    from albench.spec.published import Point

SHARES = np.array([0.1, 0.2, 0.3])
HEIGHTS = np.array([1.0, 3.0, 2.0])


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.05, None), (0.1, 0), (0.25, 1), (0.3, 2), (0.35, 2), (0.45, None)],
)
def test_a_share_is_the_last_round_within_it(share: float, expected: int | None) -> None:
    assert round_within(SHARES, share) == expected


@pytest.mark.parametrize(("point", "expected"), [("final", 2.0), ("area", 2.25), (0.2, 3.0)])
def test_the_height_is_that_of_the_point(point: Point, expected: float) -> None:
    assert value_at(point, SHARES, HEIGHTS) == pytest.approx(expected)


def test_a_curve_that_ends_early_has_no_value() -> None:
    assert np.isnan(value_at(0.9, SHARES, HEIGHTS))
