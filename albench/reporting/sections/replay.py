"""Models that were trained on recorded picks, and whether a strategy's advantage survives that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import kendalltau

from albench.analysis.transfer import survival, transfer
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.reporting.comparison_tables import MARKS
from albench.reporting.content import Section, Table, Text
from albench.reporting.formats import estimate
from albench.reporting.names import block_of
from albench.reporting.table_cells import whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import pandas as pd

    from albench.records.replayed import Replayed
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer

TITLE = "Replayed picks"


def section(derived: Derived) -> Section | None:
    """Return where picks are from, and the transfer table; None where strategies picked."""
    replayed = derived.manifest.replayed
    if replayed is None:
        return None
    parts: list[Text | Table] = [Text((_source(replayed),))]
    finding = next((one for one in derived.findings if one.metric == replayed.metric), None)
    if finding is not None:
        mean, each = transfer(finding.efficiency, replayed.areas, derived.oracles, finding.margins)
        if len(mean):
            parts[0] = Text((_source(replayed), *_outcome(mean)))
            parts += [
                _mean_table(mean, replayed.metric, derived.named),
                _blocks_table(each, replayed.metric, derived.named),
            ]
    return Section(TITLE, parts)


def _source(replayed: Replayed) -> str:
    commit = f", commit {replayed.commit}" if replayed.commit else ""
    pairs = "; ".join(
        f"{target} on what {picker} led to" for target, picker in replayed.models.values()
    )
    return (
        "No strategy was asked here. The picks are those recorded in the results of "
        f"{replayed.name} (albench {replayed.albench}{commit}): {pairs}. In each round a model "
        "learns what was bought with the other one, from the same split and first labels; the "
        "reference is its own."
    )


def _outcome(mean: pd.DataFrame) -> list[str]:
    won = mean[mean["there verdict"] == "better"]
    sentences = []
    if len(won):
        n = int((won["here verdict"] == "better").sum())
        sentences.append(
            f"Of {plural(len(won), 'strategy', 'strategies')} better than random with the model "
            f"that picked, {n} {'is' if n == 1 else 'are'} better than random with the other too, "
            "averaged over blocks."
        )
    ends = mean[["there", "here"]].dropna()
    if len(ends) > 2:
        tau = float(kendalltau(ends["there"], ends["here"]).statistic)
        sentences.append(f"The orders of their mean differences agree to Kendall's τ = {tau:.2f}.")
    return sentences


COLUMNS = ("with the model that picked", "replayed", "change", "does it survive?")


def _mean_table(mean: pd.DataFrame, metric: str, named: Namer) -> Table:
    ranked = mean.sort_values("there", ascending=False, kind="stable").to_dict("records")
    rows = tuple((row["strategy"], whole(row["n_blocks"]), *_cells(row)) for row in ranked)
    title = f"Difference to random in {LABELS[metric]}, transferred to another model"
    caption = f"Averaged over blocks (of {named.compared_blocks}). {_about(len(mean))}"
    return Table("transfer", title, caption, ("strategy", "blocks", *COLUMNS), rows)


def _blocks_table(each: pd.DataFrame, metric: str, named: Namer) -> Table:
    rows = tuple(
        (named.block(block_of(row)), row["strategy"], *_cells(row))
        for row in each.to_dict("records")
    )
    title = f"Difference to random in {LABELS[metric]}, transferred, by block"
    columns = ("block", "strategy", *COLUMNS)
    return Table("transfer-blocks", title, _about(len(each)), columns, rows, is_folded=True)


def _about(n: int) -> str:
    return (
        "The mean score over the labels bought minus random's, with the model that picked and with "
        "the one that was trained on these picks, and the second minus the first; paired by "
        "repetition, on these cohorts, with intervals that hold for all rows at once. ▲ better, ▼ "
        f"worse and = equal, each column corrected by Holm over {plural(n, 'row')}. An advantage "
        "survives if the strategy is better than random with both models; it is lost if it is "
        "equal or worse with the other."
    )


def _cells(row: Mapping[Any, Any]) -> tuple[str, ...]:  # a row of `transfer`
    return (*(_told(row, side) for side in ("there", "here", "change")), survival(row))


def _told(row: Mapping[Any, Any], side: str) -> str:
    low, high = (float(row[f"{side} {end}"]) for end in ("low", "high"))
    verdict = str(row[f"{side} verdict"])
    interval = estimate(float(np.float64(row[side])), low, high)
    return interval.shown_as(interval + MARKS.get(verdict, ""), verdict=verdict)
