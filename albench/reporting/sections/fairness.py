"""What the strategies of a repetition share: split, first labels, weights and batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.analysis.coverage_and_fairness import HASHES, fairness
from albench.plural import plural
from albench.reporting.content import Section, Table, Text
from albench.reporting.names import block_of
from albench.reporting.table_cells import whole

if TYPE_CHECKING:
    import pandas as pd

    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


def section(derived: Derived) -> Section:
    """Return whether all strategies of a repetition started alike, and the hashes."""
    shared = fairness(derived.records.cells)
    if shared.empty:
        return Section("Fairness", [Text(("No cell reached its split.",))])
    verdict = Text((_verdict(len(shared), int(shared["equal"].sum())),))
    return Section("Fairness", [verdict, _fairness_table(shared, derived.named)])


def _verdict(n: int, n_equal: int) -> str:
    what = "split, first labels, initial weights and order of batches"
    if n == n_equal:
        return f"In every repetition of every block ({n} in all) the strategies shared {what}."
    return (
        f"**In {n - n_equal} of {plural(n, 'repetition')}, counted block by block, the strategies "
        f"differed in {what}.**"
    )


def _fairness_table(shared: pd.DataFrame, named: Namer) -> Table:
    """Return the hashes of what the strategies of a repetition share."""
    rows = tuple(
        (
            named.block(block_of(row)),
            whole(row["repetition"]),
            whole(row["strategies"]),
            *(row[name] for name in HASHES),
            "yes" if row["equal"] else "**no**",
        )
        for row in shared.to_dict("records")
    )
    names = (name.removesuffix("_hash").replace("_", " ") for name in HASHES)
    columns = ("block", "repetition", "strategies", *names, "equal")
    title = "Hashes of what the strategies of a repetition share"
    return Table("fairness", title, "", columns, rows, is_folded=True)
