"""The first screen: what the results show, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.plural import plural
from albench.reporting import comparison_tables, sentences, training_tables
from albench.reporting.content import Section, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.reporting.content import Part
    from albench.reporting.derived import Derived


def section(derived: Derived) -> Section:
    """Return the answer: the state of the results, failed checks, findings, and areas."""
    return Section("The answer", list(_parts(derived)))


def _parts(derived: Derived) -> Iterator[Part]:
    by_picks = bool((derived.records.cells["picks_hash"] != "").any())
    yield Text((_state(derived), *sentences.counted_once(derived.groups, by_picks=by_picks)))
    if (failures := training_tables.failures(derived.checks, derived.named)) is not None:
        yield failures
    if derived.findings:
        yield Text(tuple(_findings(derived)), is_list=True)
        if len(derived.findings[0].efficiency):
            primary = derived.findings[0]
            yield comparison_tables.area_table(
                primary.efficiency, primary.against_random, primary.metric, derived.named
            )


def _findings(derived: Derived) -> Iterator[str]:
    first, *others = [finding.without(derived.oracles) for finding in derived.findings]
    yield from sentences.answers(
        first.against_random, first.overall, first.efficiency, first.metric, derived.named
    )
    for other in others:
        yield from sentences.second_opinion(other.against_random, other.metric)


def _state(derived: Derived) -> str:
    manifest = derived.manifest
    remarks = [sentences.state_of(derived.records.cells)]
    if manifest.slice and len(derived.records.cells) < manifest.matrix_cells:
        remarks.append(
            f"**A slice:** {len(derived.records.cells)} of the {manifest.matrix_cells} cells of "
            f"the matrix are here, after `{manifest.slice}`."
        )
    for name, n_cells in manifest.edited.items():
        made = plural(n_cells, "cell was", "cells were")
        remarks.append(
            f"**Edited:** {made} made by another source of {name} than the one that is recorded "
            "under *Plugins*, and kept."
        )
    if manifest.conflicts:
        remarks.append(
            f"**Conflicts:** {plural(len(manifest.conflicts), 'cell')} succeeded twice with "
            "different results; the first counts."
        )
    if oracles := sorted(derived.oracles):
        remarks.append(
            f"**No competitor:** {', '.join(oracles)} goes by labels that nobody has at that "
            "time: a measure beside the others, which the sentences below leave out."
        )
    simulated = [name for name, facts in manifest.cohorts.items() if facts.simulated]
    if simulated:
        remarks.append(
            f"**Simulated data:** {', '.join(simulated)}. What is found there is about the "
            "simulation."
        )
    return " ".join(remarks)
