"""In a container, memory is what it is allowed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from albench import usable_memory

if TYPE_CHECKING:
    from pathlib import Path

GIB = 2**30


@pytest.mark.parametrize(
    ("limit", "usable", "free"),
    [(f"{2 * GIB}\n", 2, 2), (f"{62 * GIB}\n", 62, 60), ("max\n", 64, 60), (None, 64, 60)],
)
def test_a_container_has_what_it_is_allowed(
    limit: str | None, usable: int, free: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if limit is not None:
        (tmp_path / "memory.max").write_text(limit)
    monkeypatch.setattr(usable_memory, "_LIMIT", tmp_path / "memory.max")
    machine = SimpleNamespace(total=64 * GIB, available=60 * GIB)
    monkeypatch.setattr("psutil.virtual_memory", lambda: machine)
    assert usable_memory.usable_memory() == usable * GIB
    assert usable_memory.free_memory() == free * GIB
