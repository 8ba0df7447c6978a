from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from albench.api import Kind
from albench.testing import Violation
from albench.testing.specimen import Specimen
from albench.testing.strategies.growth import _require_growth, exponent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from albench.testing.strategies.problems import Problem

SIZES = (100, 200, 400, 800)


@pytest.fixture
def specimen(sound: Callable[..., Any]) -> Specimen:
    target, descriptor = sound(Kind.STRATEGY)
    return Specimen(descriptor=descriptor, load=lambda: target, name="toy", sizes=SIZES)


def readings(*values: Iterator[float]) -> Callable[[Specimen, Problem], float]:
    """Return a measurement that tells what it is given, one series a time."""
    series = iter([value for part in values for value in part])
    return lambda _specimen, _problem: next(series)


def linear() -> Iterator[float]:
    return (size * 1.0 for size in SIZES)


def square() -> Iterator[float]:
    return (size**2 * 1.0 for size in SIZES)


@pytest.mark.parametrize("power", [0.0, 1.0, 1.1, 2.0, 3.0])
def test_the_exponent_is_that_of_a_power(power: float) -> None:
    assert exponent(SIZES, [3.0 * size**power for size in SIZES]) == pytest.approx(power, abs=1e-3)


def test_a_constant_at_the_lower_end_does_not_hide_the_growth() -> None:
    assert exponent(SIZES, [1e5 + size**2 for size in SIZES]) > 1.0


def test_growth_as_declared_is_told_with_its_exponent(specimen: Specimen) -> None:
    measured = _require_growth(specimen, "time", readings(linear()), 0.0)
    assert measured == "time grows as n^1.00, declared is n"


def test_growth_beyond_what_is_declared_is_a_violation(specimen: Specimen) -> None:
    with pytest.raises(Violation, match=r"n\^2.00 from 100 to 800 candidates, but the cost is"):
        _require_growth(specimen, "time", readings(square(), square()), 0.0)


def test_a_busy_machine_gets_a_second_chance(specimen: Specimen) -> None:
    assert _require_growth(specimen, "time", readings(square(), linear()), 0.0)


def test_what_is_too_small_to_notice_may_grow(specimen: Specimen) -> None:
    assert _require_growth(specimen, "time", readings(square()), 1e9)
