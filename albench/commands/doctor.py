"""Show what there is on this machine, and whether benchmarks can run on it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import add_device, add_json
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "show what there is on this machine, and whether benchmarks can run on it"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_device(parser)
    add_json(parser)


def run(options: Namespace) -> int:
    """Return 0 if benchmarks can run here."""
    from albench import registry
    from albench.doctor import Diagnosis, Fitness, as_text, examine, is_fit
    from albench.plugin_overview import plugin_problems

    reports = registry.discover().reports
    problems = plugin_problems(reports)
    state = Fitness.WARNING if problems else Fitness.OK
    plugins = Diagnosis("plugins", problems or f"{len(reports)} entry points, all in order", state)
    findings = (*examine(options.device), plugins)
    fit = is_fit(findings)
    if options.json:
        answer = {"fit": fit, "findings": [asdict(finding) for finding in findings]}
        say(json.dumps(answer, indent=1))
    else:
        say(as_text(findings))
        say("benchmarks can run here" if fit else "benchmarks cannot run here: see `unfit` above")
    return OK if fit else FAILED
