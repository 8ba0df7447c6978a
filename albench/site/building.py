"""Builds a site beside its place and then moves it there, so that nobody sees half of one."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from albench.bundle.writing import pack_records
from albench.errors import Complaint, InputError
from albench.publish.derive import derive
from albench.publish.write import write_text_tables
from albench.records.storage import storage_told
from albench.reporting import writing
from albench.site.addresses import address
from albench.site.cards import cards
from albench.site.changes import MARKER, earlier_changes, write_changes
from albench.site.joining import join
from albench.site.pages import BenchmarkEntry, write_pages
from albench.site.sources import read_sources
from albench.site.standing import standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.site.joining import JoinedSite
    from albench.site.sources import Source

RECORDS = "records.zip"
"""All records of a benchmark, in the form of a bundle."""


def build(
    paths: Sequence[Path], site: Path, title: str, web_address: str = ""
) -> tuple[JoinedSite, ...]:
    """Write a site from its sources; nothing of an earlier one stays but its list of changes.

    Parameters
    ----------
    paths : sequence of Path
        Published results, run folders and bundles. Of one cell, the first success counts.
    site : Path
        New, empty, or an earlier site, which is replaced.
    title : str
        The site's.
    web_address : str
        Where it will be found; empty if that is not known.

    Returns
    -------
    tuple of JoinedSite
        One for each benchmark.

    Raises
    ------
    InputError
        If a source does not hold, sources cannot be compared, or the place is not a site's.
    StorageError
        If the disk is full or read-only, or the place is not the user's; an earlier site is as it
        was.
    """
    _require_place(site, paths)
    if web_address and not web_address.startswith(("https://", "http://")):
        raise InputError([Complaint("--address", "expected https://... or http://...")])
    joined = tuple(join(group) for group in _by_benchmark(read_sources(paths)))
    before = earlier_changes(site)
    with storage_told(site.parent):
        site.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=site.parent, prefix=".albench-site-") as name:
            new = Path(name) / "new"
            new.mkdir()
            benchmarks = [_benchmark(entry, new) for entry in joined]
            changes = write_changes(before, benchmarks, new, title, web_address.rstrip("/"))
            write_pages(title, benchmarks, cards(benchmarks), changes, new)
            if site.exists():
                site.rename(Path(name) / "old")
            new.rename(site)
    return joined


def _by_benchmark(sources: Sequence[Source]) -> list[list[Source]]:
    groups: dict[str, list[Source]] = {}
    for source in sources:
        groups.setdefault(source.records.run.name, []).append(source)
    return list(groups.values())


def _benchmark(joined: JoinedSite, site: Path) -> BenchmarkEntry:
    run = joined.records.run
    folder = site / address(run.name)
    folder.mkdir()
    write_text_tables(derive(joined.records), folder)
    writing.write(folder)
    pack_records(joined.records, folder / RECORDS)
    digest = hashlib.sha256((folder / RECORDS).read_bytes()).hexdigest()
    place = standing(folder)
    picture = f"report/figures/areas-{place.metric}.svg"
    drawn = picture if (folder / picture).is_file() else ""
    return BenchmarkEntry(joined, folder.name, place, digest, drawn)


def _require_place(site: Path, paths: Sequence[Path]) -> None:
    if site.is_dir() and any(site.iterdir()) and not (site / MARKER).is_file():
        problem = "contains files other than a site; choose another folder with -o"
        raise InputError([Complaint(str(site), problem)])
    if site.exists() and not site.is_dir():
        raise InputError([Complaint(str(site), "is a file; choose a folder with -o")])
    inside = [path for path in paths if path.resolve().is_relative_to(site.resolve())]
    if inside:
        problem = f"lies in the site {site}, which is replaced; move it elsewhere"
        raise InputError([Complaint(str(inside[0]), problem)])
