from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench import session
from albench.cli import main
from albench.publish.read import read
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("short_reports")


def test_the_first_failure_ends_the_run_and_the_rest_goes_on_next_time(
    write_spec: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, results = str(write_spec("raises", "quits", "first", repetitions=2)), tmp_path / "results"
    asked = ["run", spec, "--output", str(results), "--jobs", "1", "--fail-fast"]
    assert main(asked) == 1
    stderr = capsys.readouterr().err
    assert "--fail-fast ends the run there; run the same command again to resume" in stderr
    first = read(results).finished
    assert [end.status for end in first.values()].count(CellStatus.OK) == len(first) - 1
    assert len(first) < len(session.open_spec(spec).plan.cells)

    assert main([each for each in asked if each != "--fail-fast"]) == 1
    finished = read(results).finished
    assert {cell for cell, end in first.items() if end.status is CellStatus.OK} < set(finished)
    assert len(finished) == len(session.open_spec(spec).plan.cells)
