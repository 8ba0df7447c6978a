"""Arguments that several commands have."""

from __future__ import annotations

import argparse
import os

KINDS = ("loader", "model", "strategy")
"""The kinds of plugin; importing `albench.api.Kind` would take longer."""


def add_spec(parser: argparse.ArgumentParser, example: str = "") -> None:
    """Add the specification.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of the command.
    example : str
        Appended to the help text.
    """
    text = f"a .toml file, or a benchmark's name{example}"
    parser.add_argument("spec", metavar="SPEC", help=text)


def add_jobs(parser: argparse.ArgumentParser, note: str = "") -> None:
    """Add ``--jobs``.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of the command.
    note : str
        Appended to the help text.
    """
    default = os.cpu_count() or 1
    parser.add_argument(
        "--jobs", type=_positive, default=default, help=f"cells to run at once{note}"
    )


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number of 1 or more")
    return int(text)


def add_json(parser: argparse.ArgumentParser, text: str = "print JSON instead of text") -> None:
    """Add ``--json``.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of the command.
    text : str
        The help text.
    """
    parser.add_argument("--json", action="store_true", help=text)
