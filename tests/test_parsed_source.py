"""What a file of source says is remembered by its content, and the memory can be lost."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from albench.parsed_source import Import, parsed

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = b"import a.b as c\nfrom . import d\nfrom .e import f as g\nX = 1\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path))
    return tmp_path / "sources"


def test_imports_are_told_as_they_are_written(folder: Path) -> None:
    source = parsed(SOURCE)
    assert source is not None
    assert source.imports == (
        Import((("a.b", "c"),), None, 0),
        Import((("d", "d"),), "", 1),
        Import((("f", "g"),), "e", 1),
    )
    assert not source.only_imports


def test_a_source_is_parsed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = parsed(SOURCE)
    monkeypatch.delattr(ast, "parse")
    assert parsed(SOURCE) == first


def test_a_changed_source_is_parsed_again(folder: Path) -> None:
    assert parsed(SOURCE) != parsed(SOURCE.replace(b"1", b"2"))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"digest": "x", "imports": 3}'])
def test_a_damaged_memory_is_made_again(folder: Path, content: bytes) -> None:
    first = parsed(SOURCE)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(content)
    assert parsed(SOURCE) == first
    assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_to_changes_nothing(folder: Path) -> None:
    first = parsed(SOURCE)
    folder.rename(folder.with_name("away"))
    folder.write_text("in the way")
    assert parsed(SOURCE) == first


def test_what_is_no_source_is_none(folder: Path) -> None:
    assert parsed(b"def (") is None
    assert not folder.exists()
