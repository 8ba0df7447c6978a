"""The speed benchmark against a plain loop runs on few cells, and both sides learn."""

from __future__ import annotations

import importlib
import sys
import warnings
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks" / "speed"
WAYS = ("albench", "scikit-activeml, scikit-learn", "scikit-activeml, skorch")
STRATEGIES = ("random", "margin", "k-center")

pytestmark = pytest.mark.sweep  # it takes what a small benchmark takes, with three libraries


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the script writes, from this process: others would import torch for a few cells."""
    path = tmp_path_factory.mktemp("speed") / "page.md"
    few = ["--repetitions", "1", "--strategy", *STRATEGIES, "--write", str(path)]
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as it is run by hand
        patch.syspath_prepend(str(FOLDER))
        patch.setattr(sys, "argv", ["against_plain_loop.py", *few])
        script = importlib.import_module("against_plain_loop")
        patch.setattr(script, "JOBS", 1)
        assert script.main() == 0
    return path.read_text(encoding="utf-8")


def rows(page: str) -> dict[str, list[str]]:
    """Return the rows of both tables by their first column."""
    lines = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| ")]
    return {name.strip(): [cell.strip() for cell in row] for name, *row in lines}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_learns_as_many_cells(page: str, way: str) -> None:
    n_cells, _, seconds, *_ = rows(page)[way]
    assert int(n_cells) == len(STRATEGIES)
    assert float(seconds) > 0


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_way_learns_more_than_chance(page: str, strategy: str) -> None:
    accuracies = [float(value) for value in rows(page)[strategy]]
    assert len(accuracies) == len(WAYS)
    assert min(accuracies) > 0.3
