"""Check bundles from others, and rerun a share of their cells if asked."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from albench.commands import FAILED, OK
from albench.commands.arguments import add_placement, placement_of
from albench.commands.audit import add_share
from albench.commands.numeric_options import seed
from albench.output import say
from albench.plural import plural

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "check bundles: files, identities, digests, and recomputed scores"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("bundles", metavar="BUNDLE", type=Path, nargs="+", help="files")
    add_share(parser, "--audit", "the share of the cells to rerun (default: none)")
    parser.add_argument(
        "--spec", metavar="SPEC", help="the specification (default: the benchmark of that name)"
    )
    parser.add_argument("--seed", type=seed, help="the seed for choosing cells (default: random)")
    add_placement(parser)


def run(options: Namespace) -> int:
    """Return 0 if every bundle is valid, and every rerun cell agrees."""
    from albench.bundle.checking import check_bundle

    status = OK
    for bundle in options.bundles:
        checked = check_bundle(bundle)
        cells = plural(len(checked.records.finished), "cell")
        say(f"{bundle}: holds; {cells}, {plural(checked.n_scores, 'score')} computed again")
        for name in checked.edited:
            say(f"{bundle}: some cells were made by another source of {name} than the run says")
        if options.audit is not None and not _agrees(bundle, checked.records.run.name, options):
            status = FAILED
    return status


def _agrees(bundle: Path, benchmark: str, options: Namespace) -> bool:
    import numpy as np

    from albench import session
    from albench.audit import audit
    from albench.bundle.unpacking import unpack_bundle
    from albench.console import Watcher
    from albench.execute import scratch

    placement = placement_of(options)
    opened = session.open_spec(options.spec or benchmark)
    rng = np.random.default_rng(options.seed)
    with (
        tempfile.TemporaryDirectory(dir=scratch.folder()) as folder,
        Watcher(placement.jobs, say) as watcher,
    ):
        unpack_bundle(bundle, Path(folder))
        audited = audit(opened, Path(folder), options.audit, rng, placement, watcher.watch)
    n_same = len(audited.equal) + len(audited.close)
    say(f"{bundle}: {plural(n_same, 'cell')} run again with the same result")
    for cell, problem in audited.different:
        say(f"{bundle}: different: cell {cell}: {problem}")
    return not audited.different
