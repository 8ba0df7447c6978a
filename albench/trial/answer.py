"""What came out of a trial: differences to random and to rivals, and a place among all."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from math import isnan
from typing import TYPE_CHECKING, Any

from albench.analysis.significance import FEWEST_PAIRS
from albench.analysis.verdicts import Verdict
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.references import BASELINE
from albench.reporting.formats import signed, span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.library import Comparison
    from albench.trial.place import RankPlace
    from albench.trial.reproduction import Reproduction

SENTENCES = {
    Verdict.BETTER: "is better than",
    Verdict.WORSE: "is worse than",
    Verdict.EQUAL: "equals, for practical purposes,",
    Verdict.OPEN: "cannot be told from",
    Verdict.TOO_FEW: "has too few repetitions to be judged against",
}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came out.

    Parameters
    ----------
    strategy : str
        What was tried.
    against : str
        The results that it was compared with.
    n_blocks, n_repetitions : int
        What the comparison rests on; each block has all repetitions.
    n_blocks_there, n_repetitions_there : int
        How many there are in those results, for this strategy.
    n_run : int
        Cells that ran; others were done before.
    seconds : float
        Wall time.
    reproduction : Reproduction
        Whether published numbers came out again: else random and the rivals ran here.
    comparisons : tuple of Comparison
        With random, then with each rival.
    place : RankPlace or None
        Among the published strategies; None where these cannot be used.
    skipped : tuple of str
        Where the strategy cannot run, each with the reason.
    """

    strategy: str
    against: str
    n_blocks: int
    n_repetitions: int
    n_blocks_there: int
    n_repetitions_there: int
    n_run: int
    seconds: float
    reproduction: Reproduction
    comparisons: tuple[Comparison, ...]
    place: RankPlace | None
    skipped: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        keys = ("theirs", "metric", "difference", "low", "high", "verdict")
        comparisons = [{key: getattr(each, key) for key in keys} for each in self.comparisons]
        return asdict(replace(self, comparisons=())) | {"comparisons": comparisons}

    def as_text(self) -> str:
        """Return the answer: a sentence, what it rests on, a table, and the place."""
        lines = [self._answer(), *self._basis(), "", *_table(self.comparisons), ""]
        return "\n".join([*lines, self._place(), *(f"skipped: {what}" for what in self.skipped)])

    def _answer(self) -> str:
        first = self.comparisons[0]
        verdict = SENTENCES[Verdict(first.verdict)]
        interval = span(first.low, first.high)
        return (
            f"{self.strategy} {verdict} {first.theirs}: {signed(first.difference)} in "
            f"{LABELS[first.metric]}, averaged over the labels bought ({interval})."
        )

    def _basis(self) -> Iterator[str]:
        blocks = _of(self.n_blocks, self.n_blocks_there, "block")
        repetitions = _of(self.n_repetitions, self.n_repetitions_there, "repetition")
        cells = plural(self.n_run, "cell")
        yield f"On {blocks} with {repetitions} each; {cells} ran, {self.seconds:.0f} s in all."
        n_again = plural(self.reproduction.n_cells, "cell")
        if self.reproduction.holds:
            yield (
                f"This machine makes the published numbers again ({n_again} of {BASELINE} run and "
                f"equal), so that the other strategies count as published in {self.against}."
            )
        else:
            names = " and ".join(each.theirs for each in self.comparisons)
            yield (
                f"This machine does not make the published numbers again: "
                f"{self.reproduction.difference}. So {names} ran here too."
            )
        if self.n_repetitions < FEWEST_PAIRS:
            yield f"A verdict takes {FEWEST_PAIRS} repetitions; give it more --budget-seconds."

    def _place(self) -> str:
        if self.place is None:
            return "place: unknown, since the published strategies cannot be used here."
        place = self.place
        interval = "" if isnan(place.low) else f", {place.low:.1f} to {place.high:.1f}"
        left_out = f"; {place.n_left_out} lack cells and are left out" if place.n_left_out else ""
        return (
            f"place: {place.place} of {place.n_strategies} by mean rank over the same blocks "
            f"({place.rank:.1f}{interval}{left_out})"
        )


def _of(n: int, there: int, noun: str) -> str:
    return f"{n} of {plural(there, noun)}" if n < there else plural(n, noun)


def _table(comparisons: tuple[Comparison, ...]) -> list[str]:
    n = len(comparisons)
    at_once = "" if n == 1 else ", both at once" if n == 2 else f", all {n} at once"
    rows = [
        ("difference to", "", f"95 % interval{at_once}", "verdict"),
        *(
            (each.theirs, signed(each.difference), span(each.low, each.high), each.verdict)
            for each in comparisons
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
