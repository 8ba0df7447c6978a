"""Arguments that several commands have."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands.numeric_options import count

if TYPE_CHECKING:
    from albench.execute.devices import Placement
    from albench.price_limit import Limit
    from albench.session import OpenedSpecification
    from albench.spec.slices import Slice
    from albench.until_decided import WantedDecision

AXES = ("cohort", "modalities", "model", "strategy", "budget")
"""Those of `albench.spec.slices`; importing it would take longer."""

MOST_REPETITIONS = 50
"""Of a block, where repetitions are added until something is decided and no limit is given."""

KINDS = ("loader", "model", "strategy")
"""The kinds of plugin; importing `albench.api.Kind` would take longer."""


def add_spec(parser: argparse.ArgumentParser, example: str = "") -> None:
    """Add the specification; `example` is appended to its help text."""
    text = f"a .toml file, or a benchmark's name{example}"
    parser.add_argument("spec", metavar="SPEC", help=text)


def add_placement(parser: argparse.ArgumentParser) -> None:
    """Add ``--jobs``, ``--device`` and ``--per-gpu``."""
    text = "cells to run at once (default: one a core, or --per-gpu on each GPU)"
    parser.add_argument("--jobs", type=count, help=text)
    add_device(parser)
    parser.add_argument("--per-gpu", type=count, help="cells that share a GPU (default: 1)")


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add ``--device``."""
    parser.add_argument(
        "--device",
        type=_device,
        default="auto",
        metavar="auto|cpu|cuda|cuda:N",
        help="where cells compute: on all GPUs or else the CPU (auto), on the CPU, on all GPUs, "
        "or on one of them (default: auto)",
    )


def placement_of(options: argparse.Namespace) -> Placement:
    """Return how many cells run at once, and where, as was asked for.

    Parameters
    ----------
    options : argparse.Namespace
        Of a command that has the options of `add_placement`.

    Returns
    -------
    Placement
        On this machine.

    Raises
    ------
    InputError
        If there is no such device.
    """
    from albench.execute.devices import place

    return place(options.device, options.jobs, options.per_gpu)


def _device(text: str) -> str:
    from albench.execute.devices import require_device

    try:
        require_device(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


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
    """Add ``--from``."""
    text = "results to start from: cells finished there are taken over, not rerun"
    parser.add_argument("--from", dest="base", metavar="RESULTS", type=results_folder, help=text)


def add_lockstep(parser: argparse.ArgumentParser) -> None:
    """Add ``--no-lockstep``."""
    text = "run each cell in a process of its own; what comes out is the same, later"
    parser.add_argument("--no-lockstep", dest="lockstep", action="store_false", help=text)


def results_folder(text: str) -> Path:
    """Return a folder of results, if it is there."""
    if Path(text).is_file():
        raise argparse.ArgumentTypeError(f"{text!r} is a file, expected a folder of results")
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text!r}")
    return Path(text)


def add_reuse_edited(parser: argparse.ArgumentParser) -> None:
    """Add ``--reuse-edited``."""
    text = "keep the results of plugins that were edited since; the page says so"
    parser.add_argument("--reuse-edited", action="store_true", help=text)


def add_within(parser: argparse.ArgumentParser) -> None:
    """Add ``--within``."""
    text = "only what is expected to fit into a time: whole repetitions, or else blocks"
    parser.add_argument("--within", metavar="2h30m", type=_limit, help=text)


def add_until_decided(parser: argparse.ArgumentParser) -> None:
    """Add ``--until-decided`` and ``--max-repetitions``."""
    text = (
        "add repetitions to blocks in which these comparisons are undecided, by intervals that "
        "hold however often one looks"
    )
    parser.add_argument("--until-decided", metavar='"A vs B, C vs B"', type=_pairs, help=text)
    text = f"with --until-decided: the most repetitions of a block (default: {MOST_REPETITIONS})"
    parser.add_argument("--max-repetitions", metavar="N", type=count, help=text)


def add_replay(parser: argparse.ArgumentParser) -> None:
    """Add ``--replay``."""
    text = (
        "train the models named by --model on what strategies bought in these results, instead of "
        "asking strategies"
    )
    parser.add_argument("--replay", metavar="RESULTS", type=results_folder, help=text)


def opened_by(options: argparse.Namespace) -> OpenedSpecification:
    """Open a specification as the options of a command say.

    Parameters
    ----------
    options : argparse.Namespace
        Of a command that has the options of `add_slice`, `add_until_decided`, `add_replay`,
        `add_base`, `add_reuse_edited` and `add_within`.

    Returns
    -------
    OpenedSpecification
        Ready to be run.

    Raises
    ------
    InputError
        As of `session.open_spec`; or if options cannot be combined.
    """
    from albench import session
    from albench.errors import Complaint, InputError

    part, asked = slice_of(options), question_of(options)
    spec, edited, base = options.spec, options.reuse_edited, options.base
    if options.replay is not None:
        if asked is not None:
            problem = "cannot be combined with --until-decided: no repetition can be added"
            raise InputError([Complaint("--replay", problem)])
        from albench.replay import open_replay  # it computes with pandas, as the next one does

        return open_replay(spec, options.replay, part, keep_edited=edited, base=base)
    if asked is not None:
        from albench.until_decided import open_until_decided

        return open_until_decided(spec, asked, part, keep_edited=edited, base=base)
    return session.open_spec(spec, part, keep_edited=edited, base=base)


def question_of(options: argparse.Namespace) -> WantedDecision | None:
    """Return what is to be decided, as was asked for.

    Parameters
    ----------
    options : argparse.Namespace
        Of a command that has the options of `add_until_decided`.

    Returns
    -------
    WantedDecision or None
        None if nothing is.

    Raises
    ------
    InputError
        If an option has no effect, or cannot be combined with others.
    """
    from albench.errors import Complaint, InputError

    most = options.max_repetitions
    if options.until_decided is None:
        if most is not None:
            problem = "has no effect without --until-decided"
            raise InputError([Complaint(f"--max-repetitions {most}", problem)])
        return None
    from albench.until_decided import WantedDecision

    if options.within is not None:
        problem = "cannot be combined with --until-decided: both choose repetitions"
        raise InputError([Complaint(f"--within {options.within.text}", problem)])
    return WantedDecision(options.until_decided, MOST_REPETITIONS if most is None else most)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    from albench.until_decided import pairs_of

    try:
        return pairs_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _limit(text: str) -> Limit:
    match = re.fullmatch(r"(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?", text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    if not (total := 3600 * hours + 60 * minutes + seconds):
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a time, as in 2h, 30m or 1h30m")
    from albench.price_limit import Limit

    return Limit(float(total), text)


def add_slice(
    parser: argparse.ArgumentParser, *, with_shard: bool = True, with_strategy: bool = True
) -> None:
    """Add the options that choose a part of a matrix.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of the command.
    with_shard : bool
        Whether the command deals out cells.
    with_strategy : bool
        Whether strategies can be chosen.
    """
    always = " The strategy random and the reference all-labels stay unless excluded."
    group = parser.add_argument_group(
        "slices",
        "a part of the matrix, by names and globs; each option may be repeated."
        f"{always if with_strategy else ''}",
    )
    axes = [axis for axis in AXES if with_strategy or axis != "strategy"]
    for axis in axes:
        group.add_argument(f"--{axis}", action="append", default=[], metavar="NAME")
    group.add_argument("--repetitions", type=_repetitions, metavar="0-4,7")
    for axis in axes:
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
        included={axis: names for axis in AXES if (names := getattr(options, axis, []))},
        excluded={
            axis: names for axis in AXES if (names := getattr(options, f"exclude_{axis}", []))
        },
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
