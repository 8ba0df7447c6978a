"""What strategies picked first, as pictures: galleries of the page.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.plural import plural
from albench.reporting.content import Gallery, Pick
from albench.reporting.formats import in_order
from albench.reporting.names import RowsByBlock

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from albench.records.schema import BlockKey
    from albench.reporting.names import Namer


def galleries(pictures: pd.DataFrame, named: Namer) -> Iterator[Gallery]:
    """Yield a gallery for each block of which there are pictures, in the order of blocks.

    `pictures` is the table of that name, as `load` returns it.
    """
    for block, part in RowsByBlock(pictures).items():
        yield _gallery(part, block, named)


def _gallery(part: pd.DataFrame, block: BlockKey, named: Namer) -> Gallery:
    rows = tuple(
        (strategy, tuple(_picks(part[part["strategy"] == strategy])))
        for strategy in in_order(part["strategy"].tolist())
    )
    most = max(len(picks) for _, picks in rows)
    modalities = named.modalities("+".join(part["modality"].unique()))
    repetition = int(part["repetition"].iloc[0])
    caption = (
        f"What each strategy bought first after the first labels in repetition {repetition}, at "
        f"most {plural(most, 'pick')} in the order in which they were bought, with their classes. "
        f"Each pick: {modalities}. Where whole subjects are bought, it is one candidate of each. "
        "One repetition shows what picks look like, and proves nothing."
    )
    return Gallery(f"First picks, {named.block(block)}", caption, block, rows)


def _picks(own: pd.DataFrame) -> Iterator[Pick]:
    for _, pick in own.groupby("place", sort=True):
        rows = pick.to_dict("records")
        yield Pick(
            rows[0]["class"],
            tuple(
                (
                    f"{row['class']}, subject {row['subject']}, {row['modality']} "
                    f"sample {row['sample']:.0f}, round {row['round']:.0f}",
                    row["picture"],
                )
                for row in rows
            ),
        )
