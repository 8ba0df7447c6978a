"""Twice the training changes nothing where networks have converged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from albench.analysis.convergence import convergence, doubled

MODEL: dict[str, Any] = {
    "plugin": "mmfn",
    "options": {"width": 8},
    "training": {"epochs": 5, "min_updates": 60},
}


@pytest.mark.parametrize(
    ("other", "is_pair"),
    [
        ({"training": {"epochs": 10, "min_updates": 120}}, True),
        ({"training": {"epochs": 10, "min_updates": 60}}, False),
        ({"training": {"epochs": 10, "min_updates": 120, "learning_rate": 0.1}}, False),
        ({"training": {"epochs": 10, "min_updates": 120}, "options": {"width": 16}}, False),
    ],
)
def test_a_pair_differs_in_its_length_alone(other: dict[str, Any], is_pair: bool) -> None:
    pairs = doubled({"long": MODEL | other, "short": MODEL})

    assert pairs == ([("short", "long")] if is_pair else [])


def test_silent_defaults_are_doubled_too() -> None:
    models: dict[str, Any] = {
        "a": {"plugin": "mmfn"},
        "b": {"plugin": "mmfn", "training": {"epochs": 60}},
    }

    assert doubled(models) == [("a", "b")]


def areas(gain: float, longer: float) -> pd.DataFrame:
    """Return areas of six repetitions under a short and a long training."""
    rng = np.random.default_rng(1)
    plans = [("short", "margin", gain), ("long", "margin", longer), ("short", "random", 0.0)]
    rows = [
        {"cohort": "digits", "modalities": "a", "model": model, "budget": "b"}
        | {"strategy": strategy, "repetition": i, "area": 0.8 + above + rng.normal(0, 0.002)}
        for model, strategy, above in [*plans, ("long", "random", 0.0)]
        for i in range(6)
    ]
    return pd.DataFrame(rows)


def test_a_gain_that_goes_away_with_longer_training_is_found() -> None:
    (checked,) = convergence(areas(0.05, -0.01), [("short", "long")])

    assert checked.changed == ("margin",)
    assert checked.tau == -1
    assert (checked.block, checked.longer) == (("digits", "a", "short", "b"), "long")


def test_a_gain_that_stays_passes() -> None:
    (checked,) = convergence(areas(0.05, 0.05), [("short", "long")])

    assert checked.changed == ()
    assert checked.tau == 1


def test_without_a_pair_or_a_strategy_nothing_is_found() -> None:
    table = areas(0.05, 0.05)
    alone = table[table["strategy"] == "random"]

    assert list(convergence(table, [])) == []
    assert list(convergence(alone, [("short", "long")])) == []
