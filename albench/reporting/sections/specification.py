"""The command and the specification that produced the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.reporting.content import Code, Section

if TYPE_CHECKING:
    from albench.reporting.derived import Derived


def section(derived: Derived) -> Section:
    """Return the command, then the whole specification."""
    manifest = derived.manifest
    return Section("Specification", [Code(manifest.command), Code(manifest.spec)])
