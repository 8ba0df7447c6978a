"""Try a strategy against published results, within some seconds."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.commands.arguments import add_json, add_placement, add_slice, placement_of, slice_of
from albench.commands.numeric_options import seconds
from albench.errors import Complaint, InputError
from albench.output import complain, say

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from albench.planning import Cell
    from albench.session import OpenedSpecification

HELP = "try a strategy against published results, within some seconds"

SECONDS = 600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", metavar="STRATEGY", help="its name: mylab/new, or new")
    text = "published results, or a run folder"
    parser.add_argument("--against", metavar="RESULTS", type=Path, required=True, help=text)
    parser.add_argument(
        "--rival",
        metavar="NAME",
        action="append",
        default=[],
        help="a strategy in the results to compare with, beside random; repeat it for more "
        "(default: the best there)",
    )
    text = f"the time that there is (default: {SECONDS:g})"
    parser.add_argument(
        "--budget-seconds", metavar="SECONDS", type=seconds, default=SECONDS, help=text
    )
    parser.add_argument(
        "--option",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="settings",
        help="set an option of the strategy; repeat it for more",
    )
    text = "the run folder (default: runs/BENCHMARK-STRATEGY)"
    parser.add_argument("--output", type=Path, help=text)
    add_placement(parser)
    add_json(parser)
    add_slice(parser, with_shard=False, with_strategy=False)


def run(options: argparse.Namespace) -> int:
    """Return 0 if the strategy's cells ran, whatever came out."""
    from albench import registry
    from albench.api import Kind
    from albench.commands.plugin_options import plugin_options
    from albench.records.results_folder import require_folder
    from albench.references import BASELINE
    from albench.trial.conduct import Task, conduct
    from albench.trial.specification import Tried

    require_folder(options.against)
    if not options.against.is_dir():
        raise InputError([Complaint(f"--against {options.against}", "there is no such folder")])
    component = registry.discover().find(Kind.STRATEGY, options.name)
    if component.qualified == f"core/{BASELINE}":
        problem = "is what every strategy is compared with; try another"
        raise InputError([Complaint(options.name, problem)])
    task = Task(
        tried=Tried(component, plugin_options(component, options.settings)),
        against=options.against,
        rivals=tuple(dict.fromkeys(options.rival)),
        part=slice_of(options),
        seconds=options.budget_seconds,
    )

    trial = conduct(task, lambda name: options.output or Path("runs") / name, _carrier(options))
    say(json.dumps(trial.as_json(), indent=1) if options.json else trial.as_text())
    return OK


def _carrier(options: argparse.Namespace) -> Callable[[OpenedSpecification, Path], float]:
    """Return what runs the cells of a plan, shows how they end, and returns their wall time."""
    from albench import session
    from albench.console import Watcher
    from albench.execute.run import LOGS

    def carry_out(opened: OpenedSpecification, results: Path) -> float:
        tell = complain if options.json else say
        placement = placement_of(options)
        begun: list[float] = []
        with Watcher(placement.jobs, tell, logs=results / LOGS) as watcher:

            def begin(left: Sequence[Cell], done: Sequence[tuple[Cell, float]]) -> None:
                watcher.begin(left, done)
                begun.append(time.perf_counter())

            session.run(
                opened,
                results,
                placement.jobs,
                options.command_line,
                begin,
                watcher.watch,
                devices=placement.devices,
                fail_fast=True,
            )
        return time.perf_counter() - begun[-1]

    return carry_out
