"""The report's tables: numbers formatted for people, one function a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.analysis.curves import BASELINE, BLOCK, REFERENCE, mean_interval
from albench.analysis.efficiency import TARGET
from albench.report.content import Table
from albench.report.figures import METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from albench.report.names import Block, Namer

MARKS = {"better": "▲", "worse": "▼", "not separable": "=", "too few repetitions": "?"}
LEGEND = (
    "▲ better and ▼ worse than random after correction, = not separable, ? under six repetitions"
)


def blocks_of(table: pd.DataFrame) -> list[Block]:
    """Return the blocks of a table, sorted.

    Parameters
    ----------
    table : DataFrame
        With the columns of a block.

    Returns
    -------
    list of tuple of str
        Each once.
    """
    return sorted(set(table[BLOCK].itertuples(index=False, name=None)))


def of_block(table: pd.DataFrame, block: Block) -> pd.DataFrame:
    """Return the rows of one block.

    Parameters
    ----------
    table : DataFrame
        With the columns of a block.
    block : tuple of str
        Cohort, modalities, model, budget.

    Returns
    -------
    DataFrame
        In the table's order.
    """
    return table[(table[BLOCK] == list(block)).all(axis=1)]


def area_table(
    efficiency: pd.DataFrame, comparison: pd.DataFrame, metric: str, named: Namer
) -> Table:
    """Return the main table: the area under the curve of each block and strategy.

    Parameters
    ----------
    efficiency : DataFrame
        One row a cell.
    comparison : DataFrame
        One row a block and strategy.
    metric : str
        Which one they are of.
    named : Namer
        Names blocks.

    Returns
    -------
    Table
        Mean with its interval's half width; the best mean of a block is bold.
    """
    rows = []
    for block in blocks_of(efficiency):
        part = of_block(efficiency, block)
        verdicts = of_block(comparison, block).set_index("strategy")["verdict"].to_dict()
        means = part.groupby("strategy")["area"].mean()
        for strategy, cells in part.groupby("strategy", sort=True):
            name = str(strategy)
            mean, low, _ = mean_interval(cells["area"].to_numpy(dtype=float))
            shown = f"{mean:.3f} ± {mean - low:.3f}"
            shown = f"**{shown}**" if mean == means.max() else shown
            final = cells["final"].mean()
            mark = MARKS.get(str(verdicts.get(name, "")), "")
            rows.append((named.block(block), name, shown, mark, f"{final:.3f}", str(len(cells))))
    caption = (
        f"Area under the {METRICS[metric]} curve: its mean height over the labels bought, with the "
        "half width of the 95 % interval of the mean over n repetitions; bold is the largest mean "
        f"of a block. {LEGEND}."
    )
    columns = ("block", "strategy", "area", "against random", "final", "n")
    return Table(f"area-{metric}", caption, columns, tuple(rows))


def comparison_table(comparison: pd.DataFrame, metric: str, named: Namer) -> Table:
    """Return each strategy's paired difference to random.

    Parameters
    ----------
    comparison : DataFrame
        One row a block and strategy.
    metric : str
        Which one it is of.
    named : Namer
        Names blocks.

    Returns
    -------
    Table
        With intervals, p values and verdicts.
    """
    rows = tuple(
        (named.block(tuple(row[key] for key in BLOCK)), row["strategy"], *_compared(row))
        for row in comparison.to_dict("records")
    )
    caption = (
        f"Difference to random in the area under the {METRICS[metric]} curve, paired by "
        "repetition: mean, 95 % interval (Student's t), repetitions won-tied-lost, p of the paired "
        "t-test, the same corrected by Holm over all rows, and of the exact two-sided Wilcoxon "
        "test for comparison."
    )
    return Table(f"against-random-{metric}", caption, ("block", "strategy", *_COMPARED), rows)


def overall_table(overall: pd.DataFrame, metric: str) -> Table:
    """Return each strategy's mean difference to random over all blocks.

    Parameters
    ----------
    overall : DataFrame
        What `comparison.across_blocks` gave.
    metric : str
        Which one it is of.

    Returns
    -------
    Table
        One row a strategy.
    """
    rows = tuple(
        (row["strategy"], str(row["n_blocks"]), *_compared(row))
        for row in overall.sort_values("difference", ascending=False).to_dict("records")
    )
    caption = (
        f"The same difference ({METRICS[metric]}) averaged over all blocks of a repetition; "
        "corrected over the strategies shown. It speaks of these blocks, not of data in general."
    )
    return Table(f"overall-{metric}", caption, ("strategy", "blocks", *_COMPARED), rows)


_COMPARED = ("difference", "95 % interval", "w-t-l", "p (t)", "p (Holm)", "p (Wilcoxon)", "verdict")


def _compared(row: Mapping[Any, Any]) -> tuple[str, ...]:  # a row of a comparison
    missing = f" ({row['n_missing']} unpaired)" if row["n_missing"] else ""
    return (
        _signed(row["difference"]),
        f"{_signed(row['low'])} to {_signed(row['high'])}",
        f"{row['wins']}-{row['ties']}-{row['losses']}{missing}",
        _p(row["p"]),
        _p(row["p_holm"]),
        _p(row["p_wilcoxon"]),
        str(row["verdict"]),
    )


def labels_table(efficiency: pd.DataFrame, metric: str, named: Namer) -> Table:
    """Return how many labels each strategy needed for 95 % of the all-labels score.

    Parameters
    ----------
    efficiency : DataFrame
        One row a cell.
    metric : str
        Which one it is of.
    named : Namer
        Names blocks.

    Returns
    -------
    Table
        The median, and in how many repetitions it was reached at all.
    """
    rows = []
    for block in blocks_of(efficiency):
        part = of_block(efficiency, block)
        if part["goal"].isna().all():
            continue
        base = part[part["strategy"] == BASELINE].set_index("repetition")["labels"]
        for strategy, cells in part.groupby("strategy", sort=True):
            told = _labels_told(cells, base)
            rows.append((named.block(block), str(strategy), *told))
    caption = (
        f"Labelled candidates at the first round with {100 * TARGET:g} % of the all-labels "
        f"{METRICS[metric]} of the same repetition: median over the repetitions, where one that "
        "never gets there counts as more than the budget. The ratio to random is the median over "
        "the repetitions in which both get there."
    )
    columns = ("block", "strategy", "goal", "labels", "reached", "of random's")
    return Table(f"labels-{metric}", caption, columns, tuple(rows))


def _labels_told(cells: pd.DataFrame, base: pd.Series[float]) -> tuple[str, ...]:
    labels = cells.set_index("repetition")["labels"]
    median = labels.fillna(np.inf).median()
    ratios = (labels / base.reindex(labels.index)).dropna()
    return (
        f"{cells['goal'].mean():.3f}",
        f"{median:.0f}" if np.isfinite(median) else "not in budget",
        f"{labels.notna().sum()} of {len(labels)}",
        f"{100 * ratios.median():.0f} %" if len(ratios) else "–",
    )


def final_table(rounds: pd.DataFrame, named: Namer) -> Table:
    """Return the scores of the last round of each strategy, and of all labels.

    Parameters
    ----------
    rounds : DataFrame
        One row a cell and round.
    named : Namer
        Names blocks.

    Returns
    -------
    Table
        Means over repetitions.
    """
    last = rounds.loc[rounds.groupby([*BLOCK, "strategy", "repetition"])["round"].idxmax()]
    rows = []
    for block in blocks_of(last):
        part = of_block(last, block)
        order = sorted(part["strategy"].unique(), key=lambda name: (name == REFERENCE, name))
        for strategy in order:
            cells = part[part["strategy"] == strategy]
            means = [_mean_sd(cells[metric]) for metric in METRICS]
            n_labelled = f"{cells['n_labelled'].mean():.0f}"
            rows.append((named.block(block), strategy, n_labelled, *means, str(len(cells))))
    caption = "Scores of the last round: mean and standard deviation over n repetitions."
    columns = ("block", "strategy", "labels", *METRICS.values(), "n")
    return Table("final", caption, columns, tuple(rows))


def fusion_table(rounds: pd.DataFrame, named: Namer) -> Table | None:
    """Return single modalities against fusion: the random strategy's final, and all labels' score.

    Parameters
    ----------
    rounds : DataFrame
        One row a cell and round.
    named : Namer
        Names cohorts.

    Returns
    -------
    Table or None
        None if no cohort was run on more than one set of modalities.
    """
    last = rounds.loc[rounds.groupby([*BLOCK, "strategy", "repetition"])["round"].idxmax()]
    rows = []
    for block in blocks_of(last):
        part = of_block(last, block)
        told = []
        for strategy in (BASELINE, REFERENCE):
            cells = part[part["strategy"] == strategy]
            told += [_mean_sd(cells[metric]) for metric in ("accuracy", "auc")]
        cohort, modalities, model, budget = block
        rows.append((named.cohort(cohort), modalities.replace("+", " + "), model, budget, *told))
    if len({row[:1] + row[2:4] for row in rows}) == len(rows):
        return None
    columns = (
        "cohort",
        "modalities",
        "model",
        "budget",
        "random: accuracy",
        "random: AUC",
        "all labels: accuracy",
        "all labels: AUC",
    )
    caption = (
        "What fusion adds: the same subjects and splits where all of them have all modalities."
    )
    return Table("fusion", caption, columns, tuple(rows))


def cost_table(rounds: pd.DataFrame, cells: pd.DataFrame, named: Namer) -> Table:
    """Return what each strategy's queries cost.

    Parameters
    ----------
    rounds : DataFrame
        One row a cell and round.
    cells : DataFrame
        One row a planned cell.
    named : Namer
        Names blocks.

    Returns
    -------
    Table
        Medians; times on shared cores, for orders of magnitude only.
    """
    bought = rounds[(rounds["round"] > 0)]
    rows = []
    for block in blocks_of(bought):
        own = of_block(cells, block)
        for strategy, part in of_block(bought, block).groupby("strategy", sort=True):
            rows.append((named.block(block), str(strategy), *_cost(part, own, str(strategy))))
    caption = (
        "Medians: a query and a training in ms, a whole cell in s; the largest memory in MiB. "
        "Cells ran side by side."
    )
    columns = ("block", "strategy", "query (ms)", "training (ms)", "cell (s)", "memory (MiB)")
    return Table("cost", caption, columns, tuple(rows), is_folded=True)


def _cost(rounds: pd.DataFrame, cells: pd.DataFrame, strategy: str) -> tuple[str, ...]:
    own = cells[cells["strategy"] == strategy]
    return (
        f"{1000 * rounds['query_seconds'].median():.1f}",
        f"{1000 * rounds['train_seconds'].median():.0f}",
        f"{own['seconds'].median():.1f}",
        f"{own['peak_mb'].max():.0f}",
    )


def frame_table(name: str, caption: str, frame: pd.DataFrame, *, is_folded: bool = True) -> Table:
    """Return a table of a frame as it is.

    Parameters
    ----------
    name : str
        Of its files.
    caption : str
        One or two sentences.
    frame : DataFrame
        Shown row for row.
    is_folded : bool
        Whether the page shows it only when asked to.

    Returns
    -------
    Table
        Cells as text.
    """
    rows = tuple(tuple(map(str, row)) for row in frame.itertuples(index=False, name=None))
    columns = tuple(str(column).replace("_", " ") for column in frame.columns)
    return Table(name, caption, columns, rows, is_folded)


def listed_table(
    name: str, caption: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> Table:
    """Return a table of rows that are written down already.

    Parameters
    ----------
    name : str
        Of its files.
    caption : str
        One or two sentences.
    columns : sequence of str
        Headings.
    rows : sequence of sequence
        Anything that prints.

    Returns
    -------
    Table
        Cells as text.
    """
    shown = tuple(tuple(str(cell) for cell in row) for row in rows)
    return Table(name, caption, tuple(columns), shown)


def _mean_sd(values: pd.Series[float]) -> str:
    if not len(values):
        return "–"
    if len(values) == 1:
        return f"{values.iloc[0]:.3f}"
    return f"{values.mean():.3f} ± {values.std():.3f}"


def _signed(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:+.4f}".replace("-", "−")


def _p(value: float) -> str:
    if np.isnan(value):
        return "–"
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"  # four decimals are shown
