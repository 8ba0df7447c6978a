"""The announcements of the loaders ``trap`` and ``trap-pair``."""

from albench.api import Descriptor, Kind, Option

VERSION = 1
"""Raised whenever a row, a label or a mark changes."""

_SEED = Option(name="seed", type=int, default=0, minimum=0, help="of all rows")

_ROWS = Option(
    name="rows",
    type=int,
    default=480,
    minimum=100,
    maximum=100_000,
    help="how many rows, shared out over subjects and kinds of rows",
)

DESCRIPTORS: tuple[Descriptor, ...] = (
    Descriptor(
        name="trap",
        kind=Kind.LOADER,
        target="albench.loaders.traps.loader:load",
        summary="simulated vectors in which some rows are a trap for query strategies",
        version=VERSION,
        tags=frozenset({"simulated"}),
        options=(
            Option(
                name="kind",
                type=str,
                default="duplicates",
                choices=("duplicates", "frames", "imbalance", "outliers", "xor"),
                help="copies at the boundary, frames of few subjects, a rare class, uncertain "
                "junk far away, or a corner with an unexpected label",
            ),
            _ROWS,
            _SEED,
        ),
        citation="ours: cohorts on which the best behaviour is known",
    ),
    Descriptor(
        name="trap-pair",
        kind=Kind.LOADER,
        target="albench.loaders.traps.loader:load_pair",
        summary="simulated vectors of two modalities, one of which is a trap",
        version=VERSION,
        tags=frozenset({"simulated"}),
        options=(
            Option(
                name="kind",
                type=str,
                default="dead",
                choices=("dead", "leaking", "noisy"),
                help="what the other modality is: constant, giving labels away on some rows, or "
                "loud noise on some rows",
            ),
            Option(
                name="view",
                type=str,
                default="good",
                choices=("good", "other"),
                help="the modality that separates the classes everywhere, or the other one",
            ),
            _ROWS,
            _SEED,
        ),
        citation="ours: cohorts on which the best behaviour is known",
    ),
)
