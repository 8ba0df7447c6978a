"""How fast this machine is is measured rarely, and recorded by runs."""

from __future__ import annotations

import datetime
import json
import time
from typing import TYPE_CHECKING

import pytest

from albench import session
from albench.cli import main
from albench.execute import pace
from albench.execute.pace import WORK, measure_pace, pace_here
from albench.merge import merge
from albench.publish import publish
from albench.publish.read import read
from albench.records.journal import Journal
from albench.records.manifest import read_manifest
from albench.records.run_record import Pace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.records.run_record import PlannedRun


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pace"


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the work be done once and briefly."""
    monkeypatch.setattr(pace, "_UPDATES", 20)
    monkeypatch.setattr(pace, "_PRODUCTS", 1)


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> Pace:
    """What a measurement would give, which is made by no work."""
    measured = Pace(work=WORK, seconds=9.0, date="2026-01-01")
    monkeypatch.setattr(pace, "measure_pace", lambda: measured)
    return measured


def test_it_takes_less_than_two_seconds_of_a_processor() -> None:
    began = time.process_time()
    measured = measure_pace()
    assert time.process_time() - began < 2
    assert 0.01 < measured.seconds < 1


def test_two_measurements_agree() -> None:
    one, other = measure_pace(), measure_pace()
    assert one.seconds == pytest.approx(other.seconds, rel=0.5)


@pytest.mark.usefixtures("brief")
def test_a_recent_measurement_is_remembered(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = pace_here()
    assert first.date == datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(pace, "measure_pace", lambda: None)
    assert pace_here() == first


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize(
    "change", [{"work": WORK + 1}, {"date": "2020-01-01"}, {"date": "soon"}, {"seconds": -1.0}]
)
def test_what_is_too_old_or_of_another_kind_is_measured_again(
    cache: Path, change: dict[str, object], unmeasured: Pace
) -> None:
    known = measure_pace()
    (file,) = cache.iterdir()
    file.write_text(json.dumps(known.to_json() | change))
    assert pace_here() == unmeasured


@pytest.mark.usefixtures("brief")
def test_a_file_that_cannot_be_read_or_written_stops_nothing(cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_text("no folder")
    assert pace_here().seconds > 0


@pytest.mark.sweep
def test_a_run_of_many_cells_records_it_and_a_later_one_keeps_it(
    write_spec: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    brief: None,
    short_reports: None,
) -> None:
    spec, run = str(write_spec("first", model='plugin = "logistic"')), tmp_path / "run"
    begin = ["run", spec, "--output", str(run)]
    monkeypatch.setattr(session, "MEASURED_FROM", 2)
    assert main([*begin, "--strategy", "random", "--exclude-strategy", "all-labels"]) == 0
    assert read(run).run.pace is None  # one cell is too few
    assert main(begin) == 0
    measured = read(run).run.pace
    assert measured is not None
    assert main(begin) == 0  # nothing is left to run
    assert read(run).run.pace == measured

    publish(run, tmp_path / "published")
    assert read_manifest(tmp_path / "published" / "manifest.json").pace == measured
    longer = str(write_spec("first", model='plugin = "logistic"', repetitions=2))
    more = ["run", longer, "--from", str(tmp_path / "published")]
    assert main([*more, "--output", str(tmp_path / "more")]) == 0
    assert read(tmp_path / "more").run.pace is None  # seconds of two machines


@pytest.mark.parametrize(("other", "kept"), [(0.2, True), (0.4, False)], ids=["alike", "unlike"])
def test_merged_runs_keep_the_pace_that_all_of_them_have(
    planned_run: Callable[..., PlannedRun], tmp_path: Path, other: float, kept: bool
) -> None:
    for name, seconds in (("a", 0.2), ("b", other)):
        measured = Pace(work=WORK, seconds=seconds, date="2026-01-01")
        with Journal(tmp_path / name / "journal") as journal:
            journal.append("run", planned_run([], pace=measured).to_json())
    merge([tmp_path / "a", tmp_path / "b"], tmp_path / "both")
    assert (read(tmp_path / "both").run.pace is not None) == kept
