"""A full or read-only disk gives a clear message and leaves existing files unchanged."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from albench.cli import main
from albench.errors import StorageError
from albench.records.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.records.tables import Records

WRITES = {
    "report": "pandas.DataFrame.to_csv",
    "publish": "albench.records.archive.pq.write_table",
    "merge": "albench.merge.shutil.copy2",
    "bundle": "albench.bundle.writing.zipfile.ZipFile.writestr",
    "site": "albench.site.building.write_text_tables",
}
"""What each command writes by."""

REFUSALS = {
    "full": (errno.ENOSPC, "No space left on device; free space there"),
    "over quota": (errno.EDQUOT, "Disk quota exceeded; free space there"),
    "read-only": (errno.EROFS, "Read-only file system; choose a place that you may write to"),
}


@pytest.fixture
def run_folder(records_of: Callable[..., Records], tmp_path: Path) -> Path:
    """A run folder with a complete journal."""
    records = records_of({"core/random": 0.2, "core/margin": 0.3})
    folder = tmp_path / "run"
    with Journal(folder / "journal") as journal:
        journal.append("run", records.run.to_json())
        journal.extend([("cell", end.to_json()) for end in records.finished.values()])
    return folder


@pytest.fixture
def arguments(run_folder: Path, tmp_path: Path) -> dict[str, list[str]]:
    """The arguments of each command, and below ``there`` what it would replace."""
    there = tmp_path / "there"
    for name, file in {"site": "site.json", "bundle.zip": "", "publish": "manifest.json"}.items():
        place = there / name
        (place if file else there).mkdir(parents=True, exist_ok=True)
        (place / file if file else place).write_text("earlier")
    return {
        "report": [str(run_folder)],
        "publish": [str(run_folder), "--to", str(there / "publish")],
        "merge": [str(run_folder), "-o", str(there / "merged")],
        "bundle": [str(run_folder), "-o", str(there / "bundle.zip")],
        "site": [str(run_folder), "-o", str(there / "new-site")],
    }


def content(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("command", WRITES)
def test_a_disk_that_refuses_is_told_in_a_sentence_and_nothing_recorded_is_touched(
    command: str,
    refusal: str,
    arguments: dict[str, list[str]],
    run_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    number, message = REFUSALS[refusal]

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(WRITES[command], refuse)
    journal, there = content(run_folder / "journal"), content(tmp_path / "there")
    assert main([command, *arguments[command]]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("albench: ")
    assert message in line
    assert content(run_folder / "journal") == journal
    assert content(tmp_path / "there") == there


def test_a_bundle_is_replaced_when_the_new_one_is_whole(
    arguments: dict[str, list[str]], tmp_path: Path
) -> None:
    assert main(["bundle", *arguments["bundle"]]) == 0
    assert main(["check", str(tmp_path / "there" / "bundle.zip")]) == 0
    assert {path.name for path in (tmp_path / "there").iterdir()} == {
        *("site", "bundle.zip", "publish")
    }


@pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 1)() == 0, reason="root may write to every folder"
)
@pytest.mark.parametrize("command", ["publish", "merge", "bundle", "site"])
def test_a_folder_that_is_somebody_else_s_is_told_in_a_sentence(
    command: str,
    arguments: dict[str, list[str]],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    there = tmp_path / "there"
    shutil.rmtree(there)
    there.mkdir(mode=0o555)
    try:
        assert main([command, *arguments[command]]) == 2
    finally:
        there.chmod(0o755)
    (line,) = capfd.readouterr().err.splitlines()
    assert "Permission denied; choose a place that you may write to" in line
    assert list(there.iterdir()) == []


def test_a_file_that_may_not_be_read_keeps_its_own_message(
    arguments: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), "cells.csv")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    assert main(["report", *arguments["report"]]) == 1
    assert capfd.readouterr().err == "albench: cells.csv: Input/output error\n"


def test_a_disk_that_fills_during_a_run_ends_it_with_what_had_ended_kept(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Journal(run_folder / "journal") as journal:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="cannot be written any more: No space left"):
            journal.append("end", {"seconds": 1.0})
