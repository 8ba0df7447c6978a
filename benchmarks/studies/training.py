"""Compare ways to train on cohorts that no published page uses; docs/training.md has the figures.

Labels are bought at random, since the question is about training alone. Each way is trained round
by round up to all labels, and once on all labels from the start, which is the reference. Run::

    python benchmarks/studies/training.py FOLDER

It takes some minutes on one core, resumes if interrupted, and prints a table for each cohort.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from sklearn.datasets import load_wine

from albench.analysis.curves import joined, mean_interval
from albench.analysis.efficiency import area
from albench.cli import main

REPETITIONS = 4
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

NORMS = {
    "running": "epochs = 5, min_updates = 150",
    "re-estimated": "epochs = 5, min_updates = 150, reestimate_batch_norm = true",
}
"""Of a network with batch norm that is trained from scratch."""

HEAD = f"""
name = "training-study"
seed = 4711
repetitions = {REPETITIONS}

[cohorts.other-liver] # other patients and images than those of the published pages
classes = ["F0", "F1", "F2", "F3", "F4"]
test = 0.2
modalities.LSTE = {{ loader = "liver", options = {{ modality = "LSTE", size = 64, seed = 77, \
complete = true }} }}

[cohorts.small-liver]
classes = ["F0", "F1", "F2", "F3", "F4"]
test = 0.2
modalities.LSTE = {{ loader = "liver", options = {{ modality = "LSTE", size = 32, seed = 78, \
complete = true }} }}

[cohorts.wine]
test = 0.3
modalities.all = {{ loader = "table", options = {{ path = "wine.csv" }} }}

[budgets.to-all]
initial = 0.1
query = 0.05
stop = 1.0

[budgets.three]
initial = 0.1
query = 0.45
stop = 1.0
"""
IMAGES = 'options = { trunk = "efficientnet-lite0", weights = "imagenet", frozen = true }'


def specification() -> str:
    """Return the study as a benchmark."""
    heads = [_model(f"images-{i}", "resnet50", IMAGES, 3e-4, way) for i, way in _numbered(WAYS)]
    vectors = [_model(f"vectors-{i}", "mmfn", "", 5e-3, way) for i, way in _numbered(WAYS)]
    small = "options = { channels = 16 }"
    norms = [_model(f"norms-{i}", "dlre", small, 1e-3, way) for i, way in _numbered(NORMS)]
    models = [text for _, text in heads + vectors + norms]
    entries = [
        _entry("other-liver", heads, "to-all"),
        _entry("wine", vectors, "to-all"),
        _entry("small-liver", norms, "three"),
    ]
    return HEAD + "".join(models + entries)


def _numbered(ways: dict[str, str]) -> list[tuple[int, str]]:
    return list(enumerate(ways.values()))


def _model(name: str, plugin: str, options: str, rate: float, way: str) -> tuple[str, str]:
    start = "" if "epochs" in way else "epochs = 1, "
    training = f"{{ {start}{way}, batch_size = 32, learning_rate = {rate} }}"
    lines = [f"[models.{name}]", f'plugin = "{plugin}"', options, f"training = {training}"]
    return name, "\n".join(["", *lines, ""])


def _entry(cohort: str, models: list[tuple[str, str]], budget: str) -> str:
    names = [name for name, _ in models]
    return (
        f'\n[[matrix]]\ncohorts = ["{cohort}"]\nmodels = {names}\nstrategies = ["random"]\n'
        f'budgets = ["{budget}"]\n'
    )


def run(folder: Path) -> pd.DataFrame:
    """Run the study into a folder, or go on with it, and return its rounds."""
    folder.mkdir(parents=True, exist_ok=True)
    wine = load_wine(as_frame=True)
    table = wine.data.assign(subject=range(len(wine.data)), label=wine.target_names[wine.target])
    table.to_csv(folder / "wine.csv", index=False)
    spec = folder / "training-study.toml"
    spec.write_text(specification(), encoding="utf-8")
    results = folder / "results"
    if main(["run", str(spec), "--output", str(results), "--jobs", "1"]) != 0:
        sys.exit("the study has cells that failed")
    return joined(pd.read_csv(results / "cells.csv"), pd.read_csv(results / "scores.csv"))


def tables(rounds: pd.DataFrame) -> dict[str, str]:
    """Return a Markdown table for each cohort, one row a way to train.

    Parameters
    ----------
    rounds : DataFrame
        What `run` gave.

    Returns
    -------
    dict of str to str
        By cohort.
    """
    heading = (
        "| training | accuracy: mean | all labels | last − all labels | AUC: mean | all labels "
        "| last − all labels | log loss: mean | all labels | last − all labels | s |"
    )
    found = {}
    for cohort, part in rounds.groupby("cohort"):
        ways = NORMS if cohort == "small-liver" else WAYS
        told = [heading, "|---" * 11 + "|"]
        for number, way in enumerate(ways):
            cells = part[part["model"].str.endswith(f"-{number}")]
            told.append(f"| {way} | {' | '.join(_figures(cells))} |")
        found[str(cohort)] = "\n".join(told)
    return found


def _figures(cells: pd.DataFrame) -> list[str]:
    bought = cells[cells["strategy"] == "random"].sort_values("round")
    reference = cells[cells["strategy"] != "random"].set_index("repetition")
    told = []
    for metric in METRICS:
        curves = bought.groupby("repetition")
        areas = [area(c["n_labelled"].to_numpy(), c[metric].to_numpy()) for _, c in curves]
        gaps = (curves[metric].last() - reference[metric]).to_numpy()
        mean, low, high = mean_interval(gaps)
        told += [
            f"{sum(areas) / len(areas):.3f}",
            f"{reference[metric].mean():.3f}",
            f"{mean:+.3f} ({low:+.3f} to {high:+.3f})",
        ]
    seconds = bought.groupby("repetition")["train_seconds"].sum().mean()
    return [*told, f"{seconds:.0f}"]


if __name__ == "__main__":
    for name, table in tables(run(Path(sys.argv[1]))).items():
        print(f"\n### {name}\n\n{table}")
