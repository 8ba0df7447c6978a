"""A file without pixels ends `albench run` with status 2 before training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench import cli

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

SPEC = """
name = "clinic"
repetitions = 1
[cohorts.clinic.modalities.LUS]
loader = "dicom"
options = { manifest = "clinic.csv", salt = "salt.txt", region = "whole", size = 32 }
[models.small]
plugin = "mmfn"
options = { trunk = "small" }
[budgets.half]
initial = 0.25
query = 0.25
[[matrix]]
cohorts = ["clinic"]
models = ["small"]
strategies = ["random"]
budgets = ["half"]
"""


def test_a_file_without_pixels(
    real: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    Path("salt.txt").write_text("a secret of more than sixteen characters")
    Path("plan.dcm").write_bytes(real("rtplan.dcm").read_bytes())
    Path("clinic.csv").write_text("path,subject,label\nplan.dcm,P1,F0\n")
    Path("clinic.toml").write_text(SPEC)
    assert cli.main(["run", "clinic.toml"]) == 2
    stderr = capsys.readouterr().err
    assert "albench: cohorts.clinic.modalities.LUS: clinic.csv, line 2, subject " in stderr
    assert "plan.dcm" not in stderr  # names of files may identify people; the line is named instead
    assert "it has no pixels" in stderr
    assert not Path("runs").exists()
