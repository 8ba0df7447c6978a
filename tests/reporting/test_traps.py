"""The section on traps says which strategies fell into which trap, with numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from albench.errors import RecordsError
from albench.reporting import writing
from albench.reporting.load import load
from albench.reporting.sections import traps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeToy = Callable[..., Any]

pytestmark = pytest.mark.sections(traps)

SHARES = {"random": 0.2, "esd": 0.8, "margin": 0.0}
N_BOUGHT = 35


def marks_of(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the table of marks in which ESD buys copies, and margin none."""
    rng = np.random.default_rng(0)
    marked = cells[(cells["cohort"] == "digits") & cells["strategy"].isin(SHARES)]
    return pd.DataFrame(
        [
            {"cell": row.cell, "round": i, "mark": "copy", "n_picked": n, "n_train": 50}
            for row in marked.itertuples()
            for i, n in enumerate((0, rng.binomial(N_BOUGHT, SHARES[str(row.strategy)])))
        ]
    )


@pytest.fixture
def trapped(make_toy: MakeToy) -> Path:
    toy = make_toy(n_repetitions=8)
    trap = {"cohort": "digits", "fall": "buys-more", "mark": "copy", "metric": None}
    toy.manifest["traps"] = [trap | {"tolerance": 0.05, "best": "Buy one of each."}]
    folder: Path = toy.write()
    marks_of(toy.cells).to_csv(folder / "marks.csv", index=False)
    return folder


def section(folder: Path) -> str:
    written = writing.write(folder, formats=["markdown"])
    text = (written / "report.md").read_text(encoding="utf-8")
    return text.partition("\n## Traps\n")[2].partition("\n## ")[0]


def test_the_matrix_says_who_fell(trapped: Path) -> None:
    text = section(trapped)
    assert "| esd | **fell** | 1 |" in text
    assert "| margin | did not | 0 |" in text


def test_each_trap_is_told_with_the_best_behaviour_and_who_fell(trapped: Path) -> None:
    text = section(trapped)
    assert (
        "Buy one of each. Fell: a strategy that buys a larger share of “copy” than random" in text
    )
    assert "Of 2 strategies: 1 fell, 1 did not, 0 not decided." in text


def test_strategies_with_equal_picks_are_one_at_a_trap_too(trapped: Path) -> None:
    # Twins that are judged alone would make the correction stricter, and the count larger.
    for name in ("cells", "scores", "marks"):
        table = pd.read_csv(trapped / f"{name}.csv", keep_default_na=False)
        cells = pd.read_csv(trapped / "cells.csv", keep_default_na=False)
        twin = table[table["cell"].isin(cells.loc[cells["strategy"] == "esd", "cell"])]
        twin = twin.assign(cell="x" + twin["cell"])
        if name == "cells":
            twin = twin.assign(strategy="twin")
        pd.concat([table, twin]).to_csv(trapped / f"{name}.csv", index=False)
    text = section(trapped)
    assert "Of 2 strategies: 1 fell, 1 did not, 0 not decided." in text
    assert "| esd = twin | **fell** | 1 |" in text


def test_a_yardstick_is_shown_but_not_counted(trapped: Path) -> None:
    path = trapped / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for part in manifest["plugins"]:
        part["tags"] = ["oracle"] if part["name"] == "core/margin" else []
    path.write_text(json.dumps(manifest), encoding="utf-8")
    text = section(trapped)
    assert "Of 1 strategy: 1 fell, 0 did not, 0 not decided." in text
    assert "| margin | did not | 0 |" in text


def test_the_numbers_are_shown(trapped: Path) -> None:
    marks, cells = load(trapped).marks, load(trapped).cells
    bought = marks.merge(cells, on="cell").groupby("strategy")["n_picked"].sum() / (8 * N_BOUGHT)
    assert f"| esd | {bought['esd']:.3f} | {bought['random']:.3f} |" in section(trapped)


def test_a_report_without_traps_has_no_such_section(make_toy: MakeToy) -> None:
    assert section(make_toy().write()) == ""


def test_a_damaged_table_of_marks_is_told(trapped: Path) -> None:
    (trapped / "marks.csv").write_text("cell,round,mark,n_picked,n_train\nx,0,copy,many,3\n")
    with pytest.raises(RecordsError, match=r"marks.csv: column n_picked holds 'many' in row 1"):
        load(trapped)
