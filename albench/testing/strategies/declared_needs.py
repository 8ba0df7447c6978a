"""Checks of needs: a strategy reads what it declares and nothing else, and writes nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from albench.testing.checks import Violation, guards_against
from albench.testing.strategies.queries import ask, usual

if TYPE_CHECKING:
    from albench.testing.specimen import Specimen


@guards_against("cells skipped, or run, because of wrong needs")
def needs_are_those_announced(specimen: Specimen) -> None:
    """The strategy's needs are a frozenset, equal to the descriptor's."""
    needs = specimen.build().needs
    if not isinstance(needs, frozenset):
        raise Violation(f"its needs must be a frozenset, found {needs!r}")
    if needs != specimen.descriptor.needs:
        theirs = ", ".join(sorted(needs)) or "nothing"
        announced = ", ".join(sorted(specimen.descriptor.needs)) or "nothing"
        raise Violation(f"it needs {theirs}, but announces {announced}")


@guards_against("strategies that read more than they declare")
def nothing_undeclared_is_read(specimen: Specimen) -> None:
    """It reads only what its needs declare, even when it bypasses the view."""
    ask(specimen, usual(specimen)).source.require_declared()


@guards_against("models skipped for lack of something that is never read", covers=("need",))
def everything_declared_is_read(specimen: Specimen) -> None:
    """Every declared need is read on some pool; a wrapper may leave some unread."""
    # Early and late rounds, since a strategy may change its mind as labels come in.
    pools = [usual(specimen, n_labelled=n) for n in (20, 2, 80)]
    reads: Counter[str] = Counter()
    for each in pools:
        reads += ask(specimen, each).source.reads
    idle = sorted(specimen.descriptor.needs - set(reads))
    if idle and "wrapper" not in specimen.descriptor.tags:
        raise Violation(
            f"it declares {', '.join(idle)} but never reads it: a model that cannot provide it "
            "would be skipped for nothing"
        )


@guards_against("scores changed in place, for the next reader to see")
def arrays_are_not_written_to(specimen: Specimen) -> None:
    """The arrays of the pool and of the model are not written to."""
    ask(specimen, usual(specimen)).require_nothing_written()
