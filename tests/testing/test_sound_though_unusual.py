"""Plugins that look faulty but are sound."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from albench.api import Kind
from albench.registry import discover
from albench.testing import check_by_name
from albench.testing.check_report import Status
from albench.testing.examination import Examination
from albench.testing.specimen import specimen_of

if TYPE_CHECKING:
    from pathlib import Path


def test_a_balanced_design_of_two_levels_is_not_standardised(tmp_path: Path) -> None:
    rows = [",".join(map(str, row)) for row in product((-1, 1), repeat=6)]
    lines = [f"P{i},{'ab'[i * 7 % 3 % 2]},{row}" for i, row in enumerate(rows)]
    table = tmp_path / "design.csv"
    table.write_text("\n".join(["subject,label,a,b,c,d,e,f", *lines]))
    report = check_by_name("table", options={"path": table})
    assert report.ok, report.as_table()


def test_a_narrow_model_that_learns_slowly_predicts_as_it_trains() -> None:
    model = discover().find(Kind.MODEL, "mmfn")
    specimen = specimen_of(model, options={"trunk": "small", "width": 1})
    result = Examination(specimen, {}).result("training-shows-in-prediction")
    assert result.status is Status.PASSED, result
    assert result.reason.endswith("it learns slowly")
