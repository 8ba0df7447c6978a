"""Hand-made rounds and areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from albench.analysis.curves import BLOCK
from albench.references import BASELINE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray


def rounds_of(
    curves: Mapping[tuple[str, int], Sequence[float]],
    cohort: str = "digits",
    n_labelled: Sequence[int] = (10, 20, 40),
) -> pd.DataFrame:
    """Return what `curves.joined` gives of one block; curves are by strategy and repetition."""
    block = dict(zip(BLOCK, (cohort, "a+b", "net", "tenth"), strict=True))
    return pd.DataFrame(
        [
            {"cell": f"{cohort}-{strategy}-{repetition}", **block}
            | {"strategy": strategy, "repetition": repetition, "round": i}
            | {"n_labelled": n, "accuracy": height}
            for (strategy, repetition), heights in curves.items()
            for i, (n, height) in enumerate(zip(n_labelled, heights, strict=False))
        ]
    )


def areas_of(
    gains: Mapping[str, NDArray[np.float64]], base: NDArray[np.float64], cohort: str = "digits"
) -> pd.DataFrame:
    """Return what `cell_efficiency` gives of one block: random's areas, and gains over them."""
    block = dict(zip(BLOCK, (cohort, "a+b", "net", "tenth"), strict=True))
    areas = {BASELINE: base} | {name: base + gain for name, gain in gains.items()}
    return pd.DataFrame(
        [
            {"cell": f"{cohort}-{strategy}-{i}", **block}
            | {"strategy": strategy, "repetition": i, "area": area}
            for strategy, values in areas.items()
            for i, area in enumerate(values)
        ]
    )


@pytest.fixture
def make_rounds() -> Callable[..., pd.DataFrame]:
    """A factory of rounds."""
    return rounds_of


@pytest.fixture
def make_areas() -> Callable[..., pd.DataFrame]:
    """A factory of areas."""
    return areas_of
