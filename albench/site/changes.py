"""What changed from one build of a site to the next, and the feed that announces it.

A change says how many cells a benchmark has, and names no source: what is removed leaves no trace.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from albench.errors import Complaint, InputError
from albench.plural import plural
from albench.site.pages import render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from albench.site.pages import BenchmarkEntry

MARKER = "site.json"
"""Says that a folder is a site; a build replaces only such a folder."""

MOST = 100
"""Changes that are kept, the latest first."""


class Change(BaseModel):
    """One entry of the feed."""

    model_config = ConfigDict(frozen=True)

    time: str
    benchmark: str
    file: str
    digest: str
    text: str


class Changes(BaseModel):
    """The changes of a site, the latest first."""

    model_config = ConfigDict(frozen=True)

    site: int = 1
    changes: tuple[Change, ...] = ()


def earlier_changes(site: Path) -> Changes:
    """Return the changes of a site that is there.

    Parameters
    ----------
    site : Path
        May be missing.

    Returns
    -------
    Changes
        None for a new site.

    Raises
    ------
    InputError
        If the list is damaged.
    """
    path = site / MARKER
    if not path.is_file():
        return Changes()
    try:
        return Changes.model_validate_json(path.read_bytes())
    except ValidationError as error:
        problem = "is damaged; remove it and the site, and rebuild the site"
        raise InputError([Complaint(str(path), problem)]) from error


def write_changes(
    before: Changes, benchmarks: Sequence[BenchmarkEntry], site: Path, title: str, web_address: str
) -> tuple[Change, ...]:
    """Write the list of changes and the feed.

    Parameters
    ----------
    before : Changes
        Of the site that is replaced.
    benchmarks : sequence of BenchmarkEntry
        Of the new site.
    site : Path
        Its folder.
    title : str
        Its title.
    web_address : str
        Where it will be found; may be empty.

    Returns
    -------
    tuple of Change
        Those about benchmarks that the site still has.
    """
    present = {benchmark.run.name for benchmark in benchmarks}
    kept = tuple(change for change in before.changes if change.benchmark in present)
    latest = {change.benchmark: change.digest for change in reversed(kept)}
    new = tuple(
        _change(benchmark, is_new=benchmark.run.name not in latest)
        for benchmark in benchmarks
        if latest.get(benchmark.run.name) != benchmark.digest
    )
    changes = Changes(changes=(*new, *kept)[:MOST])
    text = json.dumps(changes.model_dump(), indent=1)
    (site / MARKER).write_text(text + "\n", encoding="utf-8")
    listed = changes.changes
    updated = listed[0].time if listed else _now()
    feed = render("feed.xml", title=title, changes=listed, updated=updated, address=web_address)
    (site / "feed.xml").write_text(feed, encoding="utf-8")
    return listed


def _change(benchmark: BenchmarkEntry, *, is_new: bool) -> Change:
    cells = plural(len(benchmark.joined.records.finished), "cell")
    sources = plural(len(benchmark.joined.sources), "source")
    return Change(
        time=_now(),
        benchmark=benchmark.run.name,
        file=benchmark.folder,
        digest=benchmark.digest,
        text=f"{'New' if is_new else 'Changed'}: {cells} from {sources}.",
    )


def _now() -> str:
    """Return the time, or what reproducible builds say it is."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(given), UTC) if given.isdecimal() else datetime.now(UTC)
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")
