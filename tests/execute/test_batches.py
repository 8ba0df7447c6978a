"""Cells that share a child: the same results, and what goes wrong costs as little as ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.records.schema import Finished

    RunToy = Callable[..., dict[str, Finished]]

WELL_BEHAVED = ("margin", "entropy", "esd", "bald", "k-center", "badge", "qbc-kl", "eer")


@pytest.mark.parametrize(
    "warm", ["false", "true", "true, validation = 0.3, patience = 1"], ids=["cold", "warm", "stop"]
)
def test_results_are_the_same_bytes_with_and_without_lockstep(run_toy: RunToy, warm: str) -> None:
    how = {"warm": warm, "repetitions": 2}
    together = run_toy(*WELL_BEHAVED, output="together", **how)
    alone = run_toy(*WELL_BEHAVED, output="alone", lockstep=False, **how)
    assert {str(cell.status) for cell in together.values()} == {"ok"}
    assert {key: essence(cell) for key, cell in together.items()} == {
        key: essence(cell) for key, cell in alone.items()
    }
