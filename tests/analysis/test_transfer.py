"""Whether an advantage survives another model."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from albench.analysis.curves import CELL
from albench.analysis.transfer import survival, transfer

GAINS = {"kept": (0.1, 0.1), "lost": (0.1, 0.0), "late": (0.0, 0.1), "random": (0.0, 0.0)}
"""By strategy, what it gains with the model that picked, and with the other."""


@pytest.fixture
def replayed() -> tuple[pd.DataFrame, dict[str, float]]:
    """Eight repetitions of two blocks, with little noise."""
    rng = np.random.default_rng(3)
    rows, areas = [], {}
    for cohort, name, repetition in itertools.product("ab", GAINS, range(8)):
        cell = f"{cohort}{name}{repetition}"
        there, here = (0.7 + gain + rng.normal(0, 0.003) for gain in GAINS[name])
        rows.append((cell, cohort, "x", "m", "b", name, repetition, here))
        areas[cell] = there
    return pd.DataFrame(rows, columns=[*CELL, "area"]), areas


def test_advantages_are_followed_from_one_model_to_the_other(
    replayed: tuple[pd.DataFrame, dict[str, float]],
) -> None:
    mean, each = transfer(*replayed, outside=(), margins={"a": 0.02, "b": 0.02})
    ranked = mean.set_index("strategy").loc[["kept", "lost", "late"]]
    assert ranked["there"].tolist() == pytest.approx([0.1, 0.1, 0.0], abs=0.01)
    assert ranked["here"].tolist() == pytest.approx([0.1, 0.0, 0.1], abs=0.01)
    assert ranked["change verdict"].tolist() == ["equal", "worse", "better"]
    survivals = {row["strategy"]: survival(row) for row in mean.to_dict("records")}
    assert survivals == {"kept": "yes", "lost": "no", "late": "no advantage found"}
    assert len(each) == 6
    assert mean["n_blocks"].tolist() == [2, 2, 2]


def test_only_repetitions_that_both_models_have_count(
    replayed: tuple[pd.DataFrame, dict[str, float]],
) -> None:
    table, areas = replayed
    few = {cell: area for cell, area in areas.items() if not cell.endswith(("6", "7"))}
    mean, _ = transfer(table, few, outside=(), margins={})
    again, _ = transfer(table[table["repetition"] < 6], few, outside=(), margins={})
    pd.testing.assert_frame_equal(mean, again)


def test_what_is_not_decided_with_the_other_model_is_undecided() -> None:
    assert survival({"there verdict": "better", "here verdict": "undecided"}) == "undecided"
