"""The first screens of the published pages look as they did; ``--pictures`` takes them anew.

A committed picture is a small one: shapes and places count, not the edges of letters. Lines must
break where they did, so that the fonts must be those of Debian's Chromium. Whoever changes a
page's looks, or its results, takes the pictures anew and looks at what has changed::

    tox -e full -- tests/browser/test_pictures.py --pictures
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = Path(__file__).parent / "pictures"
SMALLER = 8
"""A pixel of a kept picture stands for so many times so many."""
MOST_MEAN, MOST_FAR, FAR = 0.5, 0.005, 40.0
"""Of 255 greys, on average; and the share of pixels that may be far from the kept ones."""

STRIPS = 8
NAMES = ("quickstart", "mmfn-al", "strategies", "traps")
WIDTHS = (375, 800, 1400)


def small(picture: bytes) -> np.ndarray:
    """Return a picture's greys in small, shape (height, width)."""
    whole = Image.open(io.BytesIO(picture)).convert("L")
    size = (whole.width // SMALLER, whole.height // SMALLER)
    return np.asarray(whole.resize(size, Image.Resampling.BOX), dtype=float)


def difference(ours: np.ndarray, kept: np.ndarray) -> tuple[float, float]:
    """Return the mean difference of two pictures, and the share of pixels that are far apart."""
    assert ours.shape == kept.shape
    apart = np.abs(ours - kept)
    return float(apart.mean()), float((apart > FAR).mean())


def is_alike(ours: np.ndarray, kept: np.ndarray) -> bool:
    mean, far = difference(ours, kept)
    return mean <= MOST_MEAN and far <= MOST_FAR


@pytest.mark.sweep
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_looks_as_it_did(
    report: Callable[[str], Path],
    opened: Callable[..., Any],
    pytestconfig: pytest.Config,
    name: str,
    width: int,
) -> None:
    picture = opened(report(name), width=width).screenshot()
    ours, path = small(picture), KEPT / f"{name}-{width}.png"
    if pytestconfig.getoption("--pictures"):
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(ours.round().astype(np.uint8)).save(path, optimize=True)
        return
    kept = np.asarray(Image.open(path), dtype=float)
    assert is_alike(ours, kept), difference(ours, kept)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_that_lost_its_figure_or_its_width_looks_otherwise(name: str) -> None:
    kept = np.asarray(Image.open(KEPT / f"{name}-1400.png"), dtype=float)
    darkest = np.argmin(kept.reshape(STRIPS, -1, kept.shape[1]).mean(axis=(1, 2)))
    without = kept.copy().reshape(STRIPS, -1, kept.shape[1])
    without[darkest] = 255.0
    assert is_alike(kept, kept)
    assert not is_alike(without.reshape(kept.shape), kept)
    assert not is_alike(np.roll(kept, 20, axis=1), kept)
