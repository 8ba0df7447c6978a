"""The environment that produced the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.plural import plural
from albench.records.run_record import ELSEWHERE
from albench.reporting.content import Section, Text
from albench.reporting.formats import cores_text

if TYPE_CHECKING:
    from albench.records.manifest import Manifest
    from albench.reporting.derived import Derived


def section(derived: Derived) -> Section:
    """Return versions, hardware and total time."""
    manifest = derived.manifest
    where = manifest.provenance
    packages = ", ".join(f"{name} {version}" for name, version in where.packages.items())
    commit = f" (commit {where.commit})" if where.commit else ""
    lines = (
        f"albench {where.albench}{commit}, Python {where.python}, {where.os}.",
        f"{where.cpu}, {cores_text(where.cores)}, {where.memory_gb} GB, GPU: {where.gpu}.",
        f"{packages}.",
        _time(manifest),
    )
    return Section("Environment", [Text(lines, is_list=True)])


def _time(manifest: Manifest) -> str:
    """Return how long all cells took, and how many ran at once if they ran on one machine."""
    took = f"ll cells together took {manifest.seconds:.0f} s"
    if manifest.jobs == ELSEWHERE:
        return f"A{took}, on the workers of `{manifest.command}`."
    return f"{plural(manifest.jobs, 'cell')} at once; a{took}."
