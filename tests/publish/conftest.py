"""A run's folder and what it is published as, of the run that a file calls `one_run`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench.publish import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


@pytest.fixture
def bare_reports(reports_of_facts: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Let reports have the sections of facts alone: nobody looks at them."""
    with reports_of_facts():
        yield


@pytest.fixture
def run(one_run: Path, tmp_path: Path) -> Path:
    """The run folder, to be changed."""
    return Path(shutil.copytree(one_run, tmp_path / "run"))


@pytest.fixture(scope="module")
def published_once(
    one_run: Path, reports_of_facts: Callable[[], AbstractContextManager[None]]
) -> Path:
    """The run as it is published; not to be changed."""
    folder = one_run.with_name("published")
    with reports_of_facts():
        publish(one_run, folder)
    return folder
