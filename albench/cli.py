"""The command line: the one place that prints. Heavy modules are imported where they are used."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench import __version__
from albench.errors import AlbenchError, InputError
from albench.streams import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from albench.registry import Component, PluginReport

OK, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130

KINDS = ("loader", "model", "strategy")
"""The kinds of plugin; `albench.api.Kind` is imported only where it is needed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Parameters
    ----------
    arguments : sequence of str or None
        None takes those of the process.

    Returns
    -------
    int
        0 done, 1 some cells failed or a check did not hold, 2 the input was wrong.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = _parser().parse_args(given)
        options.command_line = ["albench", *given]
        status: int = options.command(options)
    except InputError as error:
        for complaint in error.complaints:
            _complain(str(complaint))
        return WRONG_INPUT
    except AlbenchError as error:
        _complain(str(error))
        return FAILED
    except KeyboardInterrupt:
        _complain("stopped; the same command goes on from here")
        return INTERRUPTED
    except OSError as error:  # a disk that is full, a file that is not ours to read
        _complain(_os_error(error))
        return FAILED
    return status


def _say(text: str) -> None:
    say(text, sys.stdout)


def _complain(text: str) -> None:
    with contextlib.suppress(OSError):  # there is nowhere left to say it
        say(f"albench: {text}", sys.stderr)


def _os_error(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename is not None else ""
    return f"{where}{error.strerror or error}"


class _Parser(argparse.ArgumentParser):
    """A parser whose help is an output like any other: when it cannot be written, that is told."""

    def _print_message(self, message: str, file: Any = None) -> None:  # a text stream
        if message:
            say(message.rstrip("\n"), file or sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="albench",
        description="Benchmark active-learning query strategies on one or many modalities.",
        epilog="Exit status: 0 done, 1 some cells failed or a check did not hold, 2 wrong input.",
    )
    parser.add_argument("--version", action="version", version=f"albench {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_spec_commands(commands)
    _add_results_commands(commands)
    _add_plugin_commands(commands)
    return parser


Commands = Any  # argparse keeps the type of its sub-parsers to itself


def _add(commands: Commands, name: str, command: Callable[..., int], text: str) -> Any:
    added = commands.add_parser(name, help=text, description=text)
    added.set_defaults(command=command)
    return added


def _add_spec_commands(commands: Commands) -> None:
    run = _add(commands, "run", _run, "plan and run a benchmark, or resume it; then report")
    run.add_argument("spec", metavar="SPEC", help="a .toml file, or a benchmark's name: quickstart")
    run.add_argument("--output", type=Path, help="the results folder (default: results/NAME)")
    run.add_argument(
        "--jobs", type=_positive, default=os.cpu_count() or 1, help="cells at once (default: cores)"
    )
    plan = _add(commands, "plan", _plan, "show the cells of a benchmark and what is skipped, why")
    plan.add_argument("spec", metavar="SPEC", help="a .toml file, or a benchmark's name")
    plan.add_argument("--output", type=Path, help="the results folder whose durations are used")
    plan.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, help="cells at once")
    plan.add_argument("--json", action="store_true", help="for programs")
    data = _group(commands, "data", "look at data")
    describe = _add(data, "describe", _describe, "show what a benchmark's cohorts hold")
    describe.add_argument("spec", metavar="SPEC", help="a .toml file, or a benchmark's name")
    describe.add_argument("--json", action="store_true", help="for programs")


def _add_results_commands(commands: Commands) -> None:
    status = _add(commands, "status", _status, "show what is done, failed and missing")
    status.add_argument("results", metavar="RESULTS", type=Path, help="a results folder")
    status.add_argument("--json", action="store_true", help="for programs")
    report = _add(commands, "report", _report, "draw tables, figures and page again from records")
    report.add_argument("results", metavar="RESULTS", type=Path, help="a results folder")
    explain = _add(commands, "explain", _explain, "say why a cell ran, was reused or is stale")
    explain.add_argument("cell", metavar="CELL", help="the beginning of a cell's identity")
    explain.add_argument("--results", type=Path, help="its results folder (default: found)")
    explain.add_argument("--spec", metavar="SPEC", help="what is planned today (default: by name)")
    merge = _add(commands, "merge", _merge, "join results of several machines; then report")
    merge.add_argument("results", metavar="RESULTS", type=Path, nargs="+", help="results folders")
    merge.add_argument("-o", "--output", type=Path, required=True, help="the folder to merge into")
    audit = _add(commands, "audit", _audit, "run a random share of the cells again and compare")
    audit.add_argument("results", metavar="RESULTS", type=Path, help="a results folder")
    audit.add_argument("--spec", metavar="SPEC", help="the specification (default: by name)")
    audit.add_argument("--share", type=_share, default=0.02, help="of the cells (default: 0.02)")
    audit.add_argument("--seed", type=int, default=None, help="of the choice (default: random)")
    audit.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, help="cells at once")


def _add_plugin_commands(commands: Commands) -> None:
    plugins = _group(commands, "plugins", "list, show and diagnose plugins")
    listing = _add(plugins, "list", _plugins_list, "list loaders, models and strategies")
    listing.add_argument("--kind", choices=KINDS, help="only one kind")
    listing.add_argument("--json", action="store_true", help="for programs")
    show = _add(plugins, "show", _plugins_show, "show all that a plugin says of itself")
    show.add_argument("name", metavar="NAME", help="a short or qualified name: esd, core/esd")
    show.add_argument("--json", action="store_true", help="for programs")
    doctor = _add(plugins, "doctor", _plugins_doctor, "tell the state of every entry point")
    doctor.add_argument("--json", action="store_true", help="for programs")
    new = _add(plugins, "new", _plugins_new, "write a package for a plugin of your own")
    new.add_argument("kind", metavar="KIND", choices=KINDS, help="strategy, model or loader")
    new.add_argument("name", metavar="NAME", help="its name in benchmarks: rare-doubt")
    new.add_argument("--output", type=Path, help="the folder (default: albench-NAME)")
    check = _add(plugins, "check", _plugins_check, "try every promise that a plugin makes")
    check.add_argument("name", metavar="NAME", help="a short or qualified name: esd, core/esd")
    check.add_argument("--kind", choices=KINDS, help="where several kinds share a name")
    check.add_argument(
        "--option",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="settings",
        help="set an option of the plugin; repeat it for more",
    )
    check.add_argument("--json", action="store_true", help="for programs, and for a badge")


def _group(commands: Commands, name: str, text: str) -> Commands:
    group = commands.add_parser(name, help=text, description=text)
    return group.add_subparsers(metavar="COMMAND", required=True)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number of 1 or more")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = math.nan
    if not 0.0 < share <= 1.0:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number above 0, at most 1")
    return share


def _run(options: argparse.Namespace) -> int:
    from albench import session
    from albench.console import Watcher
    from albench.publish import publish

    opened = session.open_spec(options.spec)
    results = options.output or opened.results
    for skip in opened.plan.skipped:
        _say(f"skipped: {skip.what}: {skip.reason}")
    for warning in opened.warnings:
        _say(f"warning: {warning}")
    with Watcher(options.jobs, _say) as watcher:
        summary = session.run(
            opened, results, options.jobs, options.command_line, watcher.begin, watcher.watch
        )
    _say(
        f"{summary.n_ok} cells done, {summary.n_reused} reused, {summary.n_failed} failed "
        f"in {summary.seconds:.0f} s"
    )
    page = publish(results)
    _say(f"report: {page}")
    if n_missing := len({cell.id for cell in opened.plan.cells}) - summary.n_cells:
        _complain(f"{n_missing} cells have no result; the same command runs them")
    return FAILED if summary.n_failed or n_missing else OK


def _plan(options: argparse.Namespace) -> int:
    from albench import session
    from albench.overview import plan_overview

    opened = session.open_spec(options.spec)
    overview = plan_overview(opened, options.output or opened.results, options.jobs)
    _say(json.dumps(overview.as_json(), indent=1) if options.json else overview.as_text())
    return OK


def _describe(options: argparse.Namespace) -> int:
    from albench import session
    from albench.overview import data_text

    facts = session.open_spec(options.spec).describe()
    _say(json.dumps(facts, indent=1) if options.json else data_text(facts))
    return OK


def _status(options: argparse.Namespace) -> int:
    from albench.overview import status_overview

    overview = status_overview(options.results)
    _say(json.dumps(overview.as_json(), indent=1) if options.json else overview.as_text())
    return OK if overview.is_complete else FAILED


def _report(options: argparse.Namespace) -> int:
    from albench.publish import publish

    _say(f"report: {publish(options.results)}")
    return OK


def _explain(options: argparse.Namespace) -> int:
    from albench import session
    from albench.explain import explain
    from albench.overview import status_overview

    results = options.results or _results_with(options.cell)
    spec = options.spec or status_overview(results).name
    _say(explain(options.cell, results, session.open_spec(spec).plan.cells))
    return OK


def _results_with(prefix: str) -> Path:
    """Return the results folder here that has the cell."""
    for table in sorted(Path("results").glob("*/cells.csv")):
        with table.open(encoding="utf-8", errors="replace") as lines:
            if any(line.startswith(prefix) for line in lines):
                return table.parent
    raise InputError(f"no results/*/cells.csv here has a cell that begins with {prefix!r}")


def _merge(options: argparse.Namespace) -> int:
    from albench.merge import merge
    from albench.publish import publish

    conflicts = merge(options.results, options.output)
    for cell in conflicts:
        _say(f"conflict: cell {cell} has two different results; the earlier one is reported")
    _say(f"report: {publish(options.output)}")
    return FAILED if conflicts else OK


def _audit(options: argparse.Namespace) -> int:
    import numpy as np

    from albench import session
    from albench.audit import TOLERANCE, audit
    from albench.console import Watcher
    from albench.overview import status_overview

    opened = session.open_spec(options.spec or status_overview(options.results).name)
    rng = np.random.default_rng(options.seed)
    with Watcher(options.jobs, _say) as watcher:
        found = audit(opened, options.results, options.share, rng, options.jobs, watcher.watch)
    _say(f"{len(found.equal)} cells equal, {len(found.close)} equal to {TOLERANCE:g}")
    for cell, problem in found.different:
        _say(f"different: cell {cell}: {problem}")
    return FAILED if found.different else OK


def _plugins_list(options: argparse.Namespace) -> int:
    from albench import registry

    parts = [
        part
        for part in sorted(registry.discover().components, key=_kind_and_name)
        if options.kind in (None, part.descriptor.kind)
    ]
    if options.json:
        _say(json.dumps([_component_json(part) for part in parts], indent=1))
        return OK
    rows = [
        (p.descriptor.kind.value, p.qualified, p.state.value, p.descriptor.summary) for p in parts
    ]
    _say(_aligned([("kind", "name", "state", "summary"), *rows]))
    _warn_of_trouble(registry.discover().reports)
    return OK


def _kind_and_name(part: Component) -> tuple[str, str]:
    return part.descriptor.kind.value, part.qualified


def _plugins_show(options: argparse.Namespace) -> int:
    from albench import registry

    found = [
        part
        for part in registry.discover().components
        if options.name in (part.name, part.qualified)
    ]
    if not found:
        raise InputError(registry.discover().unknown(options.name))
    if options.json:
        _say(json.dumps([_component_json(part) for part in found], indent=1))
    else:
        _say("\n\n".join(_component_text(part) for part in found))
    return OK


def _plugins_doctor(options: argparse.Namespace) -> int:
    from albench import registry

    reports = registry.discover().reports
    if options.json:
        _say(json.dumps([_report_json(report) for report in reports], indent=1))
    else:
        rows = [
            (
                r.state.value,
                f"{r.distribution} {r.distribution_version}",
                r.entry_point,
                f"{len(r.components)} plugins in {r.seconds * 1000:.0f} ms",
                r.reason,
            )
            for r in reports
        ]
        _say(_aligned([("state", "distribution", "entry point", "found", "reason"), *rows]))
        for part in (part for report in reports for part in report.components if part.reason):
            _say(f"{part.state}: {part.descriptor.kind} {part.qualified}: {part.reason}")
    is_sound = all(report.state.value in ("ok", "disabled") for report in reports)
    return OK if is_sound else FAILED


def _plugins_check(options: argparse.Namespace) -> int:
    from albench.api import Kind
    from albench.testing.examination import check, find
    from albench.testing.settings import settings_of

    plugin = find(options.name, Kind(options.kind) if options.kind else None)
    report = check(plugin, options=settings_of(plugin, options.settings))
    _say(json.dumps(report.as_json(), indent=1) if options.json else report.as_table())
    return OK if report.ok else FAILED


def _plugins_new(options: argparse.Namespace) -> int:
    from albench import registry, scaffold
    from albench.api import Kind

    kind = Kind(options.kind)
    made = scaffold.new_package(kind, options.name, options.output, registry.discover())
    _say(f"{made.folder}: the package {made.distribution} with the {kind} {made.qualified}")
    _say("next, in that folder:")
    _say('  python -m pip install -e ".[test]"')
    _say(f"  albench plugins show {made.qualified}")
    _say("  python -m pytest")
    _say("  albench run benchmark.toml")
    return OK


def _warn_of_trouble(reports: Sequence[PluginReport]) -> None:
    troubled = [report for report in reports if report.state.value not in ("ok", "disabled")]
    if troubled:
        names = ", ".join(f"{report.distribution} ({report.state})" for report in troubled)
        _complain(f"in trouble: {names}; see `albench plugins doctor`")


def _component_json(part: Component) -> dict[str, Any]:
    descriptor = asdict(part.descriptor)
    options = [_option_json(entry) for entry in descriptor.pop("options")]
    told = {key: sorted(v) if isinstance(v, frozenset) else v for key, v in descriptor.items()}
    return {
        "qualified": part.qualified,
        "state": part.state.value,
        "reason": part.reason,
        "distribution": part.distribution,
        "distribution_version": part.distribution_version,
        **told,
        "options": options,
    }


def _option_json(option: dict[str, Any]) -> dict[str, Any]:
    default = option["default"]
    # A path, and whatever a plugin may have put there by mistake, is told as text.
    shown = default if isinstance(default, int | float | str | list | None) else str(default)
    return option | {"type": option["type"].__name__, "default": shown}


def _component_text(part: Component) -> str:
    told = _component_json(part)
    lines = [f"{part.descriptor.kind} {part.qualified}: {part.descriptor.summary}"]
    for key in (
        "state",
        "reason",
        "distribution",
        "version",
        "needs",
        "provides",
        "modalities",
        "requires",
        "tags",
        "cost",
        "citation",
        "target",
    ):
        value = told[key]
        if value:
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            lines.append(f"  {key}: {shown}")
    lines += [f"  option {line}" for line in map(_option_text, told["options"])]
    return "\n".join(lines)


def _option_text(option: dict[str, Any]) -> str:
    default = "required" if option["required"] else f"default {option['default']!r}"
    bounds = [
        f"{word} {option[key]:g}"
        for word, key in (("from", "minimum"), ("to", "maximum"))
        if option[key] is not None
    ]
    choices = f"one of {', '.join(option['choices'])}" if option["choices"] else ""
    told = "; ".join(part for part in (default, " ".join(bounds), choices) if part)
    return f"{option['name']} ({option['type']}; {told}): {option['help']}"


def _report_json(report: PluginReport) -> dict[str, Any]:
    plain = asdict(report)
    plain["components"] = [part.qualified for part in report.components]
    return plain | {"state": report.state.value}


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
