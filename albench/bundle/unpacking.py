"""Unpacks a bundle from others: nothing is written but the files that a bundle has."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from albench.bundle.layout import (
    CONTENTS,
    FILES,
    LARGEST_CONTENTS,
    LARGEST_FILE,
    MOST_ROWS,
    OPTIONAL,
    TABLES,
    VERSION,
)
from albench.errors import Complaint, RecordsError
from albench.records.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError)
"""What zipfile raises on damaged, encrypted and unknown content."""


def unpack_bundle(bundle: Path, folder: Path) -> None:
    """Write a bundle's files into a folder.

    Parameters
    ----------
    bundle : Path
        From anywhere.
    folder : Path
        Empty. Only files named in `layout.FILES` and `layout.OPTIONAL` are written into it, none
        larger than its bound.

    Raises
    ------
    RecordsError
        If the file is not a bundle, holds foreign files, names with folders, links, or more than it
        says, or if a file is not what the list says.
    """
    try:
        with zipfile.ZipFile(bundle) as archive:
            _refuse(bundle, _odd_members(archive.infolist()))
            listed = _listed(bundle, _content(archive, CONTENTS, LARGEST_CONTENTS))
            held = set(archive.namelist())
            _refuse(bundle, _odd_list(listed, held))
            for name in (*FILES, *(name for name in OPTIONAL if name in held)):
                data = _content(archive, name, min(listed[name]["bytes"], LARGEST_FILE))
                if hashlib.sha256(data).hexdigest() != listed[name]["sha256"]:
                    _refuse(bundle, [f"{name} is not what {CONTENTS} lists: its SHA-256 differs"])
                (folder / name).write_bytes(data)
    except RecordsError:
        raise
    except FileNotFoundError as error:
        raise RecordsError([Complaint(str(bundle), "there is no such file")]) from error
    except _DAMAGE as error:
        problem = f"cannot be read as a bundle ({printable(str(error), 200)}); ask for it again"
        raise RecordsError([Complaint(str(bundle), problem)]) from error
    tables = [*TABLES, *(name for name in OPTIONAL if name in held)]
    _refuse(bundle, [flaw for name in tables for flaw in _odd_table(folder / name)])


def _refuse(bundle: Path, problems: list[str] | Iterator[str]) -> None:
    complaints = [Complaint(str(bundle), problem) for problem in problems]
    if complaints:
        raise RecordsError(complaints)


def _odd_members(members: list[zipfile.ZipInfo]) -> Iterator[str]:
    """Yield what a bundle cannot have; sizes here are claims, which `_content` holds them to."""
    names = [member.orig_filename for member in members]
    expected = {CONTENTS, *FILES}
    for name in sorted(set(names) - expected - {*OPTIONAL}):
        yield f"holds {printable(name, 100)!r}, which belongs to no bundle"
    for name in sorted(expected - set(names)):
        yield f"lacks {name}"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"holds {printable(name, 100)!r} twice"
    for member in members:
        if stat.S_ISLNK(member.external_attr >> 16):
            yield f"holds a link, {printable(member.orig_filename, 100)!r}"
        if member.file_size > LARGEST_FILE:
            yield f"unpacks {printable(member.orig_filename, 100)!r} to over {LARGEST_FILE:,} bytes"


def _content(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a member, of which no more than `most` and one bytes are ever unpacked."""
    with archive.open(name) as member:
        data = member.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{name} unpacks to more than {most:,} bytes")
    return data


def _listed(bundle: Path, text: bytes) -> dict[str, Any]:
    try:
        contents = json.loads(text)
        version, listed = contents["bundle"], contents["files"]
        is_whole = all(
            isinstance(listed[name]["bytes"], int)
            and listed[name]["bytes"] >= 0
            and isinstance(listed[name]["sha256"], str)
            for name in (*FILES, *(name for name in OPTIONAL if name in listed))
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        version, listed, is_whole = VERSION, {}, False
    if version != VERSION:
        shown = printable(repr(version), 100)
        _refuse(bundle, [f"is of version {shown}; this albench reads {VERSION}"])
    if not is_whole:
        _refuse(bundle, [f"{CONTENTS} does not list every file with its size and SHA-256"])
    return dict(listed)


def _odd_list(listed: dict[str, Any], held: set[str]) -> Iterator[str]:
    """Yield in what the list and the files differ that a bundle need not have."""
    for name in OPTIONAL:
        if name in listed and name not in held:
            yield f"lacks {name}, which {CONTENTS} lists"
        if name in held and name not in listed:
            yield f"holds {name}, which {CONTENTS} does not list"


def _odd_table(path: Path) -> Iterator[str]:
    """Yield what is wrong with the size that a Parquet file says it has."""
    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        yield f"{path.name} is no Parquet file ({printable(str(error), 100)})"
        return
    n_values = sum(
        metadata.row_group(group).column(column).num_values
        for group in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
    )
    size = sum(metadata.row_group(g).total_byte_size for g in range(metadata.num_row_groups))
    if metadata.num_rows > MOST_ROWS or n_values > 10 * MOST_ROWS or size > LARGEST_FILE:
        yield f"{path.name} unpacks to more than a bundle may hold"
