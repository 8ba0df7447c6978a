"""Keys of a specification mean those of the data whose value they have, however they are spelt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import albench
from albench import cli
from albench.metrics.chosen import more_scores
from albench.spelt_keys import as_spelt

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [f"{n}.0,{n % 3}.0,{n % 4}.0,0.{n}" for n in range(60)]
SPEC = """
name = "spelt"
repetitions = 1
metrics = ["accuracy"]
[cohorts.clinic]
classes = ["0", "1", "2"]
[cohorts.clinic.modalities]
a = { loader = "table", options = { path = "rows.csv", facts = ["fold"] } }
[models.fast]
plugin = "logistic"
[budgets.named]
initial = [0, 5, 8]
query = 5
stop = 30
[[matrix]]
cohorts = ["clinic"]
models = ["fast"]
strategies = ["margin"]
budgets = ["named"]
"""


def written(folder: Path, old: str = "", new: str = "") -> Path:
    (folder / "rows.csv").write_text("\n".join(["subject,label,fold,x", *ROWS]))
    assert old in SPEC
    (folder / "spec.toml").write_text(SPEC.replace(old, new, 1) if old else SPEC)
    return folder / "spec.toml"


@pytest.mark.parametrize(
    ("names", "known", "meant"),
    [
        (["1.0", 2], ["1", "2"], ["1", "2"]),
        ([1, "1.5"], ["1.0", "1.5"], ["1.0", "1.5"]),
        (["1.0", "1"], ["1.0", "1"], ["1.0", "1"]),
        (["1.00"], ["1.0", "1"], ["1.00"]),
        (["007", " a "], ["7", "a"], ["007", "a"]),
    ],
)
def test_a_key_is_that_of_its_spelling_or_else_the_only_one_of_its_value(
    names: list[object], known: list[str], meant: list[str]
) -> None:
    assert as_spelt(names, known) == meant


LIST = 'classes = ["0", "1", "2"]'
SPLIT = '\nsplit = { column = "fold", test = ["3.0"] }'
PLANNED = {
    "classes": (LIST, 'classes = ["0.0", "1.0", "2.0"]'),
    "whole numbers": (LIST, "classes = [0, 1, 2]"),
    "classes left out": (LIST, 'exclude_classes = ["1.0"]'),
    "first subjects": ("initial = [0, 5, 8]", 'initial = ["0.0", "5.0", "8.0"]'),
    "values of a column": (LIST, LIST + SPLIT.replace('"3.0"', '3, "2.0"')),
    "ids in a file": (LIST, LIST + '\nsplit = { files = { test = "test.txt" } }'),
    "annotators": (LIST, LIST + "\nannotators = [{ pairs = [[1, '2.0', 0.1]] }]"),
    "recalls": ('["accuracy"]', '["accuracy", "recall_1.0"]'),
}


@pytest.mark.parametrize("case", PLANNED)
def test_another_spelling_is_accepted(case: str, tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_text("9.0\n10.0\n11.0\n")
    assert len(albench.plan(written(tmp_path, *PLANNED[case])).cells) == 3


@pytest.mark.parametrize("case", ["classes", "whole numbers", "first subjects"])
def test_the_spelling_is_no_part_of_an_identity(case: str, tmp_path: Path) -> None:
    plain = albench.plan(written(tmp_path)).cells
    assert albench.plan(written(tmp_path, *PLANNED[case])).cells.equals(plain)


REFUSED = {
    "a class": (LIST, 'classes = ["0", "1", "2", "2.0"]', "names '2' twice, in two spellings"),
    "both": (LIST, LIST + '\nexclude_classes = ["2.0"]', "'2' is in both classes and exclude"),
    "a subject": ("[0, 5, 8]", '[0, "0.0"]', "names subject '0' twice, in two spellings"),
    "a value": (
        LIST,
        f'{LIST}\nsplit = {{ column = "fold", test = [3], validation = ["3.0"] }}',
        "'3' is in two parts, in two spellings",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_two_spellings_of_one_key_are_refused(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, said = REFUSED[case]
    assert cli.main(["plan", str(written(tmp_path, old, new))]) == 2
    assert said in capsys.readouterr().err


def test_a_recall_is_that_of_the_class_of_its_value() -> None:
    labels, proba = np.array([0, 1]), np.eye(2)
    scores = more_scores(["recall_1.0"], ["1", "2"], labels, proba)
    assert scores == {"recall_1.0": 1.0}
