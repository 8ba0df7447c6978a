"""Show what differs between two results of one benchmark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import add_json
from albench.output import say

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
    parser.add_argument("a", metavar="A", type=Path, help=text)
    parser.add_argument("b", metavar="B", type=Path, help=text)
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
    yield (
        f"same picks and scores: {difference.n_equal}; same picks, last digits differ: "
        f"{difference.n_close}; different: {len(difference.different)}"
    )
    yield from _listed("different", difference.different)
    yield from _listed("only in A", difference.only_a)
    yield from _listed("only in B", difference.only_b)
    yield from _listed(
        "status", [f"{cell}: {before} -> {after}" for cell, before, after in difference.statuses]
    )
    for change in difference.scores:
        if change.largest > 0:
            yield (
                f"{change.metric} of the last round: {change.mean:+.4f} on average, by up to "
                f"{change.largest:.4f}"
            )


def _listed(what: str, cells: Sequence[str]) -> Iterator[str]:
    for cell in cells[:SHOWN]:
        yield f"{what}: {cell}"
    if len(cells) > SHOWN:
        yield f"{what}: and {len(cells) - SHOWN} more"
