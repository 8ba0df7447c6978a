"""Writes a bundle from a run folder or from published results."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from albench.atomic_file import replacing
from albench.bundle.layout import CONTENTS, FILES, OPTIONAL, VERSION
from albench.errors import Complaint, InputError
from albench.execute import scratch
from albench.plural import plural
from albench.publish.derive import derive
from albench.publish.read import read
from albench.publish.write import write_text_tables
from albench.records.archive import write_archive
from albench.records.results_folder import has_records, require_folder
from albench.records.schema import CellStatus
from albench.records.storage import storage_told

if TYPE_CHECKING:
    from albench.records.tables import Records

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say


def write_bundle(results: Path, target: Path) -> tuple[int, tuple[str, ...]]:
    """Write a bundle.

    Parameters
    ----------
    results : Path
        A run folder, or published results with all their probabilities.
    target : Path
        The file; one that is there is replaced.

    Returns
    -------
    n_cells : int
        How many cells it holds that succeeded.
    warnings : tuple of str
        What of the journal could not be read, in sentences: it is not in the bundle.

    Raises
    ------
    InputError
        If there are no whole records, no cell succeeded, or probabilities were left out: scores
        could not be checked.
    """
    require_folder(results)
    if not has_records(results):
        problem = "holds no records: name a run folder, or results with cells.parquet"
        raise InputError([Complaint(str(results), problem)])
    if target.is_dir():
        raise InputError([Complaint(str(target), "is a folder; name a file with -o")])
    records = read(results)
    _require_checkable(records, results)
    pack_records(records, target)
    return _n_successes(records), records.warnings


def pack_records(records: Records, target: Path) -> None:
    """Write records as a bundle; the same records give the same bytes.

    Parameters
    ----------
    records : Records
        Of a whole run.
    target : Path
        The file; one that is there is replaced when the new one is whole.

    Raises
    ------
    StorageError
        If the disk is full or read-only, or the place is not the user's.
    """
    # Whoever gets a bundle has other folders.
    records = replace(records, run=records.run.model_copy(update={"spec_path": ""}))
    with tempfile.TemporaryDirectory(dir=scratch.folder()) as name:
        folder = Path(name)
        with storage_told(folder):
            write_text_tables(derive(records), folder)
            write_archive(records, folder)
        with storage_told(target):
            _zip(folder, target)


def _zip(folder: Path, target: Path) -> None:
    names = [*FILES, *(name for name in OPTIONAL if (folder / name).is_file())]
    content = {name: (folder / name).read_bytes() for name in names}
    listed = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in content.items()
    }
    contents = json.dumps({"bundle": VERSION, "files": listed}, indent=1, sort_keys=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {CONTENTS: contents.encode(), **content}.items():
            member = zipfile.ZipInfo(name, _EPOCH)
            member.external_attr = 0o644 << 16
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)


def _n_successes(records: Records) -> int:
    return sum(end.status is CellStatus.OK for end in records.finished.values())


def _require_checkable(records: Records, results: Path) -> None:
    if not _n_successes(records):
        raise InputError([Complaint(str(results), "no cell succeeded: there is nothing to send")])
    bare = sum(
        any(not entry.proba for entry in end.rounds)
        for end in records.finished.values()
        if end.status is CellStatus.OK
    )
    if bare:
        without = plural(bare, "cell was", "cells were")
        problem = (
            f"{without} published without probabilities, by which a bundle is checked: only their "
            "run folder can be bundled, by whoever has it; a site takes these results as they are"
        )
        raise InputError([Complaint(str(results), problem)])
