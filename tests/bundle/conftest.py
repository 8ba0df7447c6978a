"""A small run with real identities, and bundles of it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.bundle.writing import pack_records
from albench.planning.cells import digest
from albench.records.run_record import PlannedCell
from albench.records.schema import CellStatus, Finished, MeasuredPart, Round, pack
from albench.records.tables import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from albench.records.run_record import PlannedRun

N_UNITS, N_CLASSES, N_REPETITIONS = 40, 2, 6


def _identity(strategy: str | None, repetition: int, seed: int) -> dict[str, Any]:
    place = {"cohort": "x", "modalities": ["a", "b"], "repetition": repetition, "seed": seed}
    if strategy is None:
        return place | {"strategy": None}
    return place | {
        "budget": {"initial": 10},
        "strategy": {"options": {}, "plugin": strategy, "version": 1},
    }


def planned_cell(strategy: str | None, repetition: int, seed: int) -> PlannedCell:
    """Return a cell whose name its identity gives."""
    identity = _identity(strategy, repetition, seed)
    return PlannedCell(
        cell=digest(identity),
        cohort="x",
        modalities="a+b",
        model="m",
        budget="b",
        strategy="all-labels" if strategy is None else strategy.rpartition("/")[2],
        strategy_plugin=strategy or "",
        repetition=repetition,
        identity=identity,
    )


def success(cell: PlannedCell, skill: float, salt: int = 0) -> Finished:
    """Return a success whose scores grow with the skill."""
    rng = np.random.default_rng([cell.repetition, *cell.strategy.encode(), salt])
    labels = [i % N_CLASSES for i in range(N_UNITS)]
    part = MeasuredPart(
        units=[f"P{cell.repetition}-{i}" for i in range(N_UNITS)],
        labels=labels,
        n_candidates=80,
        n_subjects=80,
        n_test_candidates=N_UNITS,
        n_test_subjects=N_UNITS,
        split_hash=f"s{cell.repetition}",
        first_labels_hash="f",
        weights_hash="w",
        batches_hash="b",
        marks={},
    )
    n_rounds = 1 if cell.identity["strategy"] is None else 3
    order = rng.permutation(80)  # strategies that buy alike would be counted once
    rounds = []
    for number in range(n_rounds):
        truth = np.eye(N_CLASSES)[labels]
        noise = rng.dirichlet(np.ones(N_CLASSES), N_UNITS)
        proba = (skill * truth + (1 - skill) * noise).astype(np.float32)
        rounds.append(
            Round(
                round=number,
                picked=[int(pick) for pick in order[10 * number : 10 * number + 10]],
                n_labelled=10 * (number + 1),
                n_labelled_subjects=10 * (number + 1),
                proba=pack(proba),
                query_seconds=0.25,
                train_seconds=0.5,
                evaluate_seconds=0.125,
                marks={},
            )
        )
    return Finished(
        cell=cell.cell,
        status=CellStatus.OK,
        seconds=1.5,
        peak_mb=100.0,
        part=part,
        rounds=rounds,
        sources={"core/mmfn": "0" * 16},
    )


@pytest.fixture(scope="session")
def records_of(planned_run: Callable[..., PlannedRun]) -> Callable[..., Records]:
    """A factory of complete runs: strategies by qualified name, each with its skill."""

    def make(skills: Mapping[str, float], salt: int = 0, **changes: Any) -> Records:
        names: Sequence[str | None] = [None, *skills]
        benchmark = {"repetitions": N_REPETITIONS, "seed": 0, **changes}
        cells = [planned_cell(s, r, 0) for s in names for r in range(benchmark["repetitions"])]
        run = planned_run([cell.to_json() for cell in cells], **benchmark)
        ends = {c.cell: success(c, skills.get(c.strategy_plugin, 0.5), salt) for c in cells}
        return Records(run, ends, dict.fromkeys(ends, 1), ())

    return make


@pytest.fixture(scope="session")
def packed(
    records_of: Callable[..., Records], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """A bundle that holds, and one of cells that bought modalities; not to be changed."""
    folder = tmp_path_factory.mktemp("packed")
    records = records_of({"core/random": 0.2, "lab/clever": 0.4})
    pack_records(records, folder / "lab.zip")
    pack_records(_that_ask(records), folder / "asking.zip")
    return folder / "lab.zip", folder / "asking.zip"


@pytest.fixture
def bundle(packed: tuple[Path, Path], tmp_path: Path) -> Path:
    """A bundle that holds."""
    return Path(shutil.copy(packed[0], tmp_path))


def _asking(planned: PlannedCell, end: Finished) -> tuple[PlannedCell, Finished]:
    """Return a cell that measures the second modality of two subjects more in each round."""
    if planned.identity["strategy"] is None:
        return planned, end
    identity = planned.identity | {"budget": {"initial": 10, "known": ["a"]}}
    rounds = [
        dataclasses.replace(
            entry,
            acquired=[4 * entry.round + 1, 4 * entry.round + 3],
            measured={"a": 0, "b": 2 * entry.round + 2},
        )
        for entry in end.rounds
    ]
    name = digest(identity)
    asking = planned.model_copy(update={"cell": name, "identity": identity})
    return asking, dataclasses.replace(end, cell=name, rounds=rounds)


def _that_ask(plain: Records) -> Records:
    """Return the records of cells that bought modalities beside labels."""
    pairs = [_asking(cell, plain.finished[cell.cell]) for cell in plain.run.cells]
    run = plain.run.model_copy(update={"cells": tuple(cell for cell, _ in pairs)})
    ends = {end.cell: end for _, end in pairs}
    return Records(run, ends, dict.fromkeys(ends, 1), ())


@pytest.fixture
def asking_bundle(packed: tuple[Path, Path], tmp_path: Path) -> Path:
    """A bundle of cells that bought modalities beside labels."""
    return Path(shutil.copy(packed[1], tmp_path))


def altered(bundle: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """Return a copy of a bundle with other files, whose list says what they are."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    contents = json.loads(files.pop("bundle.json"))
    contents["files"] = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    }
    path = bundle.with_name("altered.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"bundle.json": json.dumps(contents).encode(), **files}.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def alter() -> Callable[[Path, Callable[[dict[str, bytes]], object]], Path]:
    """What makes a bundle of other files."""
    return altered
