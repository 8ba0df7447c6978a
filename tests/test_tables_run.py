"""An ordinary table runs from file to finished benchmark, or is refused at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench import cli, session
from albench.execute.open_cell import open_cell
from albench.execute.prepare import PreparationRequest, prepare, read_prepared
from albench.execute.repetition import open_repetition
from albench.execute.task import task_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("short_reports")

SPEC = """
name = "blood"
repetitions = 1
[cohorts.blood]
test = 0.5
{cohort}
[cohorts.blood.modalities.values]
loader = "table"
options = {{ path = "blood.csv", separator = ";", decimal = ",", {options} }}
[models.small]
plugin = "mmfn"
standardise = {standardise}
training = {{ epochs = 1 }}
[budgets.half]
initial = 0.5
query = 0.25
[[matrix]]
cohorts = ["blood"]
models = ["small"]
strategies = ["random"]
budgets = ["half"]
"""

STAGES = ("F0", "F1", "F10", "F2")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a table with gaps, and a specification with a mark of byte order."""
    measured = ["" if number % 5 == 0 else f"{number},5" for number in range(40)]
    rows = [
        f"{number}.0;{STAGES[number % 4]};{value};{'fm'[number % 2]}"
        for number, value in enumerate(measured)
    ]
    lines = ["subject;label;alt;sex", *rows, "40.0;unclear;1,5;f"]
    (tmp_path / "blood.csv").write_text("\n".join(lines))

    def run(
        cohort: str = 'exclude_classes = ["unclear"]',
        options: str = 'categorical = ["sex"], missing = "mean"',
        standardise: str = "true",
    ) -> Path:
        text = SPEC.format(cohort=cohort, options=options, standardise=standardise)
        (tmp_path / "blood.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
        return tmp_path / "blood.toml"

    return run


def test_a_table_with_gaps_levels_and_a_class_to_leave_out_runs(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    assert cli.main(["run", str(write()), "--output", str(tmp_path / "out")]) == 0


@pytest.mark.parametrize("standardise", ["true", "false"])
def test_a_model_sees_the_training_mean_where_a_value_is_missing(
    write: Callable[..., Path], tmp_path: Path, standardise: str
) -> None:
    opened = session.open_spec(str(write(standardise=standardise)))
    (cohort,) = opened.cohorts.values()
    cell = opened.plan.cells[0]
    plan, component = (
        opened.resolved.models["small"].plan,
        opened.resolved.models["small"].component,
    )
    loaders = opened.resolved.loaders["blood"]
    request = PreparationRequest(
        cohort="blood",
        n_classes=len(cohort.classes),
        loaders=loaders,
        component=component,
        model=plan,
        cache=tmp_path / "cache",
        tags={"values": ""},
        trunk_tags={"values": ""},
        code="",
    )
    line: Any = None  # nothing is told
    prepared = read_prepared(prepare(request, line), request, cohort)
    repetition = open_repetition(cell, cohort)
    cell_opened = open_cell(task_for(cell, prepared, repetition, repetition.train))
    store = cell_opened.classifier.store
    rows = store.rows("values")
    seen = store.take("values", np.arange(len(rows))).numpy()[:, 0]
    present = np.array([number + 0.5 for number in rows if number % 5])
    mean = 0 if standardise == "true" else present.mean()
    assert seen[rows % 5 == 0] == pytest.approx(mean, abs=1e-5)
    assert np.isfinite(cell_opened.held_out.store.take("values", np.arange(20)).numpy()).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cohort": ""}, 'exclude_classes = ["unclear"]'),
        ({"options": 'missing = "refuse"'}, 'missing = "mean" or "indicator"'),
        (
            {"cohort": 'ordered = true\nexclude_classes = ["unclear"]'},
            'classes = ["F0", "F1", "F2", "F10"]',
        ),
    ],
    ids=["a class of one", "gaps", "no order"],
)
def test_what_a_table_lacks_is_told_with_what_to_do(
    write: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    change: dict[str, str],
    said: str,
) -> None:
    assert cli.main(["data", "describe", str(write(**change))]) == 2
    assert said in capsys.readouterr().err


def test_what_is_left_out_is_described(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["data", "describe", str(write(options='missing = "mean"'))]) == 0
    shown = capsys.readouterr().out
    assert "Columns left out: 'sex' (text)." in shown
    assert "Classes left out: unclear (1 subject)." in shown
