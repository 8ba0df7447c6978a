"""A few of the trials of ``benchmarks/kill.py``; ``tox -e kill`` makes two hundred."""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from albench.cli import main

pytestmark = pytest.mark.timeout(600)

SEEDS = {"a descendant": 0, "the command": 1, "all of them": 27}


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


MARK = "killed with all it started"

ONE_MORE = "from albench.execute import scratch; scratch.folder()"
"""A process that has a folder for temporary files, as a run has."""


def test_a_run_that_is_killed_with_all_it_started_goes_on_to_the_same_records(
    kill: Any, short_command: tuple[str, ...], short_reports: None, tmp_path: Path
) -> None:
    spec, whole, results = tmp_path / "kill.toml", tmp_path / "whole", tmp_path / "results"
    spec.write_text(kill.SPEC)
    assert main(["run", str(spec), "--output", str(whole), "--jobs", "2"]) == 0
    temporary = Path(tempfile.mkdtemp(dir="/tmp"))  # short: see test_ends.py
    environment = os.environ | {kill.MARK: MARK, "TMPDIR": str(temporary)}
    arguments = ["run", str(spec), "--output", str(results), "--jobs", "2"]
    run = subprocess.Popen(  # noqa: S603  # our own command
        [*short_command, *arguments], stderr=subprocess.PIPE, text=True, env=environment
    )
    while not any(results.glob("work/starts/*")) and run.poll() is None:
        time.sleep(0.02)
    assert len(kill._kill(run.pid, "all", random.Random(0))) > 1  # noqa: S311  # no secret
    _, error = run.communicate(timeout=60)
    assert "Traceback" not in error
    assert kill._gone_within(MARK, kill.ORPHAN_SECONDS) == []

    assert main(arguments) == 0
    assert (results / "report" / "index.html").is_file()
    assert kill.essences_of(results) == kill.essences_of(whole)
    home = temporary / f"albench-{os.getuid()}"
    assert [*home.iterdir()] != [], "it was killed, and could not clear them"
    subprocess.run([sys.executable, "-c", ONE_MORE], env=environment, check=True)  # noqa: S603
    assert [*home.iterdir()] == []
    shutil.rmtree(temporary)


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
