"""Show what differs between two results of one benchmark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import add_json
from albench.output import say
from albench.plural import plural

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from albench.diff import Difference

HELP = "show what differs between two results of one benchmark"

SHOWN = 10
"""Cells that are listed of each kind; ``--json`` has them all."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    text = "a run folder with a report, or published results"
    parser.add_argument("a", metavar="OLD", type=Path, help=text)
    parser.add_argument("b", metavar="NEW", type=Path, help=text)
    add_json(parser)


def run(options: Namespace) -> int:
    """Return 0 if both have the same cells with the same results."""
    from albench.diff import diff

    difference = diff(options.a, options.b)
    if options.json:
        say(json.dumps(difference.as_json(), indent=1))
    else:
        say("\n".join(_lines(difference)))
    return OK if difference.is_none else FAILED


def _lines(difference: Difference) -> Iterator[str]:
    for name, before, after in difference.versions:
        yield f"{name}: {before} -> {after}"
    yield from _listed("new strategy", difference.new)
    yield from _listed("strategy that is gone", difference.gone)
    yield (
        f"same picks and scores: {difference.n_equal}; same picks, last digits differ: "
        f"{difference.n_close}; did not reproduce: {len(difference.different)}"
    )
    yield from _listed("did not reproduce", difference.different)
    yield from _listed("only in OLD", difference.only_a)
    yield from _listed("only in NEW", difference.only_b)
    yield from _listed(
        "status", [f"{cell}: {before} -> {after}" for cell, before, after in difference.statuses]
    )
    for change in difference.scores:
        if change.largest > 0:
            yield (
                f"{change.metric} of the last round: {change.mean:+.4f} on average, by up to "
                f"{change.largest:.4f}"
            )
    yield from _moved(difference)


def _moved(difference: Difference) -> Iterator[str]:
    """Yield who moved, in what differs from random on average over blocks."""
    for move in difference.moves[:SHOWN]:
        place = f"rank {move.rank_a} -> {move.rank_b}"
        place = f"still rank {move.rank_b}" if move.rank_a == move.rank_b else place
        yield (
            f"{move.strategy}: {place}, mean {difference.metric} minus random's "
            f"{move.gain_a:+.4f} -> {move.gain_b:+.4f}"
        )
    if len(difference.moves) > SHOWN:
        n_more = len(difference.moves) - SHOWN
        yield f"and {plural(n_more, 'more strategy', 'more strategies')} changed"


def _listed(what: str, cells: Sequence[str]) -> Iterator[str]:
    for cell in cells[:SHOWN]:
        yield f"{what}: {cell}"
    if len(cells) > SHOWN:
        yield f"{what}: and {len(cells) - SHOWN} more"
