"""Arguments that several commands have."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from albench.spec.slices import Slice

AXES = ("cohort", "modalities", "model", "strategy", "budget")
"""Those of `albench.spec.slices`; importing it would take longer."""

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
        "--jobs", type=_positive, default=default, help=f"processes that run cells at once{note}"
    )


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number of 1 or more")
    return int(text)


def add_json(parser: argparse._ActionsContainer, text: str = "print JSON instead of text") -> None:
    """Add ``--json``.

    Parameters
    ----------
    parser : argparse.ArgumentParser or argument group
        Of the command.
    text : str
        The help text.
    """
    parser.add_argument("--json", action="store_true", help=text)


def add_base(parser: argparse.ArgumentParser) -> None:
    """Add ``--from``.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of the command.
    """
    text = "results to start from: what is done there is taken over, not run again"
    parser.add_argument("--from", dest="base", metavar="RESULTS", type=results_folder, help=text)


def results_folder(text: str) -> Path:
    """Return a folder of results, if it is there."""
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text!r}")
    return Path(text)


def add_reuse_edited(parser: argparse.ArgumentParser) -> None:
    """Add ``--reuse-edited``.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of the command.
    """
    text = "keep the results of plugins that were edited since; the page says so"
    parser.add_argument("--reuse-edited", action="store_true", help=text)


def add_slice(parser: argparse.ArgumentParser, *, with_shard: bool = True) -> None:
    """Add the options that choose a part of a matrix.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of the command.
    with_shard : bool
        Whether the command deals out cells.
    """
    group = parser.add_argument_group(
        "slices",
        "a part of the matrix; names and globs, each option may be repeated. The strategy random "
        "and the reference all-labels stay unless they are excluded.",
    )
    for axis in AXES:
        group.add_argument(f"--{axis}", action="append", default=[], metavar="NAME")
    group.add_argument("--repetitions", type=_repetitions, metavar="0-4,7")
    for axis in AXES:
        group.add_argument(f"--exclude-{axis}", action="append", default=[], metavar="NAME")
    group.add_argument("--exclude-repetitions", type=_repetitions, metavar="0-4,7")
    if with_shard:
        text = "the I-th of N equal parts"
        group.add_argument("--shard", type=_shard, metavar="I/N", help=text)


def slice_of(options: argparse.Namespace) -> Slice:
    """Return the slice that was asked for.

    Parameters
    ----------
    options : argparse.Namespace
        Of a command that has the options of `add_slice`.

    Returns
    -------
    Slice
        Everything if none was given.
    """
    from albench.spec.slices import Slice

    return Slice(
        included={axis: names for axis in AXES if (names := getattr(options, axis))},
        excluded={axis: names for axis in AXES if (names := getattr(options, f"exclude_{axis}"))},
        repetitions=options.repetitions,
        excluded_repetitions=options.exclude_repetitions,
        shard=getattr(options, "shard", None),
    )


def _repetitions(text: str) -> frozenset[int]:
    from albench.spec.slices import numbers

    try:
        return numbers(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _shard(text: str) -> tuple[int, int]:
    from albench.spec.slices import shard

    try:
        return shard(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
