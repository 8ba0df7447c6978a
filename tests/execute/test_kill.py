"""A few of the trials of ``benchmarks/kill.py``; ``tox -e kill`` makes two hundred."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from albench.cli import main

if TYPE_CHECKING:
    import random
    import subprocess

pytestmark = pytest.mark.timeout(600)

ALL = 27
"""A seed that kills the command with all that descends from it."""

SEEDS = {"a descendant": 0, "the command": 1, "all of them": ALL}


@pytest.fixture(scope="module")
def kill() -> Any:
    """The script, as a module."""
    path = Path(__file__).parents[2] / "benchmarks" / "kill.py"
    sys.path.insert(0, str(path.parent))  # where its own modules are
    spec = importlib.util.spec_from_file_location("kill", path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)  # a script, which has no types
    sys.modules["kill"] = module  # dataclasses look it up
    spec.loader.exec_module(module)
    module.SPEC = module.SHORT_SPEC
    return module


def once_cells_run(_: random.Random, run: subprocess.Popen[str], results: Path) -> None:
    """Wait until round 0 is there, from which cells go on."""
    while not any(results.glob("work/starts/*")) and run.poll() is None:
        time.sleep(0.02)


def test_a_run_that_is_killed_with_all_it_started_goes_on_to_the_same_records(
    kill: Any,
    short_command: tuple[str, ...],
    short_reports: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kill, "COMMAND", short_command)
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    spec, whole = tmp_path / "kill.toml", tmp_path / "whole"
    spec.write_text(kill.SPEC)
    assert main(["run", str(spec), "--output", str(whole), "--jobs", "2"]) == 0
    done = kill.trial(ALL, tmp_path / "trial", kill.essences_of(whole), once_cells_run)
    assert len(done.killed) > 1
    assert done.broken == []


@pytest.fixture(scope="module")
def undisturbed(kill: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What an undisturbed run gives, and how long it takes."""
    return kill.undisturbed(tmp_path_factory.mktemp("undisturbed"))


@pytest.mark.sweep
@pytest.mark.parametrize("target", SEEDS)
def test_a_run_that_is_killed_at_a_random_instant_goes_on_to_the_same_records(
    target: str, kill: Any, undisturbed: Any, tmp_path: Path
) -> None:
    essences, seconds = undisturbed
    done = kill.trial(SEEDS[target], tmp_path / "trial", essences, kill.within(seconds))
    assert done.broken == []
