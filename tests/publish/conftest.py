"""A run's folder and what it is published as, of the run that a file calls `one_run`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from albench.publish import publish
from albench.reporting import build


@pytest.fixture
def bare_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let reports have their last sections alone, which compare nothing: nobody looks at them."""
    monkeypatch.setattr(build, "SECTIONS", build.SECTIONS[-5:])


@pytest.fixture
def run(one_run: Path, tmp_path: Path) -> Path:
    """The run folder, to be changed."""
    return Path(shutil.copytree(one_run, tmp_path / "run"))


@pytest.fixture(scope="module")
def published_once(one_run: Path) -> Path:
    """The run as it is published; not to be changed."""
    folder = one_run.with_name("published")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(build, "SECTIONS", build.SECTIONS[-5:])  # nobody looks at the report
        publish(one_run, folder)
    return folder
