"""The data behind the results: cohorts and their modalities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.reporting.content import Section, Table, Text
from albench.reporting.table_cells import TableCell, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.records.manifest import Manifest
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


def section(derived: Derived) -> Section:
    """Return a note on each cohort, and tables of cohorts and modalities."""
    manifest, named = derived.manifest, derived.named
    cohorts = manifest.cohorts.items()
    notes = [
        f"**{named.cohort(name)}:** {_sentence(facts.note)}"
        for name, facts in cohorts
        if facts.note
    ]
    return Section("Data", [Text(tuple(notes), is_list=True), *_cohort_tables(manifest, named)])


def _sentence(note: str) -> str:
    """Return what a loader says of its data, as a sentence."""
    return f"{note[0].upper()}{note[1:].rstrip('.')}."


def _cohort_tables(manifest: Manifest, named: Namer) -> Iterator[Table]:
    """Yield the contents of each cohort, and of each of its modalities."""
    cohorts = manifest.cohorts.items()
    rows = tuple(
        (
            named.cohort(name),
            whole(facts.subjects),
            whole(facts.test_subjects),
            _listed(facts.classes),
            _listed(facts.candidates),
        )
        for name, facts in cohorts
    )
    columns = ("cohort", "subjects", "for test", "subjects by class", "candidates by modalities")
    yield Table("cohorts", "Cohorts", "", columns, rows)
    modalities = tuple(
        (named.cohort(name), modality, whole(part.samples), "×".join(map(str, part.shape)))
        for name, facts in cohorts
        for modality, part in facts.modalities.items()
    )
    headings = ("cohort", "modality", "samples", "shape")
    yield Table("modalities", "Modalities", "", headings, modalities)


def _listed(counts: dict[str, int]) -> TableCell:
    text = ", ".join(f"{name.replace('+', ' + ')}: {n}" for name, n in counts.items())
    return TableCell(text, {f" {name}": n for name, n in counts.items()})
