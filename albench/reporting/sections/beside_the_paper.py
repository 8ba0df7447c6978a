"""A paper's tables, with the results here beside what was printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.reporting.content import Section
from albench.reporting.data_tables import data_tables
from albench.reporting.published_tables import published_tables

if TYPE_CHECKING:
    from albench.reporting.derived import Derived


def section(derived: Derived) -> Section | None:
    """Return the tables of counts, then the tables of results; None if no paper is named."""
    published, named = derived.manifest.published, derived.named
    tables = [
        *data_tables(published.data_tables, derived.manifest.cohorts, named),
        *published_tables(derived.rounds, derived.records.summaries, published.tables, named),
    ]
    return Section("Beside the paper", tables) if tables else None
