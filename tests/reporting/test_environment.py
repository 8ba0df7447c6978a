"""What a page says of the machine, and of where cells ran."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from albench.records.run_record import ELSEWHERE
from albench.reporting import writing
from albench.reporting.sections import environment

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.sections(environment)


@pytest.mark.parametrize(
    ("jobs", "said"),
    [
        (1, "1 cell at once; all cells together took"),
        (2, "2 cells at once; all cells together took"),
        (ELSEWHERE, "All cells together took"),
    ],
)
def test_a_page_counts_cells_at_once_where_one_machine_ran_them(
    jobs: int, said: str, make_toy: Callable[..., Any]
) -> None:
    toy = make_toy(n_repetitions=1)
    toy.manifest["jobs"] = jobs
    text = (writing.write(toy.write()).parent / "report.md").read_text(encoding="utf-8")
    told = text.partition("## Environment")[2]
    assert said in told
    assert ("at once" in told) == (jobs > 0)


def test_one_core_is_a_core(make_toy: Callable[..., Any]) -> None:
    toy = make_toy(n_repetitions=1)
    toy.manifest["provenance"]["cores"] = 1
    text = (writing.write(toy.write()).parent / "report.md").read_text(encoding="utf-8")
    assert "1 cores" not in text
    assert ", 1 core, " in text
