"""albench from Python: plan, run, load, compare and report, as the commands of these names do.

``albench.plan`` and the others are these functions; `albench` imports this module when one of them
is first asked for.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pandas as pd
import tomli_w

from albench import publish, session, spec
from albench.analysis.comparison import by_block, over_blocks
from albench.analysis.curves import joined
from albench.analysis.efficiency import cell_efficiency
from albench.analysis.equivalence import margins
from albench.analysis.score_cube import cube
from albench.api.nearest import did_you_mean
from albench.errors import Complaint, InputError
from albench.execute.devices import AUTO, place
from albench.planning.chosen_cells import place_of
from albench.publish.read import read
from albench.publish.scored import scored_results
from albench.python_terms import folder_of, in_python_terms, path_of, positive, slice_of
from albench.records import tables
from albench.records.results_folder import has_records
from albench.records.tables import COST, MEASURED
from albench.reporting.formats import estimate
from albench.reporting.load import load as load_tables
from albench.spec.slices import Place

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from albench.records.manifest import Manifest

    Spec = str | Path | Mapping[str, Any]

PLANNED = ["cell", "cohort", "modalities", "model", "budget", "strategy", "repetition"]
ROUNDS = [
    *("cell", "round", "n_labelled", "n_labelled_subjects"),
    *("query_seconds", "train_seconds", "evaluate_seconds"),
]


@dataclass(frozen=True, eq=False)
class Planned:
    """What a specification comes to.

    Parameters
    ----------
    cells : DataFrame
        One row per cell, with the columns `PLANNED`; the reference has the strategy ``all-labels``.
    skipped : DataFrame
        One row for each part of the matrix that cannot be run: ``what`` and ``reason``.
    """

    cells: pd.DataFrame
    skipped: pd.DataFrame


@dataclass(frozen=True, eq=False, kw_only=True)
class Results:
    """The records of a run folder or of published results.

    Parameters
    ----------
    folder : Path
        Where they are.
    cells : DataFrame
        One row a planned cell: what it is, its status, seconds and peak memory (MiB).
    rounds : DataFrame
        One row per cell and round, with the columns `ROUNDS`; wall time is in seconds. `cost` is
        there where a cohort has prices.
    scores : DataFrame
        `rounds` with one column per metric.
    manifest : Manifest
        The specification, data, plugins and environment.
    """

    folder: Path
    cells: pd.DataFrame
    rounds: pd.DataFrame
    scores: pd.DataFrame
    manifest: Manifest

    @cached_property
    def selections(self) -> pd.DataFrame | None:
        """One row per candidate bought; read from the records when first asked for.

        ``cell``, ``round`` and ``candidate``, the candidate's number in its cohort. None where
        results were published without their records.
        """
        return tables.selections_table(read(self.folder)) if has_records(self.folder) else None

    @cached_property
    def acquired(self) -> pd.DataFrame | None:
        """One row per modality of a subject that was bought by itself; read when first asked for.

        ``cell``, ``round``, ``subject``, the number in its cohort, and ``modality``. Empty unless a
        budget says what is known. None as for `selections`.
        """
        return tables.acquired_table(read(self.folder)) if has_records(self.folder) else None

    @cached_property
    def predictions(self) -> pd.DataFrame | None:
        """One row a test unit of every round; read from the records when first asked for.

        ``cell``, ``round``, ``unit``, ``label`` and ``proba``, the list of class probabilities.
        Published results keep those of as many repetitions as fit a limit. None as for
        `selections`.
        """
        if not has_records(self.folder):
            return None
        return tables.predictions_table(tables.predictions(read(self.folder)))


@dataclass(frozen=True, eq=False)
class Comparison:
    """One strategy against another, paired by repetition, in the area under the learning curve.

    Parameters
    ----------
    ours, theirs : str
        The strategies; differences are of the first less the second.
    metric : str
        The score whose curve it is.
    difference, low, high : float
        The mean over all blocks that both have, and its 95 % interval.
    verdict : str
        ``better``, ``worse``, ``equal``, ``undecided``, or ``too few repetitions``.
    blocks : DataFrame
        One row per block, with the same columns and corrected p-values; the blocks are one family.
    """

    ours: str
    theirs: str
    metric: str
    difference: float
    low: float
    high: float
    verdict: str
    blocks: pd.DataFrame

    def __str__(self) -> str:
        difference = estimate(self.difference, self.low, self.high, 4)
        return f"{self.ours} against {self.theirs}, {self.metric}: {difference}, {self.verdict}"


def plan(specification: Spec, **chosen: Iterable[Any] | str | int) -> Planned:
    """Return the cells of a specification; nothing is run or written.

    Parameters
    ----------
    specification : str, Path or mapping
        A file, the name of a benchmark, or what a file would hold.
    **chosen : str, int, or iterable of them
        A part of the matrix: names or globs of ``cohort``, ``modalities``, ``model``, ``strategy``
        and ``budget``, and numbers of ``repetitions``, which can also be a text: ``0-4,7``.

    Returns
    -------
    Planned
        Cells and skips.

    Raises
    ------
    InputError
        With all complaints about the specification, plugins and data, or about `chosen`.
    """
    part = slice_of(chosen)
    with in_python_terms():
        opened = session.open_specification(_specification(specification), part)
    rows = [(cell.id, *place_of(cell)) for cell in opened.plan.cells]
    skipped = [[skip.what, skip.reason] for skip in opened.plan.skipped]
    cells = pd.DataFrame(rows, columns=["cell", *Place._fields])
    return Planned(cells[PLANNED], pd.DataFrame(skipped, columns=["what", "reason"]))


def run(  # noqa: PLR0913  # as many as the command has
    specification: Spec,
    output: str | Path | None = None,
    *,
    jobs: int | None = None,
    device: str = AUTO,
    per_gpu: int | None = None,
    base: str | Path | None = None,
    lockstep: bool = True,
    **chosen: Iterable[Any] | str | int,
) -> Results:
    """Run the cells of a specification that are not done yet, write the report, and return all.

    Parameters
    ----------
    specification : str, Path or mapping
        As of `plan`.
    output : str, Path or None
        The run folder; ``runs/NAME`` by default.
    jobs : int or None
        How many cells run at once; by default one a core, or `per_gpu` on each GPU.
    device : str
        ``auto`` (all GPUs, else the CPU), ``cpu``, ``cuda`` (all GPUs) or ``cuda:N``.
    per_gpu : int or None
        How many cells share a GPU; one by default.
    base : str, Path or None
        Results that the run starts from.
    lockstep : bool
        Whether cells may share a process, in which they learn in lockstep, to the same results.
    **chosen : str, int, or iterable of them
        As of `plan`.

    Returns
    -------
    Results
        Cells that failed are among them, with their status and reason.

    Raises
    ------
    InputError
        As of `plan`, or if the run folder cannot be used, or if there is no such device. Nothing
        has been written then.
    AlbenchError
        If the disk is full; finished cells are kept.
    """
    part, start = slice_of(chosen), None if base is None else folder_of("base", base)
    positive("jobs", jobs)
    positive("per_gpu", per_gpu)
    given = None if output is None else path_of("output", output)
    with in_python_terms():
        placement = place(device, jobs, per_gpu)
        opened = session.open_specification(_specification(specification), part, base=start)
        results = given or opened.run_folder
        with script_hidden():
            session.run(
                opened,
                results,
                placement.jobs,
                ["albench.run"],
                lambda *_: None,
                lambda _: None,
                devices=placement.devices,
                lockstep=lockstep,
            )
    publish.redraw(results)
    return load(results)


def load(results: str | Path) -> Results:
    """Return what a run folder or published results hold.

    Parameters
    ----------
    results : str or Path
        ``runs/NAME`` or ``results/NAME``.

    Returns
    -------
    Results
        Data frames, the same of both.

    Raises
    ------
    RecordsError
        If there are none, or they are damaged.
    """
    folder = path_of("results", results)
    if has_records(folder):
        scored = scored_results(folder)
        return Results(
            folder=folder,
            cells=scored.cells,
            rounds=scored.rounds,
            scores=scored.scores,
            manifest=scored.manifest,
        )
    text = load_tables(folder)
    return Results(
        folder=folder,
        cells=text.cells,
        rounds=text.scores[[name for name in (*ROUNDS, COST) if name in text.scores]],
        scores=text.scores,
        manifest=text.manifest,
    )


def compare(
    results: Results | str | Path, ours: str, theirs: str = "random", metric: str | None = None
) -> Comparison:
    """Return how one strategy did against another.

    Parameters
    ----------
    results : Results, str or Path
        What `load` or `run` gave, or a folder.
    ours : str
        A strategy, as it is called there.
    theirs : str
        Another, whose score is subtracted.
    metric : str or None
        A column of ``scores``; the primary metric of the specification by default.

    Returns
    -------
    Comparison
        Its text is a sentence.

    Raises
    ------
    InputError
        If a strategy or a metric is not there, or no block has both.
    """
    return compare_pairs(results, [(ours, theirs)], metric)[0]


def compare_pairs(
    results: Results | str | Path, pairs: Sequence[tuple[str, str]], metric: str | None = None
) -> tuple[Comparison, ...]:
    """Return how some strategies did against others, as one family.

    Parameters
    ----------
    results : Results, str or Path
        As of `compare`.
    pairs : sequence of (str, str)
        A strategy, and another whose score is subtracted; each pair once.
    metric : str or None
        As of `compare`.

    Returns
    -------
    tuple of Comparison
        In the order of the pairs. Verdicts are corrected for all of them, and intervals hold for
        all of them at once; where too few repetitions allow no verdict, each interval is of its
        comparison alone.

    Raises
    ------
    InputError
        As of `compare`.
    """
    loaded = results if isinstance(results, Results) else load(results)
    judging = loaded.manifest.judging
    metric = metric or judging.headline
    _require("strategy", dict.fromkeys(map(str, sum(pairs, ()))), loaded.cells["strategy"].unique())
    sizes = (*ROUNDS, COST)
    names = [str(name) for name in loaded.scores if name not in sizes]
    _require("metric", [str(metric)], [name for name in names if not name.startswith(MEASURED)])
    efficiency = cell_efficiency(joined(loaded.cells, loaded.scores), metric)
    scores = cube(efficiency, "area")
    within = margins(loaded.manifest.cohorts, judging.equal_within)
    means = over_blocks(scores, pairs, margins=within)
    by_pair = {(row["strategy"], row["other"]): row for row in means.to_dict("records")}
    if lacking := [pair for pair in pairs if pair not in by_pair]:
        raise InputError(
            [
                Complaint(str(loaded.folder), f"no block has both {ours} and {theirs}")
                for ours, theirs in lacking
            ]
        )
    blocks = by_block(scores, pairs, margins=within)
    return tuple(_comparison(by_pair[ours, theirs], metric, blocks) for (ours, theirs) in pairs)


def _comparison(row: Mapping[Hashable, Any], metric: str, blocks: pd.DataFrame) -> Comparison:
    ends = ("low", "high") if pd.isna(row["all_low"]) else ("all_low", "all_high")
    own = (blocks["strategy"] == row["strategy"]) & (blocks["other"] == row["other"])
    return Comparison(
        ours=str(row["strategy"]),
        theirs=str(row["other"]),
        metric=metric,
        difference=float(row["difference"]),
        low=float(row[ends[0]]),
        high=float(row[ends[1]]),
        verdict=str(row["verdict"]),
        blocks=blocks[own].reset_index(drop=True),
    )


def report(results: Results | str | Path) -> Path:
    """Write tables, figures and page, and return the page.

    Parameters
    ----------
    results : Results, str or Path
        What `load` or `run` gave, or a folder.

    Returns
    -------
    Path
        The page, ``report/index.html`` in the folder.

    Raises
    ------
    RecordsError
        As of `load`.
    """
    folder = results.folder if isinstance(results, Results) else path_of("results", results)
    return publish.redraw(folder)


@contextmanager
def script_hidden() -> Iterator[None]:
    """Let children not import the caller's script, which may have no guard and would run again.

    Nothing that a child is given is defined there.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _specification(given: Spec) -> spec.Specification:
    if isinstance(given, str | Path):
        return session.read_spec(str(given))
    try:
        text = tomli_w.dumps(given)
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(
            [Complaint("the specification", f"cannot be written as TOML: {error}")]
        ) from error
    return session.parse_spec(text, "the specification", Path.cwd())


def _require(kind: str, wanted: Iterable[str], there: Iterable[Any]) -> None:
    names = sorted(map(str, there))
    complaints = [
        Complaint(name, f"no such {kind} in these results{did_you_mean(name, names) or ''}")
        for name in wanted
        if name not in names
    ]
    if complaints:
        raise InputError(complaints)
