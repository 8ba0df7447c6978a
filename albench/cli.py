"""The command line: collects the commands, parses, and maps errors to exit statuses."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, NoReturn

from albench import __version__
from albench.api.nearest import did_you_mean
from albench.commands import COMMANDS, FAILED, GROUPS, INTERRUPTED, WRONG_INPUT
from albench.errors import AlbenchError, InputError
from albench.output import complain, print_line

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Parameters
    ----------
    arguments : sequence of str or None
        None takes those of the process.

    Returns
    -------
    int
        0 done, 1 cells or checks failed, 2 wrong input, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        parser = _parser()
        options, unknown = parser.parse_known_args(given)
        if unknown:
            options.own_parser.refuse(unknown)
        options.parser = parser
        options.command_line = ["albench", *given]
        status: int = options.command(options)
    except InputError as error:
        for complaint in error.complaints:
            complain(str(complaint))
        return WRONG_INPUT
    except AlbenchError as error:
        complain(str(error))
        return FAILED
    except KeyboardInterrupt as error:
        complain(str(error) or "stopped; run the same command again to continue")
        return INTERRUPTED
    except OSError as error:  # a full disk, or no permission
        complain(_os_error(error))
        return FAILED
    return status


def _os_error(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename is not None else ""
    return f"{where}{error.strerror or error}"


class _Parser(argparse.ArgumentParser):
    """A parser whose help is an output like any other, and whose complaints are one line each.

    Not being able to write the help is an error.
    """

    def error(self, message: str) -> NoReturn:
        """Complain of an argument, without the usage, which can be longer than a screen.

        Parameters
        ----------
        message : str
            Of argparse; the argument comes first, if there is one.

        Raises
        ------
        SystemExit
            With the status of wrong input.
        """
        problem = message.removeprefix("argument ")
        self._end(problem if problem != message else f"{problem}; {self._advice}")

    def refuse(self, unknown: Sequence[str]) -> NoReturn:
        """Complain of arguments that the command does not have.

        Parameters
        ----------
        unknown : sequence of str
            As they were given, from the first that is not known.

        Raises
        ------
        SystemExit
            As of `error`.
        """
        options = [part for part in unknown if part.startswith("-")] or unknown
        hint = did_you_mean(options[0].partition("=")[0], self._option_string_actions)
        hint = hint or f"; {self._advice}"
        self._end(f"{' '.join(options)}: `{self.prog}` has no such argument{hint}")

    @property
    def _advice(self) -> str:
        return f"see `{self.prog} --help`"

    @staticmethod
    def _end(problem: str) -> NoReturn:
        complain(problem)
        raise SystemExit(WRONG_INPUT)

    def _print_message(self, message: str, file: Any = None) -> None:  # a text stream
        if message:
            print_line(message.rstrip("\n"), file or sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="albench",
        description="Benchmark active-learning query strategies on one or many modalities.",
        epilog="Exit status: 0 done, 1 cells or checks failed, 2 wrong input, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"albench {__version__}")
    subparsers = {"": parser.add_subparsers(metavar="COMMAND", required=True)}
    for name in COMMANDS:
        group, _, word = name.rpartition(" ")
        if group not in subparsers:
            subparsers[group] = _group(subparsers[""], group)
        _add(subparsers[group], word, import_module(module_of(name)))
    return parser


def module_of(command: str) -> str:
    """Return the module of a command: ``plugins list`` is `albench.commands.plugins_list`.

    A word of Python's own has an underscore behind it, as PEP 8 has it: ``try`` is in ``try_``.
    """
    name = command.replace(" ", "_")
    return f"albench.commands.{name}{'_' if iskeyword(name) else ''}"


def _group(subparsers: Any, name: str) -> Any:  # argparse keeps these types to itself
    text = GROUPS[name]
    group = subparsers.add_parser(name, help=text, description=text)
    return group.add_subparsers(metavar="COMMAND", required=True)


def _add(subparsers: Any, word: str, command: Any) -> None:  # as above; a module of commands
    parser = subparsers.add_parser(word, help=command.HELP, description=command.HELP)
    command.add_arguments(parser)
    parser.set_defaults(command=command.run, own_parser=parser)
