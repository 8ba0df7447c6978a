"""Pictures of what strategies bought first, of cohorts whose specification lets them be shown.

They are made where the data are, and kept as a small table beside the records, from which a report
is drawn anywhere.
"""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from albench import spec
from albench.analysis.curves import SYSTEM
from albench.cohort.absence import ABSENT
from albench.records import tables
from albench.records.results_folder import read_results
from albench.records.storage import storage_told
from albench.reporting.load import PICTURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from albench.cohort.join import Cohort
    from albench.records.run_record import PlannedCell
    from albench.records.schema import Finished
    from albench.records.tables import Records
    from albench.session import OpenedSpecification
    from albench.spec.schema import CohortSpec

FILE = "pictures.csv"
MOST_PICTURES = 120
"""Of a cohort: about 80 kB of text."""
MOST_PICKS = 6
"""Of a strategy."""
SIDE = 56
"""Pixels of the longer side of a picture."""
QUALITY = 60
CHANNELS = (1, 3)
"""Grey and coloured pictures; samples of other shapes are none."""


class _Bought(NamedTuple):
    """A candidate, and the round in which it was bought."""

    candidate: int
    round: int


def shown_now(opened: OpenedSpecification, file: Path | None) -> list[str]:
    """Return the cohorts whose pictures may be shown by the specification as it is now.

    Parameters
    ----------
    opened : OpenedSpecification
        The specification that results keep, with its data.
    file : Path or None
        Where it is now; None goes by what the results keep.

    Returns
    -------
    list of str
        Their names. A cohort that is defined otherwise now is another one, and not shown.

    Raises
    ------
    SpecError
        If the file cannot be read any more.
    """
    kept = opened.resolved.specification.benchmark.cohorts
    if file is None:
        return _shown(kept)
    now = spec.read(file).benchmark.cohorts
    return [
        name
        for name in _shown(now)
        if name in kept
        and kept[name].model_dump() | {"show_pictures": True} == now[name].model_dump()
    ]


def _shown(cohorts: Mapping[str, CohortSpec]) -> list[str]:
    return [name for name, cohort in cohorts.items() if cohort.show_pictures]


def write_pictures(
    opened: OpenedSpecification, results: Path, shown: Sequence[str] | None = None
) -> int:
    """Write the first picks of each strategy as pictures, where that is permitted.

    For a cohort they are those of one block, with the most modalities that are pictures, in its
    first repetition. Where whole subjects are bought there is one candidate of each.

    Parameters
    ----------
    opened : OpenedSpecification
        The specification, with its data.
    results : Path
        A run folder, or published results with their records. An earlier file there is replaced,
        or taken away if no cohort may be shown any more.
    shown : sequence of str or None
        The cohorts that may be shown; None goes by the specification.

    Returns
    -------
    int
        How many pictures there are.

    Raises
    ------
    DataError
        If a sample cannot be read.
    StorageError
        If the file cannot be written.
    """
    if shown is None:
        shown = _shown(opened.resolved.specification.benchmark.cohorts)
    rows: list[tuple[object, ...]] = []
    if shown:
        records = tables.gather(read_results(results))
        rows = [row for name in shown for row in _of_cohort(name, records, opened)]
    with storage_told(results):
        if not rows:
            (results / FILE).unlink(missing_ok=True)
            return 0
        table = pd.DataFrame(rows, columns=[*PICTURES.text, *PICTURES.numbers])
        table.to_csv(results / FILE, index=False, lineterminator="\n")
    return len(rows)


def _of_cohort(
    name: str, records: Records, opened: OpenedSpecification
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a cohort's table."""
    planned = {cell.id for cell in opened.whole.cells}  # others are of other data than are here
    ends = [
        (cell, end)
        for cell, end in records.purchases()
        if cell.cohort == name and cell.cell in planned
    ]
    chosen = _block(ends, opened)
    if not chosen:
        return
    first = chosen[0][0]
    cohort = opened.cohorts[name, tuple(first.modalities.split("+"))]
    of_subjects = opened.resolved.specification.benchmark.budgets[first.budget].of == "subjects"
    keys = _pictured(first, opened)
    n_picks = max(1, min(MOST_PICKS, MOST_PICTURES // (len(chosen) * len(keys))))
    for cell, end in chosen:
        picks = _first_picks(end, cohort, n_picks, of_subjects=of_subjects)
        for key in keys:
            yield from _pictures(cell, key, picks, cohort, opened)


def _block(
    ends: Sequence[tuple[PlannedCell, Finished]], opened: OpenedSpecification
) -> list[tuple[PlannedCell, Finished]]:
    """Return a repetition of the block that shows most, one cell a strategy."""
    blocks: dict[tuple[str, ...], list[tuple[PlannedCell, Finished]]] = {}
    for cell, end in ends:
        if _pictured(cell, opened):
            blocks.setdefault(cell.system[:4], []).append((cell, end))
    if not blocks:
        return []
    best = max(blocks, key=lambda block: len(_pictured(blocks[block][0][0], opened)))
    repetition = min(cell.repetition for cell, _ in blocks[best])
    own = {
        cell.strategy: (cell, end) for cell, end in blocks[best] if cell.repetition == repetition
    }
    return [own[strategy] for strategy in sorted(own)]


def _pictured(cell: PlannedCell, opened: OpenedSpecification) -> list[str]:
    """Return the modalities of a cell whose samples are pictures."""
    shapes = {key: one.shape for key, one in opened.modalities[cell.cohort].items()}
    return [
        key
        for key in cell.modalities.split("+")
        if len(shapes[key]) == 3 and shapes[key][0] in CHANNELS
    ]


def _first_picks(end: Finished, cohort: Cohort, n: int, *, of_subjects: bool) -> list[_Bought]:
    """Return the first candidates that were bought; with `of_subjects`, one of each subject."""
    bought = [
        _Bought(candidate, entry.round)
        for entry in end.rounds
        if entry.round > 0
        for candidate in entry.picked
    ]
    if of_subjects:
        first: dict[int, _Bought] = {}
        for one in bought:
            first.setdefault(int(cohort.candidate_subjects[one.candidate]), one)
        bought = list(first.values())
    return bought[:n]


def _pictures(
    cell: PlannedCell,
    key: str,
    picks: Sequence[_Bought],
    cohort: Cohort,
    opened: OpenedSpecification,
) -> Iterator[tuple[object, ...]]:
    """Yield a row for each pick that has the modality."""
    column = cohort.candidates[[one.candidate for one in picks], cohort.modalities.index(key)]
    there = np.flatnonzero(column != ABSENT)
    samples = opened.modalities[cell.cohort][key].read(column[there])
    for place, sample in zip(there.tolist(), samples, strict=True):
        candidate, number = picks[place]
        subject = cohort.subjects[cohort.candidate_subjects[candidate]]
        label = cohort.classes[cohort.true_labels[candidate]]
        picture = base64.b64encode(as_webp(sample)).decode()
        texts = (*(getattr(cell, name) for name in SYSTEM), key, subject, label, picture)
        yield (*texts, cell.repetition, place, number, int(column[place]))


def as_webp(sample: NDArray[np.uint8] | NDArray[np.float32]) -> bytes:
    """Return a sample as a small WebP.

    Parameters
    ----------
    sample : ndarray of uint8 or float32, shape (1 or 3, height, width)
        Numbers with a point are stretched between the smallest and the largest.

    Returns
    -------
    bytes
        A file, at most `SIDE` pixels wide and high.
    """
    values = sample
    if values.dtype != np.uint8:
        finite = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
        reach = float(np.ptp(finite)) or 1.0
        values = np.round(255 * (finite - finite.min()) / reach).astype(np.uint8)
    grey = values[0] if len(values) == 1 else np.moveaxis(values, 0, -1)
    image = Image.fromarray(grey).convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    target = io.BytesIO()
    image.save(target, "WEBP", quality=QUALITY, method=6)
    return target.getvalue()
