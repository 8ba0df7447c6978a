"""Checks of reading: any rows, in any order, repeatable, from any thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.testing.checks import Violation, guards_against
from albench.testing.loaders.modality import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.api import Modality
    from albench.testing.specimen import Specimen

N_ROWS = 24
"""The number of rows that are read repeatedly."""

_AT_ONCE = 32


def some_rows(modality: Modality, n: int = N_ROWS) -> NDArray[np.intp]:
    """Return up to `n` rows spread over a modality, ascending, with the first and the last."""
    return np.unique(np.linspace(0, len(modality) - 1, n).astype(np.intp))


def in_blocks(modality: Modality) -> Iterator[NDArray[np.intp]]:
    """Yield the numbers of all rows, ascending, a block at a time."""
    for start in range(0, len(modality), _AT_ONCE):
        yield np.arange(start, min(start + _AT_ONCE, len(modality)))


def equal_samples(actual: NDArray[Any], expected: NDArray[Any]) -> bool:
    """Return whether two arrays are equal, with missing values in the same places."""
    is_float = np.asarray(actual).dtype.kind == "f"
    return np.array_equal(actual, expected, equal_nan=is_float)


def require_samples(samples: Any, rows: NDArray[np.intp], modality: Modality) -> None:
    """Raise `Violation` if what `read` returned for the rows has a wrong shape, type or value."""
    expected = (len(rows), *modality.shape)
    if not isinstance(samples, np.ndarray) or samples.shape != expected:
        shape = getattr(samples, "shape", type(samples).__name__)
        raise Violation(f"{len(rows)} rows are of shape {shape}, expected {expected}")
    if samples.dtype not in (np.uint8, np.float32):
        asked = "one row is" if len(rows) == 1 else "samples are"
        raise Violation(f"{asked} {samples.dtype}, allowed are uint8 and float32")
    if samples.dtype == np.uint8 and samples.ndim == 2:
        raise Violation("vectors are uint8, which albench takes for images: give float32")
    allowed = np.isfinite(samples) | (np.isnan(samples) & modality.has_gaps)
    bad = rows[~allowed.reshape(len(rows), -1).all(axis=1)]
    if len(bad):
        raise Violation(f"row {bad[0]} of subject {modality.subjects[bad[0]]} is not finite")


@guards_against("images of different sizes; float64; NaN from missing cells")
def samples_are_as_announced(specimen: Specimen) -> str:
    """All rows are finite or have gaps as announced, of the announced shape, uint8 images or
    float32 throughout.
    """
    modality = opened(specimen)
    types: dict[Any, int] = {}  # by data-type
    for rows in in_blocks(modality):
        samples: Any = modality.read(rows)  # a plugin may give anything
        require_samples(samples, rows, modality)
        types.setdefault(samples.dtype, int(rows[0]))
    if len(types) > 1:
        listed = ", ".join(f"{kind} from row {row}" for kind, row in types.items())
        raise Violation(f"samples are of several types: {listed}")
    return f"looked at all {len(modality)} rows"


@guards_against("clipped row numbers, which hide wrong ones")
def rows_beyond_the_end_are_refused(specimen: Specimen) -> None:
    """Reading past the last row is an error."""
    modality = opened(specimen)
    beyond = np.array([len(modality)])
    try:
        samples = np.asarray(modality.read(beyond))
    except Exception:  # noqa: BLE001  # which error it is, the contract leaves open
        return
    if len(samples):
        raise Violation(
            f"it has {len(modality)} rows, but reads row {beyond[0]} too: a wrong row number "
            "would go unnoticed; raise IndexError"
        )


@guards_against("files read in slices; rows sorted while reading")
def rows_come_in_any_order(specimen: Specimen) -> None:
    """Rows can be read in any order, repeatedly, or one at a time."""
    modality = opened(specimen)
    rows = some_rows(modality)
    samples = modality.read(rows)
    order = np.random.default_rng(9).permutation(len(rows))
    trials = {
        "in another order": order,
        "each twice": np.repeat(np.arange(len(rows)), 2),
        "one alone": order[:1],
        "the last and the first": np.array([len(rows) - 1, 0]),
    }
    for how, chosen in trials.items():
        if not equal_samples(modality.read(rows[chosen]), samples[chosen]):
            raise Violation(f"rows read {how} are different samples")


@guards_against("random crops; simulations that draw while reading")
def reading_is_repeatable(specimen: Specimen) -> None:
    """The same rows give the same samples each time, also after loading again."""
    modality = opened(specimen)
    rows = some_rows(modality)
    first = modality.read(rows).copy()
    if not equal_samples(modality.read(rows), first):
        raise Violation("the same rows give other samples the second time")
    if not equal_samples(specimen.build().read(rows), first):
        raise Violation("the same rows give other samples when it is loaded again")


@guards_against("a cache that is handed out and then scaled in place")
def samples_are_the_readers_own(specimen: Specimen) -> None:
    """Writing to samples that were read does not change later reads."""
    modality = opened(specimen)
    rows = some_rows(modality)
    asked = rows.copy()
    samples = modality.read(asked)
    if not equal_samples(asked, rows):
        raise Violation("reading writes into the row numbers")
    before = samples.copy()
    if samples.flags.writeable:
        samples[...] = 1
    if not equal_samples(modality.read(rows), before):
        raise Violation("writing to what was read changes later reads")


@guards_against("file handles and connections that belong to one thread")
def threads_may_read(specimen: Specimen) -> None:
    """Another thread reads the same samples."""
    modality = opened(specimen)
    rows = some_rows(modality)
    expected = modality.read(rows)
    with ThreadPoolExecutor(max_workers=2) as readers:
        for samples in readers.map(modality.read, [rows, rows[::-1], rows]):
            if samples.shape != expected.shape:
                raise Violation("another thread reads samples of another shape")
        if not equal_samples(readers.submit(modality.read, rows).result(), expected):
            raise Violation("another thread reads other samples")
