"""Print a script with which a shell completes commands, options, benchmarks and folders."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.commands import OK
from albench.output import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HELP = "print a completion script for a shell"

SHELLS = ("bash", "zsh", "fish")

NAMES_HERE = "ls benchmarks 2>/dev/null | sed -n 's/[.]toml//p'"
"""Lists the benchmarks of a checkout, in every shell."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    text = "as in: albench completion bash > ~/.local/share/bash-completion/completions/albench"
    parser.add_argument("shell", choices=SHELLS, help=text)


def run(options: argparse.Namespace) -> int:
    """Return 0."""
    import shtab

    from albench import spec

    specifications = _specifications(sorted(spec.available()))
    for action in _actions(options.parser):
        if action.metavar == "SPEC":
            action.complete = specifications
        elif action.type is Path:
            action.complete = shtab.DIRECTORY
    say(shtab.complete(options.parser, options.shell))
    return OK


def _actions(parser: argparse.ArgumentParser) -> Iterator[Any]:  # shtab adds an attribute to them
    for action in parser._actions:  # argparse has no other way to walk a parser
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for subparser in action.choices.values():
                yield from _actions(subparser)


def _specifications(names: Iterable[str]) -> dict[str, Any]:
    """Return how each shell completes a benchmark: by name, or by the path of a .toml file."""
    words = " ".join(names)  # a name is letters, digits and hyphens
    return {
        "bash": "_albench_specifications",
        "zsh": "_albench_specifications",
        "fish": "(_albench_specifications)",
        "preamble": {
            "bash": BASH.format(words=words, here=NAMES_HERE),
            "zsh": ZSH.format(words=words, here=NAMES_HERE),
            "fish": FISH.format(words=words, here=NAMES_HERE),
        },
    }


BASH = """_albench_specifications() {{
  compgen -W "{words} $({here})" -- "$1"
  compgen -f -X '!*.toml' -- "$1"
  compgen -d -- "$1"
}}"""

ZSH = """_albench_specifications() {{
  compadd -- {words} $({here})
  _files -g '*.toml'
}}"""

FISH = """function _albench_specifications
  printf '%s\\n' {words} ({here})
  __fish_complete_suffix .toml
end"""
