"""Other models trained on what strategies bought in earlier results."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from two_tables import TOLD, write_tables

from albench import session
from albench.analysis.curves import joined
from albench.analysis.efficiency import cell_efficiency
from albench.cli import main
from albench.errors import InputError
from albench.publish.read import read
from albench.records.manifest import read_manifest
from albench.records.replayed import Replayed
from albench.records.schema import CellStatus
from albench.reporting.load import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.records.run_record import PlannedRun

    Picks = dict[tuple[str, int], list[list[int]]]
    Recorded = Callable[..., tuple[str, Path]]

pytestmark = pytest.mark.usefixtures("short_reports")

OTHER = '\n[models.other]\nplugin = "logistic"\n'


@pytest.fixture
def recorded(write_spec: Callable[..., Path], tmp_path: Path) -> Recorded:
    """Run strategies, and return a specification with another model, and the results."""

    def recorded(*strategies: str, **changes: object) -> tuple[str, Path]:
        spec, results = write_spec(*strategies, **changes), tmp_path / "results"
        spec.write_text(spec.read_text() + OTHER)
        assert main(["run", str(spec), "--output", str(results), "--jobs", "2"]) == 0
        return str(spec), results

    return recorded


def picks(results: Path) -> Picks:
    """Return what each strategy bought in each repetition, round by round."""
    records = read(results)
    assert {records.finished[cell.cell].status for cell in records.run.cells} == {CellStatus.OK}
    return {
        (cell.strategy, cell.repetition): [e.picked for e in records.finished[cell.cell].rounds]
        for cell in records.run.cells
        if cell.strategy != "all-labels"
    }


def test_another_model_learns_the_recorded_picks_and_is_told_apart(
    recorded: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, results = recorded("oracle-greedy")
    replayed = tmp_path / "replayed"
    asked = [spec, "--replay", str(results), "--model", "other", "--output", str(replayed)]
    assert main(["run", *asked, "--jobs", "2"]) == 0
    assert picks(replayed) == picks(results)

    assert not read(replayed).finished.keys() & read(results).finished.keys()
    assert {cell.model for cell in read(replayed).run.cells} == {"other on picks of m"}
    require_areas_of(results, replayed)
    page = (replayed / "report" / "report.md").read_text()
    assert "Replay: models were trained on picks recorded in the results of toy" in page
    assert "Not a competitor: oracle-greedy" in page

    capsys.readouterr()
    assert main(["status", str(replayed)]) == 0
    assert capsys.readouterr().out == "toy-replay: 3 ok\n"
    assert main(["run", *asked]) == 0
    assert "0 cells done, 3 reused" in capsys.readouterr().out


def require_areas_of(results: Path, replayed: Path) -> None:
    """Require that a replay records what the cells scored whose picks it replays."""
    replay = read_manifest(replayed / "manifest.json").replayed
    assert replay is not None
    assert (replay.name, replay.models) == ("toy", {"other on picks of m": ("other", "m")})
    records = load(results)
    areas = cell_efficiency(joined(records.cells, records.scores), "accuracy")
    theirs = areas.set_index(["strategy", "repetition"])["area"].to_dict()
    ours = {
        (cell.strategy, cell.repetition): replay.areas[cell.cell]
        for cell in read(replayed).run.cells
        if cell.strategy != "all-labels"
    }
    assert ours == pytest.approx(theirs, abs=1e-5)


@pytest.mark.sweep
def test_a_strategy_whose_needs_the_model_lacks_can_be_replayed_with_it(
    recorded: Recorded, tmp_path: Path
) -> None:
    spec, results = recorded("bald")  # which takes passes with dropout
    replayed = tmp_path / "replayed"
    asked = [spec, "--replay", str(results), "--model", "other", "--output", str(replayed)]
    assert main(["run", *asked, "--jobs", "2"]) == 0
    assert picks(replayed) == picks(results)


@pytest.mark.sweep
def test_subjects_are_bought_as_they_were(recorded: Recorded, tmp_path: Path) -> None:
    spec, results = recorded("entropy", of="subjects")
    replayed = tmp_path / "replayed"
    asked = [spec, "--replay", str(results), "--model", "other", "--output", str(replayed)]
    assert main(["run", *asked, "--jobs", "2"]) == 0
    assert picks(replayed) == picks(results)


def test_what_cannot_be_replayed_is_refused_with_what_to_do(
    recorded: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, results = recorded("entropy")
    output = ["--output", str(tmp_path / "replayed")]

    def refused(*asked: str) -> str:
        capsys.readouterr()
        assert main(["run", spec, "--replay", str(results), *output, *asked]) == 2
        assert not (tmp_path / "replayed").exists()
        return capsys.readouterr().err

    assert "name the model to train with --model; there are m, other" in refused()
    assert "did you mean 'other'?" in refused("--model", "othr")
    assert "the models named are those that picked" in refused("--model", "m")
    until = ("--model", "other", "--until-decided", "entropy vs random")
    assert "cannot be combined with --until-decided" in refused(*until)
    assert "has no effect with --replay" in refused("--model", "other", "--exclude-model", "m")
    assert "leave out --engine" in refused("--model", "other", "--engine", "shared-folder")
    output[1] = str(results)
    capsys.readouterr()
    assert main(["run", spec, "--replay", str(results), *output, "--model", "other"]) == 2
    assert "holds a run in which strategies picked" in capsys.readouterr().err


def test_replayed_picks_are_no_plan_of_their_specification(
    planned_run: Callable[..., PlannedRun], tmp_path: Path
) -> None:
    source = {"name": "toy", "albench": "1", "commit": "", "metric": "accuracy"}
    replayed = Replayed(**source, models={}, areas={})
    record = planned_run([]).model_copy(update={"replayed": replayed})
    with pytest.raises(InputError, match="holds replayed picks; replay them again to compare"):
        session.open_recorded(record, tmp_path)


def test_picks_of_other_data_or_seeds_are_refused(
    recorded: Recorded,
    write_spec: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spec, results = recorded("entropy")
    path = write_spec("entropy", initial=30)
    path.write_text(path.read_text().replace("seed = 3", "seed = 4") + OTHER)
    output = ["--output", str(tmp_path / "replayed")]
    assert main(["run", spec, "--replay", str(results), *output, "--model", "other"]) == 2
    said = "its picks were made with another budget, first labels, seed than the specification"
    assert said in capsys.readouterr().err


def test_purchases_of_modalities_are_not_replayed(
    write_spec: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tables(tmp_path, lacking=True)
    spec, results = write_spec("margin", "cheapest-first", **TOLD), tmp_path / "results"
    spec.write_text(spec.read_text() + OTHER.replace("logistic", "mmfn"))
    assert main(["run", str(spec), "--output", str(results), "--jobs", "2"]) == 0
    capsys.readouterr()
    asked = [str(spec), "--replay", str(results), "--model", "other"]
    assert main(["plan", *asked, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["cells"] == 0
    assert len(plan["skipped"]) == 3
    reasons = {one["reason"] for one in plan["skipped"]}
    assert len(reasons) == 1
    assert "budgets.b.known: modalities that are bought one by one are not replayed" in str(reasons)
