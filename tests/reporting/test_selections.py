"""The tables of what was bought, from those that a look at the data wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from albench.errors import RecordsError
from albench.reporting.build import sections
from albench.reporting.content import Table
from albench.reporting.formats import UNKNOWN
from albench.reporting.load import load
from albench.reporting.sections import selections
from albench.reporting.sliced import sliced
from albench.spec.slices import Slice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


pytestmark = pytest.mark.sections(selections)


@pytest.fixture
def results(make_toy: Callable[..., Any]) -> Path:
    """Two strategies of which somebody has looked at the purchases."""
    run = make_toy(n_repetitions=2)
    folder: Path = run.write()
    rows = [
        (cell, "0.3", measure, value + repetition / 10)
        for cell, repetition in zip(run.cells["cell"], run.cells["repetition"], strict=True)
        for measure, value in (("class mix", 0.2), ("distance", 1.2), ("distance in LSTE", 1.4))
    ]
    table = pd.DataFrame(rows, columns=["cell", "point", "measure", "value"])
    table.to_csv(folder / "bought.csv", index=False)
    keys = ["cohort", "modalities", "model", "budget"]
    blocks = run.cells[keys].drop_duplicates().to_dict("records")
    pairs = [("margin", "esd", 0.8), ("margin", "random", 0.3), ("esd", "random", 0.2)]
    shared = [
        block
        | {"strategy": one, "other": other, "point": "0.3", "share": share, "chance": 0.25, "n": 2}
        for block in blocks
        for one, other, share in pairs
    ]
    pd.DataFrame(shared).to_csv(folder / "overlaps.csv", index=False)
    return folder


def _tables(results: Path) -> dict[str, Table]:
    (section,) = [s for s in sections(load(results)) if s.title == "What was bought"]
    return {part.name: part for part in section.parts if isinstance(part, Table)}


def test_each_strategy_has_its_measures(results: Path) -> None:
    table = _tables(results)["purchases-0.3"]
    assert table.columns == ("block", "strategy", "class mix", "distance", "by modality")
    row = next(row for row in table.rows if row[1] == "margin")
    assert row[2].startswith("0.25 (")
    assert row[4] == "LSTE 1.45"


def test_modalities_that_were_bought_stand_beside_the_rest(results: Path) -> None:
    assert "modalities bought" not in _tables(results)["purchases-0.3"].columns
    path = results / "bought.csv"
    table = pd.read_csv(path)
    asked = table[table["measure"] == "distance"]
    shares = {"measured LUS": 0.25, "labelled with LUS": 0.5, "measured LSTQ": 0.0}
    more = [asked.assign(measure=name, value=value) for name, value in shares.items()]
    pd.concat([table, *more]).to_csv(path, index=False)
    shown = _tables(results)["purchases-0.3"]
    assert shown.columns[-1] == "modalities bought"
    assert "the share of whom it was, in percent" in shown.caption
    row = next(row for row in shown.rows if row[1] == "margin")
    assert row[-1] == "LSTQ 0, LUS 25 (50)"


def test_a_strategy_that_labels_nobody_has_its_modalities_alone(results: Path) -> None:
    path = results / "bought.csv"
    table, cells = pd.read_csv(path), load(results).cells.set_index("cell")
    is_esd = table["cell"].map(cells["strategy"]) == "esd"
    asked = table[is_esd & (table["measure"] == "distance")].assign(measure="measured LUS", value=1)
    pd.concat([table[~is_esd], asked]).to_csv(path, index=False)
    rows = {row[1]: row for row in _tables(results)["purchases-0.3"].rows}
    assert rows["esd"][2:] == (UNKNOWN, UNKNOWN, UNKNOWN, "LUS 100")
    assert rows["margin"][-1] == UNKNOWN


def test_overlap_names_the_closest_and_random_beside_chance(results: Path) -> None:
    rows = _tables(results)["overlap"].rows
    cells = {row[1]: row[2] for row in rows if row[0] == "digits: pixels"}
    assert cells == {"margin": "esd 80 (25), random 30 (25)", "esd": "random 20 (25)"}


def test_a_slice_shows_its_own_purchases(results: Path) -> None:
    part = sliced(load(results), Slice(included={"cohort": ["digits"]}))
    assert set(part.overlaps["cohort"]) == {"digits"}
    assert set(part.bought["cell"]) == set(part.cells["cell"])


def test_without_a_look_there_is_no_such_section(make_toy: Callable[..., Any]) -> None:
    titles = [section.title for section in sections(load(make_toy().write()))]
    assert "What was bought" not in titles


def test_a_damaged_table_is_refused(results: Path) -> None:
    (results / "bought.csv").write_text("cell,point\n")
    with pytest.raises(RecordsError, match="lacks the columns measure, value"):
        load(results)
