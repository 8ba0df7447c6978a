"""The fork server imports while a run is planned: what ships with albench, and no other plugin."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from albench import registry
from albench.execute.run import process_context
from albench.execute.supervise import Job, supervise

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ASK = """
from multiprocessing import forkserver
from albench.cli import main

status = main(["run", "nowhere.toml"])
print(status, forkserver._forkserver._forkserver_pid is not None)
"""

TARGET = """
import sys

def imported(_, line):
    return sorted(sys.modules)
"""


def test_it_is_started_before_the_specification_is_read(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.split() == ["2", "True"]


def test_a_child_finds_what_ships_with_albench_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asked.py").write_text(TARGET)
    monkeypatch.syspath_prepend(str(tmp_path))
    job = Job("asked:imported", None, tmp_path / "log", 60.0)
    imported = set(supervise(job, process_context()).value)
    own: set[str] = set()
    others: set[str] = set()
    for each in registry.discover().components:
        module = each.descriptor.target.partition(":")[0]
        (own if each.distribution == "albench" else others).add(module)
    assert own
    assert own <= imported
    assert others
    assert not others & imported
