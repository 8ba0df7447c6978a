"""Plan and run a benchmark, or resume it, and write its report."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import (
    add_base,
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
from albench.commands.engine_options import (
    DASK,
    LOCAL,
    SHARED,
    STALE_SECONDS,
    add_engine,
    require_used,
)
from albench.errors import Complaint, InputError
from albench.output import complain, say
from albench.plural import plural

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from albench.engines.dask import Cluster
    from albench.execute.devices import Placement
    from albench.execute.run import Progress
    from albench.session import OpenedSpecification, Summary

HELP = "plan and run a benchmark, or resume it; then report"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser, ": quickstart")
    parser.add_argument("--output", type=Path, help="the run folder (default: runs/NAME)")
    add_placement(parser)
    add_base(parser)
    add_reuse_edited(parser)
    add_slice(parser)
    add_within(parser)
    add_until_decided(parser)
    add_replay(parser)
    text = "end the run at the first failing cell; the others resume next time"
    parser.add_argument("--fail-fast", action="store_true", help=text)
    add_lockstep(parser)
    add_engine(parser)


def run(options: Namespace) -> int:
    """Return 0 if every planned cell succeeded."""
    require_used(options)
    placement = _placement(options)
    if options.engine == LOCAL:
        from albench.execute.run import expect_children

        expect_children()  # before anything else is imported: it takes longest
    opened, results = _opened(options, placement)
    for skip in opened.plan.skipped:
        say(f"skipped: {skip.what}: {skip.reason}")
    for warning in opened.warnings:
        say(f"warning: {warning}")
    if options.engine == SHARED:
        return _prepare(options, opened, results)
    if placement.devices.names:
        say(f"cells compute on {placement.devices.text}")
    summary = _carried_out(options, opened, results, placement)
    say(_text_of(summary))
    say(f"report: {_drawn(opened, results)}")
    n_planned = len({cell.id for cell in opened.plan.cells})
    n_missing = 0 if opened.sequential else n_planned - summary.n_cells
    if n_missing:
        cells_have = plural(n_missing, "cell has", "cells have")
        complain(f"{cells_have} no result yet; run the same command again to finish")
    return FAILED if summary.n_failed or n_missing else OK


def _drawn(opened: OpenedSpecification, results: Path) -> Path:
    """Write the report, and return its page."""
    from albench.first_pictures import write_pictures
    from albench.publish import redraw

    write_pictures(opened, results)
    return redraw(results)


def _opened(options: Namespace, placement: Placement) -> tuple[OpenedSpecification, Path]:
    """Return what is to be run, and where to; say what a limit leaves of it."""
    from albench.price_limit import within

    if options.engine == SHARED and options.until_decided is not None:
        problem = "looks at results while they are made: run it with --engine local or dask"
        raise InputError([Complaint("--until-decided", problem)])
    if options.engine != LOCAL and options.replay is not None:
        problem = "runs here alone, where the files of picks are: leave out --engine"
        raise InputError([Complaint("--replay", problem)])
    opened = opened_by(options)
    results = options.output or opened.run_folder
    if opened.replay is not None:
        from albench.replay import require_own_folder

        require_own_folder(results)
    if options.within is not None:
        opened, proposal = within(opened, results, placement.jobs, options.within)
        say(proposal)
    return opened, results


def _carried_out(
    options: Namespace, opened: OpenedSpecification, results: Path, placement: Placement
) -> Summary:
    """Run what is left, stage by stage if something is to be decided."""
    from albench import session
    from albench.console import Watcher
    from albench.execute.run import LOGS

    with Watcher(placement.jobs, say, logs=results / LOGS) as watcher:

        def stage(opened: OpenedSpecification, watch: Callable[[Progress], None]) -> Summary:
            return session.run(
                opened,
                results,
                placement.jobs,
                options.command_line,
                watcher.begin,
                watch,
                _cluster(options),
                devices=placement.devices,
                fail_fast=options.fail_fast,
                lockstep=options.lockstep,
            )

        if opened.sequential is None:
            return stage(opened, watcher.watch)
        from albench.until_decided import run_until_decided

        return run_until_decided(opened, results, stage, watcher.watch, say)


def _text_of(summary: Summary) -> str:
    from albench.records.retry_causes import retries_text

    counts = [f"{plural(summary.n_ok, 'cell')} done", f"{summary.n_reused} reused"]
    counts += [f"{summary.n_failed} failed", retries_text(summary.retries)]
    return f"{', '.join(filter(None, counts))} in {summary.seconds:.0f} s"


def _placement(options: Namespace) -> Placement:
    """Return where cells run here; of cells that run elsewhere, complain of what is for here."""
    from albench.execute.cores import usable_cores
    from albench.execute.devices import Placement

    if options.engine == LOCAL:
        return placement_of(options)
    elsewhere = {"--jobs": options.jobs, "--per-gpu": options.per_gpu}
    given = [option for option, value in elsewhere.items() if value is not None]
    if options.device != "auto":
        given.append("--device")
    if given:
        advice = {
            DASK: "start its workers with --nthreads, and with CUDA_VISIBLE_DEVICES set",
            SHARED: "give it to `albench worker`",
        }
        problem = f"cells do not run here with --engine {options.engine}; {advice[options.engine]}"
        raise InputError([Complaint(", ".join(given), problem)])
    return Placement(usable_cores())


def _cluster(options: Namespace) -> Cluster | None:
    if options.engine != DASK:
        return None
    from albench.engines.dask import Cluster

    if options.scheduler is None:
        problem = "--scheduler is missing: the address of a Dask scheduler, or the file it wrote"
        raise InputError([Complaint("--engine dask", problem)])
    return Cluster(options.scheduler, options.cell_resources or {})


def _prepare(options: Namespace, opened: OpenedSpecification, results: Path) -> int:
    from albench import session

    seconds = STALE_SECONDS if options.stale_seconds is None else options.stale_seconds
    n_left = session.prepare_for_workers(opened, results, seconds, options.command_line)
    left = f"{plural(n_left, 'cell')} to run"
    folder = shlex.quote(str(results))
    say(f"{left}; start `albench worker {folder}` on any number of machines")
    say(f"`albench status {folder}` counts what they do, `albench report {folder}` draws it")
    return OK
