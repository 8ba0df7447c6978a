"""Write a package for a new plugin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import OK
from albench.commands.arguments import KINDS
from albench.output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "write a package for your own plugin"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("kind", metavar="KIND", choices=KINDS, help="strategy, model or loader")
    parser.add_argument("name", metavar="NAME", help="its name in benchmarks: rare-doubt")
    parser.add_argument("--output", type=Path, help="the folder (default: albench-NAME)")


def run(options: Namespace) -> int:
    """Return 0."""
    from albench import registry, scaffold
    from albench.api import Kind

    kind = Kind(options.kind)
    package = scaffold.new_package(kind, options.name, options.output, registry.discover())
    say(f"{package.folder}: the package {package.distribution} with the {kind} {package.qualified}")
    say("next, in that folder:")
    say('  python -m pip install -e ".[test]"')
    say(f"  albench plugins show {package.qualified}")
    say("  python -m pytest")
    say("  albench run benchmark.toml")
    return OK
