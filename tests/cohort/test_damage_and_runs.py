"""A flipped bit in the cache changes no result of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from albench.cli import main
from albench.records import journal, tables

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("short_reports")

_SPECIFICATION = """
    name = "flipped"
    repetitions = 1

    [cohorts.digits]
    test = 0.9
    [cohorts.digits.modalities]
    pixels = { loader = "digits", options = { view = "pixels" } }
    fourier = { loader = "digits", options = { view = "fourier" } }

    [models.small]
    plugin = "mmfn"
    options = { trunk = "small", width = 8 }
    training = { epochs = 2 }

    [budgets.short]
    initial = 20
    query = 20
    stop = 40

    [[matrix]]
    cohorts = ["digits"]
    modalities = [["pixels", "fourier"]]
    models = ["small"]
    strategies = ["random"]
    budgets = ["short"]
"""


def _essences(results: Path) -> dict[str, Any]:  # what `tables.essence` gives
    finished = tables.gather(journal.read(results / "journal")).finished
    return {cell: tables.essence(end) for cell, end in finished.items()}


def _flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-2] ^= 0x40  # in the exponent of a float32, or a bright pixel
    path.write_bytes(content)


def test_a_flipped_bit_changes_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    spec = tmp_path / "flipped.toml"
    spec.write_text(_SPECIFICATION)
    assert main(["run", str(spec), "--output", str(tmp_path / "before")]) == 0
    files = list((tmp_path / "cache").glob("*.npy"))
    whole = {path: path.read_bytes() for path in files}
    for path in files:
        _flip_a_bit(path)

    assert main(["run", str(spec), "--output", str(tmp_path / "after")]) == 0

    assert len(files) == 2
    assert {path: path.read_bytes() for path in files} == whole
    assert _essences(tmp_path / "after") == _essences(tmp_path / "before") != {}
