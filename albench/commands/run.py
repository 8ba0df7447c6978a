"""Plan and run a benchmark, or resume it, and write its report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import add_jobs, add_reuse_edited, add_slice, add_spec, slice_of
from albench.output import complain, say
from albench.plural import plural

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "plan and run a benchmark, or resume it; then report"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser, ": quickstart")
    parser.add_argument("--output", type=Path, help="the run folder (default: runs/NAME)")
    add_jobs(parser, " (default: cores)")
    add_reuse_edited(parser)
    add_slice(parser)


def run(options: Namespace) -> int:
    """Return 0 if every cell of the plan has succeeded."""
    from albench import session
    from albench.console import Watcher
    from albench.execute.run import LOGS
    from albench.publish import publish

    opened = session.open_spec(options.spec, slice_of(options), keep_edited=options.reuse_edited)
    results = options.output or opened.run_folder
    for skip in opened.plan.skipped:
        say(f"skipped: {skip.what}: {skip.reason}")
    for warning in opened.warnings:
        say(f"warning: {warning}")
    with Watcher(options.jobs, say, logs=results / LOGS) as watcher:
        summary = session.run(
            opened,
            results,
            options.jobs,
            options.command_line,
            watcher.begin,
            watcher.watch,
        )
    say(
        f"{plural(summary.n_ok, 'cell')} done, {summary.n_reused} reused, "
        f"{summary.n_failed} failed in {summary.seconds:.0f} s"
    )
    say(f"report: {publish(results)}")
    if n_missing := len({cell.id for cell in opened.plan.cells}) - summary.n_cells:
        cells_have = plural(n_missing, "cell has", "cells have")
        complain(f"{cells_have} no result yet; run the same command again to finish")
    return FAILED if summary.n_failed or n_missing else OK
