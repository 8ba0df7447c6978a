"""What differs between two results of one benchmark: versions, cells, picks, scores and ranks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from albench.analysis.comparison import across_blocks
from albench.analysis.curves import BLOCK, joined
from albench.analysis.efficiency import cell_efficiency
from albench.errors import Complaint, RecordsError
from albench.metrics.catalogue import METRICS
from albench.reporting.load import load

if TYPE_CHECKING:
    from pathlib import Path

    from albench.records.run_record import Provenance
    from albench.reporting.load import ReportTables

KEY = [*BLOCK, "strategy", "repetition"]
TOLERANCE = 1e-4
"""Scores that differ by less differ in their last digits only, and are counted separately."""


@dataclass(frozen=True)
class ScoreChange:
    """How a metric of the last round changed, over the cells that both results have.

    Parameters
    ----------
    metric : str
        Its name.
    mean, largest : float
        The mean of B less A, and the largest absolute difference.
    """

    metric: str
    mean: float
    largest: float


@dataclass(frozen=True)
class Move:
    """How a strategy stands in both results, among the cells that both have.

    Parameters
    ----------
    strategy : str
        Its name.
    rank_a, rank_b : int
        Its place by the mean difference to random, 1 is the best.
    gain_a, gain_b : float
        That difference, in the area under the curve of the primary metric.
    """

    strategy: str
    rank_a: int
    rank_b: int
    gain_a: float
    gain_b: float


@dataclass(frozen=True)
class Difference:
    """What differs between two results, A and B.

    Parameters
    ----------
    versions : tuple of (str, str, str)
        Name of a package (or Python, system, processor), in A and in B, where they differ.
    only_a, only_b : tuple of str
        Cells that only one of them planned.
    statuses : tuple of (str, str, str)
        Cells with another status in B: name, status in A, in B.
    n_equal : int
        Cells that succeeded in both with the same picks and the same scores.
    n_close : int
        With the same picks, and scores that differ by `TOLERANCE` at most.
    different : tuple of str
        Cells with other picks, or with scores that differ by more.
    scores : tuple of ScoreChange
        Of the cells that succeeded in both.
    gone, new : tuple of str
        Strategies that only A has, and only B.
    metric : str
        What strategies are ranked by.
    moves : tuple of Move
        Strategies whose rank or mean difference to random changed, the best in B first.
    """

    versions: tuple[tuple[str, str, str], ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    statuses: tuple[tuple[str, str, str], ...]
    n_equal: int
    n_close: int
    different: tuple[str, ...]
    scores: tuple[ScoreChange, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    metric: str
    moves: tuple[Move, ...]

    @property
    def is_none(self) -> bool:
        """Whether both have the same cells with the same results; versions do not matter."""
        return not (self.only_a or self.only_b or self.statuses or self.n_close or self.different)

    def as_json(self) -> dict[str, Any]:
        """Return the difference as plain data."""
        return asdict(self) | {"equal": self.is_none}


def diff(first: Path, second: Path) -> Difference:
    """Compare two results of one benchmark.

    Parameters
    ----------
    first : Path
        A: a run folder with a report, or published results.
    second : Path
        B.

    Returns
    -------
    Difference
        Cells are matched by block, strategy and repetition; times are not compared.

    Raises
    ------
    RecordsError
        If one of them has no tables, or they are damaged; or if no cell is in both.
    """
    a, b = load(first), load(second)
    cells = a.cells.merge(b.cells, on=KEY, how="outer", suffixes=("_a", "_b"), indicator="side")
    both = cells[cells["side"] == "both"]
    if both.empty:
        problem = f"has no cell in common with {second}: are they of one benchmark?"
        raise RecordsError([Complaint(str(first), problem)])
    changed = both[both["status_a"] != both["status_b"]]
    good = both[(both["status_a"] == "ok") & (both["status_b"] == "ok")]
    gaps, scores = _gaps(good, a, b)
    is_same = (good["picks_hash_a"] == good["picks_hash_b"]).to_numpy()
    is_different = ~is_same | (gaps > TOLERANCE)
    return Difference(
        versions=_versions(a.manifest.provenance, b.manifest.provenance),
        only_a=_names(cells[cells["side"] == "left_only"]),
        only_b=_names(cells[cells["side"] == "right_only"]),
        statuses=tuple(zip(_names(changed), changed["status_a"], changed["status_b"], strict=True)),
        n_equal=int((is_same & (gaps == 0)).sum()),
        n_close=int((~is_different & (gaps > 0)).sum()),
        different=_names(good[is_different]),
        scores=scores,
        gone=_missing(a, b),
        new=_missing(b, a),
        metric=b.manifest.judging.primary_metric,
        moves=_moves(good, a, b),
    )


def _missing(a: ReportTables, b: ReportTables) -> tuple[str, ...]:
    """Return the strategies of A that B lacks."""
    return tuple(sorted(set(a.cells["strategy"]) - set(b.cells["strategy"])))


def _moves(good: pd.DataFrame, a: ReportTables, b: ReportTables) -> tuple[Move, ...]:
    """Return who moved, by the cells that succeeded in both."""
    metric = b.manifest.judging.primary_metric
    before, after = _gains(a, good["cell_a"], metric), _gains(b, good["cell_b"], metric)
    both = before.to_frame("gain_a").join(after.rename("gain_b"), how="inner").dropna()
    ranks = both.rank(ascending=False, method="min").astype(int)
    changed = both[both["gain_a"] != both["gain_b"]].sort_values("gain_b", ascending=False)
    return tuple(
        Move(str(name), int(ranks.loc[name, "gain_a"]), int(ranks.loc[name, "gain_b"]), *gain)
        for name, gain in zip(changed.index, changed.to_numpy(dtype=float).tolist(), strict=True)
    )


def _gains(records: ReportTables, cells: pd.Series[str], metric: str) -> pd.Series[float]:
    """Return each strategy's mean difference to random, in some cells."""
    if metric not in records.scores:
        return pd.Series(dtype=float)
    rounds = joined(records.cells[records.cells["cell"].isin(cells)], records.scores)
    overall = across_blocks(cell_efficiency(rounds, metric))
    return overall.set_index("strategy")["difference"].astype(float)


def _gaps(
    good: pd.DataFrame, a: ReportTables, b: ReportTables
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], tuple[ScoreChange, ...]]:
    """Return each cell's largest difference of a score at any round, and the metrics' changes."""
    metrics = [m.name for m in METRICS if m.name in a.scores and m.name in b.scores]
    pairs = good[["cell_a", "cell_b"]].reset_index(drop=True)
    pairs["pair"] = pairs.index
    left = pairs.merge(a.scores.rename(columns={"cell": "cell_a"}), on="cell_a")
    right = pairs.merge(b.scores.rename(columns={"cell": "cell_b"}), on="cell_b")
    rounds = left.merge(right, on=["pair", "round"], how="outer", suffixes=("_a", "_b"))
    before = rounds[[f"{name}_a" for name in metrics]].to_numpy(dtype=float)
    after = rounds[[f"{name}_b" for name in metrics]].to_numpy(dtype=float)
    change = after - before
    change[np.isnan(before) & np.isnan(after)] = 0.0
    size = np.nan_to_num(np.abs(change), nan=np.inf)  # a score or a round that only one has
    largest = pd.Series(size.max(axis=1, initial=0.0)).groupby(rounds["pair"]).max()
    gaps = largest.reindex(pairs["pair"], fill_value=0.0).to_numpy(dtype=float)
    last = rounds.groupby("pair")["round"].transform("max") == rounds["round"]
    ends = change[last.to_numpy()]
    scores = tuple(
        ScoreChange(name, float(np.nanmean(column)), float(np.nanmax(np.abs(column))))
        for name, column in zip(metrics, ends.T, strict=True)
        if not np.isnan(column).all()
    )
    return gaps, scores


def _versions(a: Provenance, b: Provenance) -> tuple[tuple[str, str, str], ...]:
    parts = ("albench", "python", "os", "cpu")
    left = {name: getattr(a, name) for name in parts} | a.packages
    right = {name: getattr(b, name) for name in parts} | b.packages
    return tuple(
        (name, left.get(name, "none"), right.get(name, "none"))
        for name in dict.fromkeys([*left, *right])
        if left.get(name) != right.get(name)
    )


def _names(cells: pd.DataFrame) -> tuple[str, ...]:
    return tuple(
        f"{' · '.join(str(row[key]) for key in KEY[:-1])} · repetition {row['repetition']}"
        for row in cells.to_dict("records")
    )
