"""A few of the trials of ``benchmarks/kill.py``; ``tox -e kill`` makes two hundred."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

SEEDS = (
    pytest.param(0, marks=pytest.mark.sweep, id="a descendant"),
    pytest.param(1, marks=pytest.mark.sweep, id="the command"),
    pytest.param(27, id="all of them"),
)


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


@pytest.fixture(scope="module")
def whole(kill: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What an undisturbed run gives, and how long it takes."""
    return kill.undisturbed(tmp_path_factory.mktemp("undisturbed"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_run_goes_on_to_the_same_records_and_leaves_nothing_behind(
    seed: int, kill: Any, whole: Any, tmp_path: Path
) -> None:
    essences, seconds = whole
    done = kill.trial(seed, tmp_path / "trial", essences, seconds)
    assert done.broken == []
