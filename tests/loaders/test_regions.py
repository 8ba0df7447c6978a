"""A region lies inside its image, or the wrong options are reported."""

import pytest
from PIL import Image

from albench.api import DataError
from albench.loaders.regions import region_of, square_round

SQUARES = {
    "in the middle": ((40, 30, 20, 10), 40, (100, 80), (30, 15, 40, 40)),
    "moved off the left edge": ((0, 30, 20, 20), 40, (100, 80), (0, 20, 40, 40)),
    "moved off the lower edge": ((50, 70, 10, 10), 40, (100, 80), (35, 40, 40, 40)),
    "grown to a larger region": ((10, 10, 60, 20), 40, (100, 80), (10, 0, 60, 60)),
    "evenly beyond a low picture": ((10, 10, 20, 20), 40, (100, 30), (0, -5, 40, 40)),
}


@pytest.mark.parametrize("place", SQUARES)
def test_a_square_is_placed(place: str) -> None:
    region, side, extent, expected = SQUARES[place]
    assert square_round(region, side, extent) == expected


@pytest.mark.parametrize("x", range(0, 81, 8))
@pytest.mark.parametrize("y", range(0, 61, 10))
def test_a_square_holds_its_region_and_stays_inside(x: int, y: int) -> None:
    left, top, side, _ = square_round((x, y, 20, 20), 48, (100, 80))
    assert 0 <= left <= x
    assert x + 20 <= left + side <= 100
    assert 0 <= top <= y
    assert y + 20 <= top + side <= 80


WRONG = {
    "an unknown region": (("circle", None, "yellow"), "allowed are whole, box"),
    "a box that is missing": (("box", None, "yellow"), "is missing"),
    "a box without effect": (("whole", [0, 0, 1, 1], "yellow"), "has no effect"),
    "three numbers": (("box", [0, 0, 1], "yellow"), r"allowed is \[x, y, width, height\]"),
    "a fraction": (("box", [0, 0, 1, 1.5], "yellow"), "whole pixels"),
    "a negative corner": (("box", [-1, 0, 1, 1], "yellow"), "within it"),
    "no height": (("box", [0, 0, 1, 0], "yellow"), "within it"),
    "an unknown colour": (("yellow-frame", None, "yelow"), "found 'yelow'"),
    "a grey": (("yellow-frame", None, "white"), "is no grey"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_options_are_refused(kind: str) -> None:
    options, message = WRONG[kind]
    with pytest.raises(DataError, match=message):
        region_of(*options)  # type: ignore[arg-type]  # wrong on purpose


def test_both_wrong_options_are_named() -> None:
    with pytest.raises(DataError) as caught:
        region_of("box", None, "no colour")
    assert len(caught.value.complaints) == 2


def test_the_whole_picture_needs_no_cutting() -> None:
    assert region_of("whole", None, "yellow").locate(Image.new("RGB", (4, 4)), 2) is None
