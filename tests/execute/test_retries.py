"""What is tried again and how often: lost work freely, memory that ran out once, errors never."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from albench import console
from albench.cli import main
from albench.engines import cell_batches
from albench.publish.derive import derive
from albench.publish.read import read
from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.records.schema import Finished

    RunToy = Callable[..., dict[str, Finished]]

WIDE = """
plugin = "mmfn"
options = {{ width = 32, hidden = 32 }}
training = {{ epochs = 1, min_updates = 3, learning_rate = {rate}, warm_start = {warm} }}
"""
"""A network that is trained in lockstep."""


@pytest.mark.parametrize("lockstep", [False, True], ids=["alone", "in a batch"])
def test_memory_that_ran_out_once_is_tried_again_from_the_last_round(
    run_toy: RunToy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, lockstep: bool
) -> None:
    monkeypatch.setattr(cell_batches, "TRUSTED", frozenset({"albench", "naughty"}))
    ended = run_toy("hungry", jobs=1, lockstep=lockstep, model=WIDE)
    assert (tmp_path / "marker").read_text() == "x"
    whole = run_toy("hungry", jobs=1, lockstep=False, model=WIDE, output="whole")
    assert ended["hungry"].status == "ok"
    assert ended["hungry"].retries == {"out of memory": 1}
    assert whole["hungry"].retries == {}
    assert {key: essence(cell) for key, cell in ended.items()} == {
        key: essence(cell) for key, cell in whole.items()
    }


def test_memory_that_runs_out_again_is_the_end_of_the_cell(run_toy: RunToy, tmp_path: Path) -> None:
    ended = run_toy("hungry", jobs=1, often=9)
    assert ended["hungry"].status == "oom"
    assert ended["hungry"].retries == {"out of memory": 1}
    assert (tmp_path / "marker").read_text() == "xx"
    assert ended["random"].retries == {}


def test_an_error_is_never_tried_again(run_toy: RunToy) -> None:
    ended = run_toy("raises", "quits", jobs=1)
    assert {str(ended[name].status) for name in ("raises", "quits")} == {"error", "crashed"}
    assert ended["raises"].retries == ended["quits"].retries == {}


@pytest.mark.usefixtures("short_reports")
def test_retries_are_shown_by_the_run_the_status_the_manifest_and_the_page(
    write_spec: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(console, "LOG_SECONDS", -1.0)
    spec, results = write_spec("hungry"), tmp_path / "results"
    assert main(["run", str(spec), "--output", str(results)]) == 0
    printed = capsys.readouterr()
    assert ", 1 retry (1 out of memory) in " in printed.out
    assert ", 1 retry (1 out of memory), " in printed.err
    assert main(["status", str(results)]) == 0
    assert capsys.readouterr().out == "toy: 3 ok, 1 retry (1 out of memory)\n"
    assert main(["status", str(results), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["retries"] == {"out of memory": 1}
    assert derive(read(results)).manifest.retries == {"out of memory": 1}
    assert "Tried again: 1 retry (1 out of memory)." in (
        (results / "report" / "report.md").read_text(encoding="utf-8")
    )
