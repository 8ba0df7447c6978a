"""An audit of what strategies bought, which takes the data beside the records.

Only shares and distances leave it: no subject is named, and no sample is shown but of cohorts whose
specification says so.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench import session
from albench.analysis.curves import BLOCK
from albench.analysis.measurements import Sale, measurements
from albench.analysis.purchases import Pool, measures, overlaps
from albench.cohort.absence import ABSENT
from albench.cohort.subject_costs import has_modality, known_at_start
from albench.first_pictures import shown_now, write_pictures
from albench.planning.division import division_of
from albench.records import tables
from albench.records.results_folder import latest_run_of, read_results
from albench.records.storage import storage_told
from albench.references import BASELINE
from albench.reporting.load import BOUGHT, OVERLAPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from albench.analysis.purchases import Measured
    from albench.api.modality import Modality
    from albench.cohort.join import Cohort
    from albench.planning import Cell
    from albench.records.tables import Records
    from albench.session import OpenedSpecification

    Picks = list[list[int]]
    Vectors = NDArray[np.float64]

MOST_FEATURES = 64
"""Samples of more features are projected at random: distances stay what they are to a tenth."""
MOST_CANDIDATES = 20_000
"""Of more candidates, distances and duplicates are not looked for."""
N_CLOSEST = 3
"""Strategies next to random with whose purchases those of a strategy are compared."""
AT_ONCE = 512
"""Samples that are read together."""


def audit_purchases(results: Path) -> tuple[int, int]:
    """Write what the strategies of some results bought into tables beside them.

    Parameters
    ----------
    results : Path
        A run folder, or published results with their records.

    Returns
    -------
    n_cells, n_unknown : int
        How many cells were looked at; and how many were not, since the specification does not plan
        them any more with the data that are here.

    Raises
    ------
    RecordsError
        If there are no records of picks.
    InputError
        If the data cannot be opened.
    StorageError
        If the tables cannot be written.
    """
    reading = read_results(results)
    run = latest_run_of(reading, results)
    records = tables.gather(reading)
    opened = session.open_recorded(run, results)
    cells = {cell.id: cell for cell in opened.whole.cells}
    picks, acquired = _picks(records), _acquired(records)
    planned = {cell: own for cell, own in picks.items() if cell in cells}
    write_pictures(opened, results, shown_now(opened, session.specification_file(run, results)))
    pools = _Pools(opened)
    bought = [
        (cell, *quantity)
        for cell, own in planned.items()
        for quantity in (
            *measures(own, pools.of(cells[cell])),
            *_measurements(own, acquired[cell], pools.sale_of(cells[cell])),
        )
    ]
    shared = _overlaps(records, planned, {cell: pools.n_train(cells[cell]) for cell in planned})
    measured = pd.DataFrame(bought, columns=[*BOUGHT.text, *BOUGHT.numbers])
    with storage_told(results):
        _write(measured.sort_values([*BOUGHT.key]), results, "bought")
        _write(shared, results, "overlaps")
    return len(planned), len(picks) - len(planned)


def _write(table: pd.DataFrame, results: Path, name: str) -> None:
    path = results / f"{name}.csv"
    table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def _picks(records: Records) -> dict[str, Picks]:
    """Return what each cell bought that succeeded, without the references."""
    return {
        cell.cell: [list(entry.picked) for entry in end.rounds] for cell, end in records.purchases()
    }


def _acquired(records: Records) -> dict[str, Picks]:
    """Return the modalities that each of these cells bought one by one."""
    return {
        cell.cell: [list(entry.acquired) for entry in end.rounds]
        for cell, end in records.purchases()
    }


def _measurements(picks: Picks, acquired: Picks, sale: Sale | None) -> Iterator[Measured]:
    if sale is not None:
        yield from measurements(picks, acquired, sale)


def _overlaps(
    records: Records, picks: Mapping[str, Picks], n_train: Mapping[str, int]
) -> pd.DataFrame:
    """Return the mean overlap of each strategy with random and with its closest ones."""
    groups: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for cell in records.run.cells:
        if cell.cell in picks:
            groups[*cell.system[:4], str(cell.repetition)][cell.strategy] = cell.cell
    rows = [
        (*key[:4], *overlap)
        for key, ids in groups.items()
        for overlap in overlaps(
            {name: picks[cell] for name, cell in ids.items()}, n_train[next(iter(ids.values()))]
        )
    ]
    keys = [*BLOCK, "point", "strategy", "other"]
    table = pd.DataFrame(rows, columns=[*keys, "share", "chance"])
    means = table.groupby(keys, sort=True).agg(
        share=("share", "mean"), chance=("chance", "mean"), n=("share", "size")
    )
    ranked = means.reset_index().sort_values("share", ascending=False, kind="stable")
    place = ranked.groupby([*BLOCK, "point", "strategy"]).cumcount()
    kept = ranked[(place < N_CLOSEST) | (ranked["other"] == BASELINE)]
    columns = [*OVERLAPS.text, *OVERLAPS.numbers]
    return kept.sort_values(keys)[columns].reset_index(drop=True)


class _Pools:
    """Training parts by repetition; the samples of a cohort are read once.

    Parameters
    ----------
    opened : OpenedSpecification
        The specification, with its data.
    """

    def __init__(self, opened: OpenedSpecification) -> None:
        self._opened = opened
        self._whole: dict[tuple[str, tuple[str, ...]], Pool] = {}
        self._latest: dict[str, Pool] = {}
        self._train: dict[str, NDArray[np.intp]] = {}

    def of(self, cell: Cell) -> Pool:
        """Return the pool of a cell."""
        key = cell.cohort, cell.modalities
        if key not in self._whole:
            self._whole = {key: _pool(self._opened.cohorts[key], self._opened.modalities[key[0]])}
        if cell.round_zero_id not in self._latest:
            self._latest = {
                cell.round_zero_id: replace(self._whole[key], train=self._train_of(cell))
            }
        return self._latest[cell.round_zero_id]

    def sale_of(self, cell: Cell) -> Sale | None:
        """Return what a cell could measure after its first labels; None if nothing was for sale."""
        known = cell.budget.get("known")
        if not known:
            return None
        cohort = self._opened.cohorts[cell.cohort, cell.modalities]
        train = self._train_of(cell)
        obtainable = has_modality(cohort) & ~known_at_start(cohort, known)
        owners = cohort.candidate_subjects
        is_trained_on = np.isin(np.arange(len(obtainable)), owners[train])
        return Sale(
            modalities=cohort.modalities,
            obtainable=obtainable & is_trained_on[:, None],
            subjects=owners,
            n_train=len(train),
        )

    def n_train(self, cell: Cell) -> int:
        """Return how many candidates are in the training part of a cell."""
        return len(self._train_of(cell))

    def _train_of(self, cell: Cell) -> NDArray[np.intp]:
        if cell.round_zero_id not in self._train:
            cohort = self._opened.cohorts[cell.cohort, cell.modalities]
            subjects = division_of(cell, cohort).train
            self._train[cell.round_zero_id] = np.flatnonzero(
                np.isin(cohort.candidate_subjects, subjects)
            )
        return self._train[cell.round_zero_id]


def _pool(cohort: Cohort, modalities: Mapping[str, Modality]) -> Pool:
    """Return all candidates of a cohort, whoever is tested."""
    pool = Pool(np.arange(len(cohort.candidates)), cohort.true_labels, cohort.candidate_subjects)
    if len(cohort.candidates) > MOST_CANDIDATES:
        return pool
    vectors, contents = {}, []
    for key, column in zip(cohort.modalities, cohort.candidates.T, strict=True):
        samples, where = np.unique(column, return_inverse=True)
        projected, hashes = _read(modalities[key], samples)
        vectors[key] = projected[where]
        contents.append(hashes[where])
    same = np.unique(np.stack(contents, axis=1), axis=0, return_inverse=True)[1]
    return replace(pool, contents=same.reshape(-1).astype(np.intp), vectors=vectors)


def _read(modality: Modality, samples: NDArray[np.intp]) -> tuple[Vectors, NDArray[np.int64]]:
    """Return samples as vectors of mean square 1, and a hash of each; an absent one is all 0."""
    n_features = int(np.prod(modality.shape))
    rng = np.random.default_rng(n_features)
    turn = None
    if n_features > MOST_FEATURES:
        turn = rng.standard_normal((n_features, MOST_FEATURES)) / np.sqrt(MOST_FEATURES)
    parts, hashes = [], []
    for chunk in _chunks(samples[samples != ABSENT]):
        values = np.ascontiguousarray(modality.read(chunk))
        hashes += [_hash(row) for row in values]
        flat = np.nan_to_num(values.reshape(len(chunk), -1).astype(np.float64))
        parts.append(flat if turn is None else flat @ turn)
    vectors = np.concatenate(parts) if parts else np.zeros((0, 1))
    deviation = vectors.std(axis=0) if turn is None else vectors.std()
    vectors = (vectors - vectors.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    vectors /= np.sqrt(vectors.shape[1])
    is_there = samples != ABSENT
    whole = np.zeros((len(samples), vectors.shape[1]))
    whole[is_there] = vectors
    numbers = np.full(len(samples), -1, dtype=np.int64)
    numbers[is_there] = hashes
    return whole, numbers


def _chunks(samples: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    return (samples[start : start + AT_ONCE] for start in range(0, len(samples), AT_ONCE))


def _hash(values: Iterable[object]) -> int:
    content = np.ascontiguousarray(values).tobytes()
    return int.from_bytes(hashlib.blake2b(content, digest_size=7).digest())
