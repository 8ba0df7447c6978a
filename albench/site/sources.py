"""A source of a site: a run folder, published results, or a bundle from others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.bundle.checking import check_bundle
from albench.errors import Complaint, InputError, RecordsError
from albench.publish.read import read
from albench.records.printable import printable
from albench.records.results_folder import has_records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from albench.records.tables import Records


@dataclass(frozen=True, eq=False)
class Source:
    """Where results of a site are from.

    Parameters
    ----------
    name : str
        Of the folder or file, without its folders.
    is_bundle : bool
        Whether others sent it.
    records : Records
        Its results; those of a bundle hold.
    """

    name: str
    is_bundle: bool
    records: Records


def read_sources(paths: Sequence[Path]) -> tuple[Source, ...]:
    """Return sources, each checked.

    Parameters
    ----------
    paths : sequence of Path
        Folders and bundles.

    Returns
    -------
    tuple of Source
        In the order given.

    Raises
    ------
    InputError
        What is wrong with any of them, or if two have one name.
    """
    complaints: list[Complaint | str] = []
    sources: list[Source] = []
    for path in paths:
        try:
            sources.append(_read(path))
        except RecordsError as error:
            complaints += error.complaints
    names = [source.name for source in sources]
    complaints += [
        Complaint(name, "two sources have this name; rename one")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if complaints:
        raise InputError(complaints)
    return tuple(sources)


def _read(path: Path) -> Source:
    name = printable(path.resolve().name, 100)
    if path.is_file():
        return Source(name, is_bundle=True, records=check_bundle(path).records)
    if has_records(path):
        return Source(name, is_bundle=False, records=read(path))
    problem = "is neither a bundle nor a folder with whole records (cells.parquet or a journal)"
    raise RecordsError([Complaint(str(path), problem)])
