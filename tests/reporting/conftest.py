"""A hand-made results folder as `albench.publish` writes it, with random curves."""

from __future__ import annotations

import contextlib
import itertools
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from albench.records.schema import pack
from albench.reporting import build, writing
from albench.reporting.build import sections
from albench.reporting.content import Table
from albench.reporting.data_files import as_csv
from albench.reporting.latex import as_latex
from albench.reporting.load import MARKS, SUMMARIES, load
from albench.reporting.markdown import markdown
from albench.reporting.page import page
from albench.reporting.plots import Plot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

BLOCKS = (
    ("digits", "pixels", "small", "tenth"),
    ("digits", "pixels+fourier", "small", "tenth"),
    ("liver", "LSTE+LUS", "resnet", "fifth"),
)
STRATEGIES = ("random", "bald", "entropy", "esd", "k-center", "least-confident", "margin")
PART = {"n_candidates": 90, "n_subjects": 90, "n_test_candidates": 30, "n_test_subjects": 30}
N_LABELLED = (10, 20, 30, 45)


@dataclass
class Toy:
    """Tables and a manifest that can be spoilt before they are written."""

    folder: Path
    cells: pd.DataFrame
    scores: pd.DataFrame
    manifest: dict[str, Any]

    def end(self, status: str, reason: str = "", **where: object) -> None:
        """Let the cells that are like this end otherwise, and take their rounds away."""
        chosen = pd.Series(data=True, index=self.cells.index)
        for key, value in where.items():
            chosen &= self.cells[key] == value
        self.cells.loc[chosen, ["status", "reason"]] = [status, reason]
        gone = self.cells.loc[chosen, "cell"]
        self.scores = self.scores[~self.scores["cell"].isin(gone)]

    def keep(self, **where: object) -> None:
        """Let only the cells that are like this have been planned."""
        for key, value in where.items():
            self.cells = self.cells[self.cells[key] == value]
        self.scores = self.scores[self.scores["cell"].isin(self.cells["cell"])]

    def write(self) -> Path:
        """Write the folder's files, of which only three say anything, and return it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, table in (("cells", self.cells), ("scores", self.scores)):
            path = self.folder / f"{name}.csv"
            table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
        for name, layout in {"marks": MARKS, **SUMMARIES}.items():
            columns = [*layout.text, *layout.numbers, *layout.scores]
            (self.folder / f"{name}.csv").write_text(",".join(columns) + "\n")
        text = json.dumps(self.manifest, indent=1, sort_keys=True)
        (self.folder / "manifest.json").write_text(text, encoding="utf-8")
        return self.folder


def toy(
    folder: Path,
    n_repetitions: int = 6,
    strategies: Sequence[str] = ("random", "esd", "margin"),
    blocks: Sequence[tuple[str, ...]] = BLOCKS[::2],
) -> Toy:
    """Return a complete run: margin gains much on the first block, all else is chance."""
    rng = np.random.default_rng(4)
    cells: list[dict[str, object]] = []
    scores: list[dict[str, object]] = []
    wanted = itertools.product(blocks, (*strategies, "all-labels"), range(n_repetitions))
    for block, strategy, repetition in wanted:
        name = f"{len(cells):016x}"
        cells.append(cell_row(name, block, strategy, repetition))
        sizes = (90,) if strategy == "all-labels" else N_LABELLED
        better = 0.5 if (strategy, block) == ("margin", BLOCKS[0]) else 1.0
        heights = 0.95 - 3 * better / np.array(sizes) + rng.normal(0, 0.005, len(sizes))
        pairs = zip(sizes, heights.tolist(), strict=True)
        scores += [score_row(name, i, *pair) for i, pair in enumerate(pairs)]
    return Toy(folder, pd.DataFrame(cells), pd.DataFrame(scores), manifest())


def cell_row(
    name: str, block: tuple[str, ...], strategy: str, repetition: int
) -> dict[str, object]:
    """Return a row of cells.csv."""
    plan = dict(zip(("cohort", "modalities", "model", "budget"), block, strict=True))
    hashes = {
        key: f"{key[0]}{block[0]}{repetition}"
        for key in ("split_hash", "first_labels_hash", "weights_hash", "batches_hash")
    }
    return (
        {"cell": name, **plan, "strategy": strategy, "strategy_plugin": f"core/{strategy}"}
        | {"repetition": repetition, "status": "ok", "reason": "", "attempts": 1}
        | {"seconds": 1.5, "peak_mb": 500.0, **PART, **hashes}
        | {"picks_hash": "" if strategy == "all-labels" else name}
    )


def score_row(name: str, i: int, n_labelled: int, height: float) -> dict[str, object]:
    """Return a row of scores.csv."""
    return (
        {"cell": name, "round": i, "n_labelled": n_labelled, "n_labelled_subjects": n_labelled}
        | {"query_seconds": 0.01 * i, "train_seconds": 0.1, "evaluate_seconds": 0.01}
        | {"accuracy": height, "auc": (1 + height) / 2, "balanced_accuracy": height}
        | {"log_loss": 1 - height, "brier": 1 - height, "calibration_error": 0.1}
    )


def manifest() -> dict[str, Any]:
    """Return what manifest.json holds; the data of a third cohort were not there."""
    digits = {
        "pixels": {"samples": 120, "shape": [1, 8, 8]},
        "fourier": {"samples": 120, "shape": [34]},
    }
    liver = {name: {"samples": 240, "shape": [3, 64, 64]} for name in ("LSTE", "LUS")}
    plugin = {"distribution": "albench", "version": "0.1.0", "component_version": 1}
    plugin |= {"source": "0" * 16, "source_file": "core/toy.py", "is_working_copy": False}
    return {
        "name": "toy",
        "title": "Toy",
        "question": "Does it work?",
        "command": "albench run toy",
        "spec": 'name = "toy"\n',
        "spec_path": "",
        "seed": 1,
        "repetitions": 6,
        "jobs": 2,
        "seconds": 216.0,
        "schema": 2,
        "finished": True,
        "conflicts": [],
        "slice": "",
        "matrix_cells": 0,
        "edited": {},
        "asked_before": [],
        "sequential": None,
        "replayed": None,
        "retries": {},
        "judging": {"compare": [], "equal_within": None, "primary_metric": "accuracy"},
        "judged_before": [],
        "budgets": {"tenth": "initial 10, query 10", "fifth": "initial 10, query 10"},
        "models": {"small": "core/mmfn (trunk small)", "resnet": "core/mmfn (trunk resnet50)"},
        "traps": [],
        "published": {"tables": [], "data_tables": [], "claims": []},
        "skipped": [{"what": "cohort uci-digits", "reason": "its plugin is not installed"}],
        "cohorts": {
            "digits": cohort(digits, "Real digits.", simulated=False),
            "liver": cohort(liver, "Made by a model.", simulated=True),
        },
        "plugins": [
            {
                "name": f"core/{name}",
                "kind": "strategy",
                "summary": "Picks.",
                "citation": "",
                "tags": [],
            }
            | plugin
            for name in STRATEGIES
        ],
        "provenance": {
            "albench": "0.1.0",
            "commit": "",
            "python": "3.11.7",
            "os": "Linux 6",
            "cpu": "a processor",
            "cores": 2,
            "memory_gb": 8.0,
            "gpu": "none",
            "packages": {"numpy": "2.4.6"},
        },
        "pace": None,
    }


def cohort(modalities: dict[str, Any], note: str, *, simulated: bool) -> dict[str, Any]:
    """Return what a manifest tells of a cohort."""
    return (
        {"subjects": 120, "test_subjects": 30, "classes": {"a": 60, "b": 60}}
        | {"candidates": {"+".join(modalities): 120}, "modalities": modalities}
        | {"evaluation": "subject", "note": note, "simulated": simulated}
        | {"ordered": False, "class_order": ["a", "b"], "label_noise": 0.0}
        | {"class_candidates": {"+".join(modalities): {"a": 60, "b": 60}}}
        | {"class_samples": {"+".join(modalities): {n: {"a": 60, "b": 60} for n in modalities}}}
    )


@pytest.fixture
def rendered() -> None:
    """Render the figures of every report in this test."""


@contextlib.contextmanager
def figures_left_blank() -> Iterator[None]:
    """Rendering figures takes more than half of a report's time, and few tests look at them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            Plot,
            "files",
            lambda _, kinds: dict.fromkeys([f".{kind}" for kind in kinds], b"<svg></svg>"),
        )
        yield


@pytest.fixture(scope="session")
def blank_figures() -> Callable[[], contextlib.AbstractContextManager[None]]:
    """What leaves figures blank while reports are written that several tests share."""
    return figures_left_blank


@pytest.fixture(autouse=True)
def _leave_figures_blank(request: pytest.FixtureRequest) -> Iterator[None]:
    is_rendered = "rendered" in request.fixturenames
    with contextlib.nullcontext() if is_rendered else figures_left_blank():
        yield


@pytest.fixture(autouse=True)
def _keep_sections(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out of reports what a test does not look at, if it says what that is.

    Of the sections of a metric each, the first is kept, or as many as ``metrics`` says.
    """
    marked = request.node.get_closest_marker("sections")
    if marked is None or not marked.args:
        return
    names = {module.__name__ for module in marked.args}
    most = marked.kwargs.get("metrics", 1)
    kept = [part for part in build.SECTIONS if _module_of(part) in names and number(part) < most]
    monkeypatch.setattr(build, "SECTIONS", tuple(kept))


def _module_of(part: Any) -> str:
    return str(getattr(part, "func", part).__module__)


def number(part: Any) -> int:
    """Return which of the metrics a section is of; none is the first, too."""
    return int(getattr(part, "keywords", {}).get("number", 0))


@pytest.fixture(scope="session")
def toy_in() -> Callable[..., Toy]:
    """A factory of runs in a given folder."""
    return toy


@pytest.fixture
def make_toy(tmp_path: Path) -> Callable[..., Toy]:
    """A factory of runs in a fresh folder."""
    return lambda **changes: toy(tmp_path / "toy", **changes)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report's folder of a run in which some cells failed; not to be changed."""
    run = toy(tmp_path_factory.mktemp("written") / "toy", strategies=STRATEGIES, blocks=BLOCKS)
    run.end("timeout", "took more than 60 s", strategy="bald", repetition=2, cohort="liver")
    run.end("error", "ValueError: <script>alert(1)</script> | 50 %", strategy="esd", repetition=0)
    run.end("missing", strategy="margin", repetition=5, cohort="liver")
    with figures_left_blank():
        return writing.write(run.write()).parent


@pytest.fixture(scope="session")
def run_data() -> dict[str, Any]:
    """The data of a run event that plans two cells of one block."""
    columns = ("cell", "cohort", "modalities", "model", "budget", "strategy", "strategy_plugin")
    rows = [cell_row(f"{i:016x}", BLOCKS[0], name, 0) for i, name in enumerate(("random", "esd"))]
    cells = [{key: row[key] for key in columns} | {"repetition": 0, "identity": {}} for row in rows]
    return manifest() | {"cells": cells}


@pytest.fixture(scope="session")
def cell_data(run_data: dict[str, Any]) -> dict[str, Any]:
    """The data of a cell event: a success of two rounds."""
    hashes = dict.fromkeys(("split_hash", "first_labels_hash", "weights_hash", "batches_hash"), "h")
    sizes = dict.fromkeys(("n_candidates", "n_subjects", "n_test_candidates", "n_test_subjects"), 4)
    times = dict.fromkeys(("query_seconds", "train_seconds", "evaluate_seconds"), 0.5)
    proba = pack(np.array([[0.7, 0.3], [0.4, 0.6]], dtype=np.float32))
    rounds = [
        {"round": i, "picked": [2 * i, 2 * i + 1], "n_labelled": 2 + 2 * i, "proba": proba}
        | {"n_labelled_subjects": 2 + 2 * i, "marks": {"failed": 1}, **times}
        for i in range(2)
    ]
    part = {"units": ["P1", "P2"], "labels": [0, 1], "marks": {"failed": 2}, **hashes, **sizes}
    return {"cell": run_data["cells"][0]["cell"], "status": "ok", "reason": "", "part": part} | {
        "seconds": 1.0,
        "peak_mb": 9.0,
        "rounds": rounds,
    }


@pytest.fixture(scope="session")
def journal_of() -> Callable[..., None]:
    """A function that writes lines of any content, with right checksums, as a folder's journal."""

    def write(folder: Path, events: Sequence[object]) -> None:
        (folder / "journal").mkdir()
        bodies = [json.dumps(event).encode() for event in events]
        lines = [f"{zlib.crc32(body):08x} ".encode() + body + b"\n" for body in bodies]
        (folder / "journal" / "a.jsonl").write_bytes(b"".join(lines))

    return write


@pytest.fixture(scope="session")
def draw_all() -> Callable[[Path], list[str]]:
    """A function that makes all texts of a results folder's report, and no file."""

    def draw(folder: Path) -> list[str]:
        records = load(folder)
        title, question = records.manifest.title, records.manifest.question
        drawn = sections(records)
        parts = [part for section in drawn for part in section.parts]
        made = [part for part in parts if isinstance(part, Table)]
        return [
            markdown(title, question, drawn),
            page(title, question, drawn),
            *(as_csv(part) for part in made),
            *(as_latex(part) for part in made),
        ]

    return draw
