"""The paper's benchmark for a GPU, on a few images: the same networks, sizes and training."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from albench.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEC = Path(__file__).parents[1] / "benchmarks" / "mmfn-al-224.toml"

FEWER: Mapping[str, str] = {
    r"size = 224, complete = true": "size = 224, subjects = 15, images = 1",
    r"test = 0.2": "test = 0.4",
    r'weights = "imagenet"': 'weights = "random"',  # ImageNet's cannot be downloaded offline
    r"epochs = \d+": "epochs = 1",
    r"min_updates = \d+, ": "",
    r"batch_size = \d+": "batch_size = 2",
    r"initial = 0.1\nquery = 0.025\nstop = 1.0": "initial = 2\nquery = 2\nstop = 4",
    r"initial = 0.1\nquery = 0.1\nstop = 0.1": "initial = 2\nquery = 2\nstop = 2",
    r"repetitions = \d+": "repetitions = 1",
}

A_FEW_CELLS = """
[[matrix]]
cohorts = ["liver"]
modalities = [["LSTE", "LUS"]]
models = ["mmfn"]
strategies = ["esd"]
budgets = ["paper"]

[[matrix]]
cohorts = ["liver"]
modalities = [["LSTE"]]
models = ["dlre", "inception-v3"]
strategies = ["random"]
budgets = ["baseline"]
"""


@pytest.mark.sweep
@pytest.mark.timeout(600)
def test_the_paper_at_224_pixels_runs_on_a_few_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    text = SPEC.read_text().partition("[[matrix]]")[0] + A_FEW_CELLS
    for pattern, few in FEWER.items():
        text, n = re.subn(pattern, few, text)
        assert n, f"{pattern} is not in {SPEC.name}"
    (tmp_path / "few.toml").write_text(text)

    code = main(["run", str(tmp_path / "few.toml"), "--output", str(tmp_path / "results")])

    assert code == 0
    assert set(pd.read_csv(tmp_path / "results" / "cells.csv")["status"]) == {"ok"}
