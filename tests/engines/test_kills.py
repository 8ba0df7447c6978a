"""A run of several processes is killed at named points, goes on, and gives one process's tables.

A short form of ``benchmarks/kill.py --engine ENGINE --points POINT ...``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kill import SHORT_SPEC
from kill_engines import engine_trial, tables_of
from kill_points import POINTS

from albench.cli import main
from albench.reporting import build

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = [pytest.mark.timeout(600), pytest.mark.sweep, pytest.mark.xdist_group("kills")]
ENGINES = ("shared-folder", "dask", "local")


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spec") / "kill.toml"
    path.write_text(SHORT_SPEC)
    return path


@pytest.fixture(scope="module")
def whole(spec: Path) -> Mapping[str, str]:
    """The tables of an undisturbed run, in this process and without a report."""
    results = spec.parent / "alone"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "SECTIONS", ())
        assert main(["run", str(spec), "--output", str(results), "--jobs", "2"]) == 0
    tables: Mapping[str, str] = tables_of(results)
    return tables


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_kill_at_a_named_point_changes_no_table(
    engine: str, point: str, spec: Path, whole: Mapping[str, str], tmp_path: Path
) -> None:
    done = engine_trial(engine, point, tmp_path / "trial", spec, whole)
    assert done.broken == []
