"""Compare ways to train on cohorts that no published page uses; docs/training.md has the figures.

Labels are bought at random, since the question is about training alone. Each way is trained round
by round up to all labels, and once on all labels from the start, which is the reference. Run::

    python benchmarks/studies/training.py FOLDER [PART ...]

It takes some minutes on one core, resumes if interrupted, and prints a table for each part.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from sklearn.datasets import load_wine

from albench.analysis.curves import joined, mean_interval
from albench.analysis.efficiency import area
from albench.cli import main
from albench.reporting.formats import signed, span

if TYPE_CHECKING:
    from collections.abc import Iterable

REPETITIONS = 3
METRICS = ("accuracy", "auc", "log_loss")

DECAY = 'optimiser = "adamw", weight_decay = 0.01, schedule = "cosine"'
WAYS = {
    "warm, 150": "min_updates = 150, warm_start = true",
    "warm, 150 for bought": 'min_updates = 150, warm_start = true, warm_updates = "bought"',
    "warm, 150 for bought, decay": (
        f'min_updates = 150, warm_start = true, warm_updates = "bought", {DECAY}'
    ),
    "warm, 150, shrink": "min_updates = 150, warm_start = true, shrink = 0.5, perturb = 0.5",
    "cold, 150": "min_updates = 150",
    "cold, 150, decay": f"min_updates = 150, {DECAY}",
    "cold, 600": "min_updates = 600",
    "cold, 600, decay": f"min_updates = 600, {DECAY}",
    "cold, stopped": "min_updates = 600, validation = 0.2, validate_from = 20, patience = 5",
}
"""Settings beside one epoch, a batch of 32 and the cohort's learning rate."""

MANY_ROUNDS = {
    name: WAYS[name]
    for name in (
        "warm, 150",
        "warm, 150 for bought, decay",
        "warm, 150, shrink",
        "cold, 150, decay",
        "cold, 600, decay",
    )
}
"""Those that differ most if labels are bought in many small steps."""

NORMS = {
    "running": "epochs = 5, min_updates = 150",
    "re-estimated": "epochs = 5, min_updates = 150, reestimate_batch_norm = true",
}
"""Of a network with batch norm that is trained from scratch."""

HEAD = f"""
name = "training-study"
seed = 4711
repetitions = {REPETITIONS}

[budgets.to-all]
initial = 0.1
query = 0.1
stop = 1.0

[budgets.many]
initial = 0.1
query = 0.025
stop = 1.0

[budgets.three]
initial = 0.1
query = 0.45
stop = 1.0
"""


@dataclass(frozen=True)
class Part:
    """One cohort of the study.

    Parameters
    ----------
    modalities : str
        Lines of TOML.
    model : str
        Lines of TOML: plugin and options.
    rate : float
        The learning rate.
    ways : dict of str to str
        The ways to train that are compared.
    budget : str
        One of those in `HEAD`.
    """

    modalities: str
    model: str
    rate: float
    ways: dict[str, str]
    budget: str


def liver(modality: str, size: int, seed: int) -> str:
    """Return a modality of other patients and images than those of the published pages."""
    options = f'modality = "{modality}", size = {size}, seed = {seed}, complete = true'
    return f'{modality} = {{ loader = "liver", options = {{ {options} }} }}\n'


SMALL = 'plugin = "dlre"\noptions = { channels = 16 }'
FUSED = (
    'plugin = "mmfn"\n'
    'options = { trunk = "efficientnet-lite0", weights = "imagenet", frozen = true }'
)
PARTS = {
    "fused": Part(liver("LSTE", 64, 77) + liver("LSTQ", 64, 77), FUSED, 3e-4, WAYS, "to-all"),
    "fused-many": Part(
        liver("LSTE", 64, 77) + liver("LSTQ", 64, 77), FUSED, 3e-4, MANY_ROUNDS, "many"
    ),
    "norms": Part(liver("LSTE", 32, 78), SMALL, 1e-3, NORMS, "three"),
    "norms-grey": Part(liver("LSTQ", 32, 78), SMALL, 1e-3, NORMS, "three"),
    "wine": Part(
        'all = { loader = "table", options = { path = "wine.csv" } }',
        'plugin = "mmfn"',
        5e-3,
        WAYS,
        "to-all",
    ),
}


def specification(name: str) -> str:
    """Return a part of the study as a benchmark.

    Parameters
    ----------
    name : str
        Of the part.

    Returns
    -------
    str
        TOML.
    """
    part = PARTS[name]
    labels = [f"way-{number}" for number in range(len(part.ways))]
    models = [
        _model(label, part, way) for label, way in zip(labels, part.ways.values(), strict=True)
    ]
    cohort = f"\n[cohorts.{name}]\ntest = 0.2\n[cohorts.{name}.modalities]\n{part.modalities}\n"
    matrix = (
        f'\n[[matrix]]\ncohorts = ["{name}"]\nmodels = {labels}\nstrategies = ["random"]\n'
        f'budgets = ["{part.budget}"]\n'
    )
    return HEAD + cohort + "".join(models) + matrix


def _model(label: str, part: Part, way: str) -> str:
    start = "" if "epochs" in way else "epochs = 1, "
    training = f"{{ {start}{way}, batch_size = 32, learning_rate = {part.rate} }}"
    return f"\n[models.{label}]\n{part.model}\ntraining = {training}\n"


def run(name: str, folder: Path) -> pd.DataFrame:
    """Run a part of the study into a folder, or go on with it, and return its rounds."""
    folder.mkdir(parents=True, exist_ok=True)
    wine = load_wine(as_frame=True)
    table = wine.data.assign(subject=range(len(wine.data)), label=wine.target_names[wine.target])
    table.to_csv(folder / "wine.csv", index=False)
    spec = folder / f"{name}.toml"
    spec.write_text(specification(name), encoding="utf-8")
    results = folder / name
    if main(["run", str(spec), "--output", str(results), "--jobs", "1"]) != 0:
        sys.exit(f"the part {name} has cells that failed")
    return joined(pd.read_csv(results / "cells.csv"), pd.read_csv(results / "scores.csv"))


def compared(rounds: pd.DataFrame, ways: Iterable[str]) -> str:
    """Return a Markdown table, one row a way to train.

    Parameters
    ----------
    rounds : DataFrame
        What `run` gave.
    ways : iterable of str
        Their names.

    Returns
    -------
    str
        Means over repetitions.
    """
    heading = (
        "| training | accuracy: mean | all labels | last − all labels | AUC: mean | all labels "
        "| last − all labels | log loss: mean | all labels | last − all labels | s |"
    )
    lines = [heading, "|---" * 11 + "|"]
    for number, way in enumerate(ways):
        cells = rounds[rounds["model"] == f"way-{number}"]
        lines.append(f"| {way} | {' | '.join(_figures(cells))} |")
    return "\n".join(lines)


def _figures(cells: pd.DataFrame) -> list[str]:
    bought = cells[cells["strategy"] == "random"].sort_values("round")
    reference = cells[cells["strategy"] != "random"].set_index("repetition")
    figures = []
    for metric in METRICS:
        curves = bought.groupby("repetition")
        areas = [area(c["n_labelled"].to_numpy(), c[metric].to_numpy()) for _, c in curves]
        gaps = (curves[metric].last() - reference[metric]).to_numpy()
        mean, low, high = mean_interval(gaps)
        figures += [
            f"{sum(areas) / len(areas):.3f}",
            f"{reference[metric].mean():.3f}",
            f"{signed(mean)} ({span(low, high)})",
        ]
    seconds = bought.groupby("repetition")["train_seconds"].sum().mean()
    return [*figures, f"{seconds:.0f}"]


if __name__ == "__main__":
    for chosen in sys.argv[2:] or PARTS:
        rounds = run(chosen, Path(sys.argv[1]))
        print(f"\n### {chosen}\n\n{compared(rounds, PARTS[chosen].ways)}\n")
