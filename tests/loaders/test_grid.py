"""A file that is not a table is reported as such."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albench.api import DataError
from albench.loaders.grid import read_grid

WriteCsv = Callable[..., Path]

MALFORMED = {
    "empty": (b"", "is empty"),
    "names only": (b"subject,a\n", "is empty"),
    "not text": (b"subject,a\n\xff\xfe,1\n", "not CSV in UTF-8"),
    "open quote": (b'subject,a\n"P1,1\n', "not CSV in UTF-8"),
    "short row": (b"subject,a\nP1,1\nP2\n", "line 3: found 1 fields, needed are 2"),
    "nameless column": (b",subject\n0,P1\n", "column 1 has no name"),
    "name twice": (b"a,a\n0,P1\n", "column 'a' is there twice"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_csv_file_is_refused(tmp_path: Path, kind: str) -> None:
    content, complaint = MALFORMED[kind]
    file = tmp_path / "table.csv"
    file.write_bytes(content)
    with pytest.raises(DataError, match=complaint) as caught:
        read_grid(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.csv: cannot be read: No such file"):
        read_grid(tmp_path / "nowhere.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_grid(tmp_path)


@pytest.mark.parametrize("content", [b"", b"subject,a\nP1,1\n", b"PAR1 and no more"])
def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "table.parquet"
    file.write_bytes(content)
    with pytest.raises(DataError, match="not a Parquet file"):
        read_grid(file)


def test_a_mark_of_byte_order_is_no_part_of_a_name(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(b"\xef\xbb\xbfsubject,a\r\nP1,1\r\n")
    assert list(read_grid(file).columns) == ["subject", "a"]


def test_a_field_loses_its_outer_blanks(write_csv: WriteCsv) -> None:
    assert read_grid(write_csv("subject, a", " P1 ,1")).text("subject") == ["P1"]
