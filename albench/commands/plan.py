"""Show what a run would do, without running it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.commands.arguments import (
    add_base,
    add_json,
    add_lockstep,
    add_placement,
    add_replay,
    add_reuse_edited,
    add_slice,
    add_spec,
    add_until_decided,
    add_within,
    opened_by,
    placement_of,
)
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "show the cells of a benchmark, and what is skipped and why"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser)
    parser.add_argument("--output", type=Path, help="the run folder (default: runs/NAME)")
    add_placement(parser)
    add_json(parser)
    add_base(parser)
    add_reuse_edited(parser)
    add_slice(parser)
    add_within(parser)
    add_until_decided(parser)
    add_replay(parser)
    add_lockstep(parser)


def run(options: Namespace) -> int:
    """Return 0."""
    from albench.overview import plan_overview
    from albench.price_limit import within

    opened = opened_by(options)
    jobs = placement_of(options).jobs
    results, proposal = options.output or opened.run_folder, ""
    if opened.sequential is not None:
        from albench.until_decided import look  # it computes with pandas

        seen = look(opened, results)
        opened, proposal = seen.stage, "\n".join([seen.text, *seen.lines])
    if options.within is not None:
        opened, proposal = within(opened, results, jobs, options.within)
    overview = plan_overview(opened, results, jobs, proposal, lockstep=options.lockstep)
    say(json.dumps(overview.as_json(), indent=1) if options.json else overview.as_text())
    return OK
