"""Provenance is plain data about versions and hardware, and about no person or place."""

from __future__ import annotations

import getpass
import json
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from albench import __version__
from albench.records import provenance as module
from albench.records.provenance import PACKAGES, provenance
from albench.records.run_record import Provenance

if TYPE_CHECKING:
    import pytest


def test_provenance_is_plain_data() -> None:
    environment = provenance()
    plain = json.loads(json.dumps(environment.to_json()))
    assert Provenance.model_validate(plain) == environment


def test_versions_of_every_package_are_told() -> None:
    recorded = provenance()
    assert recorded.albench == __version__
    assert set(recorded.packages) == set(PACKAGES)
    assert all(recorded.packages.values())


def test_hardware_is_told() -> None:
    recorded = provenance()
    assert (recorded.cores, bool(recorded.cpu)) == (os.cpu_count(), True)
    assert recorded.memory_gb > 0


def test_no_user_host_or_folder_is_told() -> None:
    text = json.dumps(provenance().to_json())
    for secret in (str(Path.home()), str(Path.cwd()), socket.gethostname(), getpass.getuser()):
        assert f'"{secret}"' not in text
        assert f"{secret}/" not in text


def test_a_package_that_is_not_there_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGES", ("no-such-package",))
    assert provenance().packages == {"no-such-package": "not installed"}


def test_where_there_is_no_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert provenance().commit == ""
