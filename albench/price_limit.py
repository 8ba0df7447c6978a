"""What a plan is expected to take, and the part of it that fits into a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from albench.errors import Complaint, InputError
from albench.execute.footprint import footprints
from albench.execute.pace import pace_here
from albench.execute.price import price, published, published_price
from albench.gpus import installed_gpus
from albench.planning.division import n_test_subjects
from albench.plural import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from albench.execute.footprint import Footprints
    from albench.execute.price import Price
    from albench.execute.reuse import Reuse
    from albench.planning import Cell
    from albench.records.run_record import Pace
    from albench.session import OpenedSpecification


@dataclass(frozen=True)
class Limit:
    """A time that a run may take.

    Parameters
    ----------
    seconds : float
        Wall time.
    text : str
        As it was written: ``2h``.
    """

    seconds: float
    text: str


def expected_price(opened: OpenedSpecification, there: Reuse) -> Price:
    """Return what the cells of a plan are expected to take.

    Parameters
    ----------
    opened : OpenedSpecification
        The specification.
    there : Reuse
        What is done.

    Returns
    -------
    Price
        By what is done, and by the published results of the benchmark of that name, if there are
        any here or beside the specification; where no cell ran on both machines, their paces are
        compared, which are those of processors.
    """
    here = {cell: end.seconds for cell, end in there.done.items()}
    elsewhere = published_price(*_published(opened))
    return price(opened.plan.cells, here, elsewhere, _pace_of_processor)


def _pace_of_processor() -> Pace | None:
    """Return how fast this machine is, unless cells would run on its GPU."""
    return None if installed_gpus() else pace_here()


def expected_footprints(opened: OpenedSpecification, there: Reuse) -> Footprints:
    """Return what the cells of a plan are expected to take of disk and memory.

    Parameters
    ----------
    opened : OpenedSpecification
        The specification.
    there : Reuse
        What is done.

    Returns
    -------
    Footprints
        By what is done and what is published, as of `expected_price`.
    """
    benchmark = opened.resolved.specification.benchmark
    probabilities: dict[str, int] = {}
    for (name, _), cohort in opened.cohorts.items():
        spec = benchmark.cohorts[name]
        n_units = n_test_subjects(cohort, spec.test, benchmark.seed)
        if spec.evaluate == "candidate":
            n_units = ceil(n_units * len(cohort.candidates) / len(cohort.subjects))
        n = n_units * len(cohort.classes)
        probabilities[name] = max(n, probabilities.get(name, 0))
    published_mb = published("peak_mb", *_published(opened))
    return footprints(opened.plan.cells, there.done, published_mb, probabilities)


def _published(opened: OpenedSpecification) -> list[Path]:
    """Return where results of a benchmark may have been published."""
    specification = opened.resolved.specification
    name = specification.benchmark.name
    own = [] if opened.base is None else [opened.base]
    return [*own, Path("results") / name, specification.folder.parent / "results" / name]


def within(
    opened: OpenedSpecification, results: Path, jobs: int, limit: Limit
) -> tuple[OpenedSpecification, str]:
    """Return the part of a plan that fits into a time.

    Parameters
    ----------
    opened : OpenedSpecification
        The specification.
    results : Path
        The run folder; what is done there takes no time.
    jobs : int
        How many cells run at once.
    limit : Limit
        The time.

    Returns
    -------
    opened : OpenedSpecification
        With as many whole repetitions as fit; if not even the first does, with the cheapest of its
        blocks.
    proposal : str
        A sentence: what is left, and how sure the estimate is.

    Raises
    ------
    InputError
        If not even one block of one repetition fits.
    """
    there = opened.reuse(results)
    expected = expected_price(opened, there)
    left = {cell.id for cell in there.left(opened.plan.cells)}

    def seconds(cells: Iterable[Cell]) -> float:
        return expected.of((cell for cell in cells if cell.id in left), jobs)

    repetitions: dict[int, list[Cell]] = defaultdict(list)
    for cell in opened.plan.cells:
        repetitions[cell.repetition].append(cell)
    kept, n_kept = _first_that_fit(list(repetitions.values()), seconds, limit.seconds)
    kept_share = f"{n_kept} of {plural(len(repetitions), 'repetition')}"
    if not kept:
        blocks: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
        for cell in next(iter(repetitions.values())):
            blocks[cell.block].append(cell)
        kept, n_kept = _first_that_fit(sorted(blocks.values(), key=seconds), seconds, limit.seconds)
        kept_share = f"{n_kept} of {plural(len(blocks), 'block')} in one repetition"
    if not kept:
        least = min(map(seconds, blocks.values()))
        problem = f"one repetition of the cheapest block takes about {least:.0f} s"
        raise InputError([Complaint(f"--within {limit.text}", f"{problem} ({expected.sureness})")])
    chosen = frozenset((cell.id, cell.block) for cell in kept)
    part = replace(opened, chosen=chosen, limit=f"--within {limit.text}")
    return part, f"within {limit.text}: {kept_share}, {expected.sureness}"


def _first_that_fit(
    groups: Iterable[list[Cell]], seconds: Callable[[Iterable[Cell]], float], limit: float
) -> tuple[list[Cell], int]:
    """Return the cells of the first groups that fit together, and how many groups these are."""
    kept: list[Cell] = []
    n_kept = 0
    for group in groups:
        if seconds([*kept, *group]) > limit:
            break
        kept += group
        n_kept += 1
    return kept, n_kept
