"""The smoke benchmark: a few cells on every kind of part, with one process at once and with two."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


def test_records_of_two_runs_are_equal_but_for_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    importlib.import_module("smoke").compare(tmp_path / "smoke")
