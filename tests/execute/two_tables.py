"""A toy benchmark in which modalities are bought one by one: two tables, one of them known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

N = 160
PRICES = {"a": 0.5, "b": 2.0, "label": 4.0}
COHORT = """[cohorts.digits]
incomplete = "mask"
cost = {{ a = 0.5, b = 2, label = 4 }}
[cohorts.digits.modalities]
a = {{ loader = "table", options = {{ path = "a.csv" }} }}
b = {{ loader = "table", options = {{ path = "b.csv" }} }}"""
TOLD: dict[str, Any] = {
    "model": 'plugin = "logistic"',
    "cohort": COHORT,
    "of": 'cost"\nknown = ["a"] # "',
    "initial": 40,
}


def write_tables(tmp_path: Path, *, lacking: bool) -> None:
    rng = np.random.default_rng(0)
    for column, name in enumerate("ab"):
        lines = ["subject,label,x,y"]
        for number in range(N):
            if number % 5 != column or not lacking:
                x, y = rng.normal(loc=number % 2, size=2)
                lines.append(f"P{number},{'FT'[number % 2]},{x:.4f},{y:.4f}")
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
