"""A file is replaced completely or left unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.atomic_file import replacing, write_atomically

if TYPE_CHECKING:
    from pathlib import Path


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with replacing(path) as part:
        part.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="full"):
        _fill_half(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def _fill_half(path: Path) -> None:
    with replacing(path) as part:
        part.write_bytes(b"ne")
        raise OSError("full")


def test_two_writers_at_once_each_write_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with replacing(path) as first, replacing(path) as second:
        first.write_bytes(b"first")
        second.write_bytes(b"second")
    assert path.read_bytes() == b"first"  # renamed last
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_are_written_at_once(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"all of it")
    assert (tmp_path / "file").read_bytes() == b"all of it"
