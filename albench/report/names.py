"""How cohorts, blocks and strategies are called and told apart, the same in every figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from albench.analysis.curves import BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Block = tuple[str, str, str, str]

# Okabe and Ito's colours, which people of any colour vision can tell apart; without yellow.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Style:
    """How a strategy is drawn."""

    colour: str
    marker: str
    dash: str
    width: float = 1.6


def styles(strategies: Iterable[str]) -> dict[str, Style]:
    """Return a style for each strategy: random is grey, the others differ in colour and shape.

    Parameters
    ----------
    strategies : iterable of str
        Labels.

    Returns
    -------
    dict of str to Style
        Depends on the set of labels only.
    """
    chosen = {BASELINE: Style("#777777", "", "-", 2.4)}
    others = sorted(set(strategies) - {BASELINE})
    for i, name in enumerate(others):
        colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
        chosen[name] = Style(colour, marker, DASHES[i // len(COLOURS) % len(DASHES)])
    return chosen


class Namer:
    """Names blocks as briefly as can be while they stay distinct.

    Parameters
    ----------
    blocks : iterable of tuple of str
        Every (cohort, modalities, model, budget).
    cohorts : mapping of str to dict
        The manifest's; a simulated cohort is called so wherever it is named.
    """

    def __init__(self, blocks: Iterable[Block], cohorts: Mapping[str, Any]) -> None:
        self._cohorts = cohorts
        known = list(blocks)
        self._needs_model = _vary(known, 2)
        self._needs_budget = _vary(known, 3)

    def cohort(self, name: str) -> str:
        """Return a cohort's name, with *simulated* behind it if it is."""
        return f"{name} (simulated)" if self._cohorts.get(name, {}).get("simulated") else name

    def block(self, block: Block) -> str:
        """Return a block's name: what all blocks of its cohort share is left out."""
        cohort, modalities, model, budget = block
        parts = [self.cohort(cohort), modalities.replace("+", " + ")]
        parts += [model] if cohort in self._needs_model else []
        parts += [budget] if cohort in self._needs_budget else []
        return ": ".join([parts[0], ", ".join(parts[1:])])


def _vary(blocks: list[Block], position: int) -> set[str]:
    """Return the cohorts whose blocks differ at a position."""
    found: dict[str, set[str]] = {}
    for block in blocks:
        found.setdefault(block[0], set()).add(block[position])
    return {cohort for cohort, values in found.items() if len(values) > 1}
