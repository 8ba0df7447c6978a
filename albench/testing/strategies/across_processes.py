"""A check across processes: one with another hash seed picks the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.testing.checks import Violation, guards_against
from albench.testing.descriptor_claims import ends
from albench.testing.other_process import call_in_other_process
from albench.testing.specimen import specimen_of
from albench.testing.strategies.problems import problem
from albench.testing.strategies.queries import UNSTEADY, ask, usual

if TYPE_CHECKING:
    from albench.api import Descriptor
    from albench.testing.specimen import Specimen
    from albench.testing.strategies.problems import Problem


@guards_against("hash() or os.getpid() as a seed; the order of sets; caches that outlive the model")
def another_process_picks_the_same(specimen: Specimen) -> None:
    """Another process, with another hash seed and earlier queries, picks the same."""
    here, options = _picks(specimen), dict(specimen.options)
    if call_in_other_process(specimen, picks_elsewhere, specimen.descriptor, options) != here:
        if _picks(specimen) != here:
            raise Violation(UNSTEADY)
        raise Violation(
            "in another process, after another pool, the same pool and seed give other picks: the "
            "order of sets of strings, hash(), the process's number, or what is kept of the first "
            "pool decides"
        )


def picks_elsewhere(descriptor: Descriptor, options: dict[str, Any]) -> list[list[int]]:
    """Return the picks of a strategy in this process, for the process that asks.

    They are those from each pool, after queries on equal pools with another model.
    """
    specimen = specimen_of(descriptor, options=options)
    for base in _pools(specimen):
        ask(specimen, _of_another_model(base))
    return _picks(specimen)


def _picks(specimen: Specimen) -> list[list[int]]:
    return [ask(specimen, base).picks.tolist() for base in _pools(specimen)]


def _pools(specimen: Specimen) -> tuple[Problem, ...]:
    base = usual(specimen)
    return base, replace(base, round=3), problem(ends(specimen.descriptor)[1])


def _of_another_model(base: Problem) -> Problem:
    vectors = {name: np.roll(table, 7, axis=0) for name, table in base.source.vectors.items()}
    return replace(base, source=replace(base.source, vectors=vectors))
