"""How the results were made and judged, as a paper would say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.reporting.content import Section, Text
from albench.reporting.methods import methods

if TYPE_CHECKING:
    from albench.reporting.derived import Derived


def section(derived: Derived) -> Section:
    """Return sentences with the protocol's real values."""
    described = methods(derived.records)
    return Section("Methods", [Text(tuple(sentence.text for sentence in described), is_list=True)])
