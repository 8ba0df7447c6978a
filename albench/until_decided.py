"""Repetitions are added where comparisons are undecided, until they are decided.

Results are looked at after every stage of a run. `analysis.anytime` makes that free: its intervals
hold at all numbers of repetitions at once, so that neither how often one looks nor why one stops
makes a wrong decision more likely.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench import session
from albench.analysis.curves import BLOCK, CELL
from albench.analysis.equivalence import margins
from albench.analysis.finished_area import finished_area
from albench.analysis.sequential import followed
from albench.analysis.significance import FEWEST_PAIRS
from albench.analysis.verdicts import Verdict
from albench.api.nearest import did_you_mean
from albench.errors import Complaint, InputError
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.records.retry_causes import summed
from albench.records.sequential import LARGEST, Sequential
from albench.references import ALL_LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from albench.execute.run import Progress
    from albench.planning import Cell
    from albench.records.schema import BlockKey, Finished
    from albench.session import OpenedSpecification, Summary
    from albench.spec.slices import Slice

    Pair = tuple[str, str]

OPTION = "--until-decided"
STEP = 5
"""A stage adds one repetition for each so many that a block has, and one at least."""


@dataclass(frozen=True)
class WantedDecision:
    """What somebody wants decided.

    Parameters
    ----------
    pairs : tuple of (str, str)
        Strategies that are compared.
    most : int
        The most repetitions of a block.
    """

    pairs: tuple[Pair, ...]
    most: int


@dataclass(frozen=True, eq=False)
class Look:
    """What is decided so far, and what is to be run next.

    Parameters
    ----------
    comparisons : DataFrame
        What `sequential.followed` gave.
    metric : str
        In which they are compared.
    stage : OpenedSpecification
        The cells of all repetitions that are there or come next.
    n_added : mapping of tuple to int
        By block: how many repetitions the next stage adds.
    """

    comparisons: pd.DataFrame
    metric: str
    stage: OpenedSpecification
    n_added: Mapping[BlockKey, int]

    @property
    def text(self) -> str:
        """The state in a sentence, and what comes next."""
        n, n_all = int((~_is_open(self.comparisons)).sum()), self._n_comparisons
        so_far = f"until decided: {n} of {plural(n_all, 'comparison')} decided in {self._label}"
        if not self.n_added:
            return so_far
        sizes = sorted(set(self.n_added.values()))
        more = f"{sizes[0]} to {sizes[-1]} repetitions" if len(sizes) > 1 else ""
        more = more or plural(sizes[0], "repetition")
        return f"{so_far}; next, {more} of {plural(len(self.n_added), 'block')}"

    @property
    def lines(self) -> Iterator[str]:
        """Each comparison with its interval, as far as it has been measured."""
        for row in self.comparisons.to_dict("records"):
            where = " · ".join(str(row[key]) for key in BLOCK)
            ends = row["all_low"], row["all_high"]
            is_bounded = np.isfinite(ends).all()
            span = f", {ends[0]:+.3f} to {ends[1]:+.3f}" if is_bounded else ""
            after = plural(row["n_pairs"], "repetition")
            yield f"  {row['strategy']} vs {row['other']}, {where}: {row['verdict']}, {after}{span}"

    @property
    def _n_comparisons(self) -> int:
        rule = self.stage.sequential
        return len(self.comparisons) if rule is None else rule.n_comparisons

    @property
    def _label(self) -> str:
        return LABELS[self.metric]


def pairs_of(text: str) -> tuple[Pair, ...]:
    """Return the pairs that a text names.

    Parameters
    ----------
    text : str
        ``badge vs random, margin vs random``.

    Returns
    -------
    tuple of (str, str)
        One or more.

    Raises
    ------
    ValueError
        If it is anything else, or names a pair twice.
    """
    pairs = []
    for part in text.split(","):
        names = [name.strip() for name in part.split(" vs ")]
        if len(names) != 2 or not all(names) or names[0] == names[1]:
            raise ValueError(
                f"found {part.strip()!r}, expected two strategies, as in "
                '"badge vs random, margin vs random"'
            )
        pairs.append((names[0], names[1]))
    seen = [frozenset(pair) for pair in pairs]
    if twice := [pair for pair, key in zip(pairs, seen, strict=True) if seen.count(key) > 1]:
        raise ValueError(f"{' vs '.join(twice[0])} is there twice")
    return tuple(pairs)


def open_until_decided(
    name: str,
    asked: WantedDecision,
    part: Slice,
    *,
    keep_edited: bool = False,
    base: Path | None = None,
) -> OpenedSpecification:
    """Read, resolve and plan a specification with all repetitions that may be added.

    Parameters
    ----------
    name : str
        A file, or the name of a benchmark.
    asked : WantedDecision
        What is to be decided.
    part : Slice
        What of the matrix is wanted; all its repetitions.
    keep_edited : bool
        As of `session.open_spec`.
    base : Path or None
        As of `session.open_spec`.

    Returns
    -------
    OpenedSpecification
        Of the most repetitions.

    Raises
    ------
    InputError
        As of `session.open_spec`; or if a strategy is not in the matrix, if the two of a pair share
        no block, or if no repetition could be added.
    """
    if part.repetitions or part.excluded_repetitions or part.shard:
        problem = f"{OPTION} chooses repetitions itself, and needs all cells of each"
        raise InputError([Complaint(part.text, f"has no place here: {problem}")])
    specification = session.read_spec(name)
    planned = specification.benchmark.repetitions
    _require_room(asked.most, planned)
    opened = session.open_specification(
        specification.repeated(asked.most), part, keep_edited=keep_edited, base=base
    )
    blocks = _strategies_by_block(opened.plan.cells)
    if not blocks:  # every cell is skipped, which whoever runs this says
        return opened
    if complaints := list(_complaints(asked.pairs, blocks)):
        raise InputError(complaints)
    n_comparisons = sum(set(pair) <= names for names in blocks.values() for pair in asked.pairs)
    rule = Sequential(
        pairs=asked.pairs, planned=planned, most=asked.most, n_comparisons=n_comparisons
    )
    return replace(opened, sequential=rule)


def look(opened: OpenedSpecification, results: Path) -> Look:
    """Return what is decided by what has been run, and what comes next.

    Parameters
    ----------
    opened : OpenedSpecification
        The result of `open_until_decided`; cells that it has given up are not waited for.
    results : Path
        The run folder; may be missing.

    Returns
    -------
    Look
        Its stage has the repetitions that the specification asks for, and of each block those that
        any of its cells has reached; where these are whole and something is undecided, some more.

    Raises
    ------
    ValueError
        If the specification was opened without a question.
    """
    rule = opened.sequential
    if rule is None:
        raise ValueError("the specification was not opened by open_until_decided")
    benchmark = opened.resolved.specification.benchmark
    there = opened.reuse(results)
    cells = opened.plan.cells
    compared = {name for pair in rule.pairs for name in pair}
    rows = [
        (cell.id, *cell.block, cell.strategy_label, cell.repetition, _area(cell, end, opened))
        for cell in cells
        if cell.strategy_label in compared and (end := there.done.get(cell.id)) is not None
    ]
    table = pd.DataFrame(rows, columns=[*CELL, "area"])
    ends = margins(opened.describe(), benchmark.equal_within)
    comparisons = followed(table, rule.pairs, rule.n_comparisons, ends)
    reached = {cell.block: rule.planned for cell in cells}
    for cell in cells:
        if cell.id in there.done:
            reached[cell.block] = max(reached[cell.block], cell.repetition + 1)
    unfinished = {c.block for c in there.left(cells) if c.repetition < reached[c.block]}
    n_added = {
        block: n
        for block, n in _next(comparisons, reached, rule, _strategies_by_block(cells)).items()
        if block not in unfinished
    }
    wanted = {block: n + n_added.get(block, 0) for block, n in reached.items()}
    chosen = frozenset((c.id, c.block) for c in cells if c.repetition < wanted[c.block])
    stage = replace(opened, chosen=chosen)
    return Look(comparisons, benchmark.judging.headline, stage, n_added)


def run_until_decided(
    opened: OpenedSpecification,
    results: Path,
    run_stage: Callable[[OpenedSpecification, Callable[[Progress], None]], Summary],
    watch: Callable[[Progress], None],
    tell: Callable[[str], object],
) -> Summary:
    """Run stage after stage, until all is decided or no repetition is left to add.

    Parameters
    ----------
    opened : OpenedSpecification
        The result of `open_until_decided`.
    results : Path
        The run folder.
    run_stage : callable
        Runs the cells of a stage that are left.
    watch : callable
        Called with every event.
    tell : callable
        Called with a sentence after each look.

    Returns
    -------
    Summary
        Of all stages together. What failed in one is not tried again in the next.
    """
    failed: set[str] = set()

    def watch_failures(progress: Progress) -> None:
        if progress.finished is not None and progress.finished.status != "ok":
            failed.add(progress.finished.cell)
        watch(progress)

    total: Summary | None = None
    while True:
        seen = look(replace(opened, given_up=frozenset(failed)), results)
        is_left = bool(seen.stage.reuse(results).left(seen.stage.plan.cells))
        if total is not None and not is_left:
            tell(replace(seen, n_added={}).text)
            return total
        tell(seen.text)
        total = _sum(total, run_stage(seen.stage, watch_failures))


def _is_open(comparisons: pd.DataFrame) -> pd.Series[bool]:
    """Return which comparisons are not decided."""
    return comparisons["verdict"].isin([Verdict.OPEN, Verdict.TOO_FEW])


def step(n: int, most: int) -> int:
    """Return how many repetitions a stage adds to a block that has n of at most so many."""
    return min(max(n // STEP, 1), most - n)


def _require_room(most: int, planned: int) -> None:
    where, problem = f"--max-repetitions {most}", ""
    if most > LARGEST:
        problem = f"is more than {LARGEST}"
    elif most <= planned:
        problem = f"leaves nothing to add: the specification asks for {planned}"
    elif most < FEWEST_PAIRS:
        problem = f"decides nothing: no verdict is given with fewer than {FEWEST_PAIRS}"
    if problem:
        raise InputError([Complaint(where, problem)])


def _strategies_by_block(cells: Iterable[Cell]) -> dict[BlockKey, set[str]]:
    blocks: dict[BlockKey, set[str]] = {}
    for cell in cells:
        blocks.setdefault(cell.block, set()).add(cell.strategy_label)
    return blocks


def _complaints(
    pairs: Sequence[Pair], blocks: Mapping[BlockKey, Collection[str]]
) -> Iterator[Complaint]:
    there = sorted({name for names in blocks.values() for name in names} - {ALL_LABELS})
    for pair in pairs:
        where = f'{OPTION} "{" vs ".join(pair)}"'
        unknown = [name for name in pair if name not in there]
        for name in unknown:
            hint = did_you_mean(name, there) or "."
            listed = f"There are: {', '.join(there)}"
            yield Complaint(where, f"{name!r} is not among what is run{hint} {listed}")
        if not unknown and not any(set(pair) <= set(names) for names in blocks.values()):
            yield Complaint(where, "they share no block, so that nothing can be compared")


def _next(
    comparisons: pd.DataFrame,
    reached: Mapping[BlockKey, int],
    rule: Sequential,
    strategies: Mapping[BlockKey, set[str]],
) -> dict[BlockKey, int]:
    """Return how many repetitions undecided blocks are to have more."""
    decided = comparisons[~_is_open(comparisons)]
    done = set(decided[[*BLOCK, "strategy", "other"]].itertuples(index=False, name=None))
    n_added = {}
    for block, n in reached.items():
        pairs = [pair for pair in rule.pairs if set(pair) <= strategies[block]]
        if n < rule.most and any((*block, *pair) not in done for pair in pairs):
            n_added[block] = step(n, rule.most)
    return n_added


def _area(cell: Cell, end: Finished, opened: OpenedSpecification) -> float:
    cohort = opened.cohorts.get((cell.cohort, cell.modalities))
    metric = opened.resolved.specification.benchmark.judging.headline
    return finished_area(end, metric, () if cohort is None else cohort.classes)


def _sum(total: Summary | None, stage: Summary) -> Summary:
    """Return what stages did together."""
    if total is None:
        return stage
    return replace(
        stage,
        n_reused=total.n_reused,
        n_ok=total.n_ok + stage.n_ok,
        n_failed=total.n_failed + stage.n_failed,
        seconds=total.seconds + stage.seconds,
        retries=summed([total.retries, stage.retries]),
    )
