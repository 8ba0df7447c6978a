"""The environment that produced the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.reporting.content import Section, Text

if TYPE_CHECKING:
    from albench.reporting.derived import Derived


def section(derived: Derived) -> Section:
    """Return versions, hardware and total time."""
    manifest = derived.manifest
    where = manifest.provenance
    packages = ", ".join(f"{name} {version}" for name, version in where.packages.items())
    commit = f" (commit {where.commit})" if where.commit else ""
    lines = (
        f"albench {where.albench}{commit}, Python {where.python}, {where.os}.",
        f"{where.cpu}, {where.cores} cores, {where.memory_gb} GB, GPU: {where.gpu}.",
        f"{packages}.",
        f"{manifest.jobs} cells at once; all cells together took {manifest.seconds:.0f} s.",
    )
    return Section("Environment", [Text(lines, is_list=True)])
