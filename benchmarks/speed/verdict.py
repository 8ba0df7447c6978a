"""How a page says whether a target is met."""

from __future__ import annotations


def met_or_missed(*, is_met: bool) -> str:
    """Return the word that stands beside a target: ``"met"`` or ``"missed"``."""
    return "met" if is_met else "missed"
