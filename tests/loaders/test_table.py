"""A table is read unchanged, or all its problems are reported."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from albench.api import DataError
from albench.loaders import table

WriteCsv = Callable[..., Path]

GOOD = ("subject,label,a,name,b", "P1,F0,1,x,0.5", "P1,F0,2,y,1.5", "P2,F1,3,z,-1e3")


def complaints(**options: object) -> list[str]:
    with pytest.raises(DataError) as caught:
        table.load(**options)  # type: ignore[arg-type]  # wrong on purpose
    return [str(complaint) for complaint in caught.value.complaints]


def test_rows_keep_their_order_subjects_and_labels(write_csv: WriteCsv) -> None:
    modality = table.load(path=write_csv(*GOOD))
    assert modality.subjects.tolist() == ["P1", "P1", "P2"]
    assert modality.labels == {"P1": "F0", "P2": "F1"}
    assert modality.read(np.array([2, 0, 2])).tolist() == [[3, -1000], [1, 0.5], [3, -1000]]


def test_columns_of_text_are_left_out_by_default(write_csv: WriteCsv) -> None:
    assert table.load(path=write_csv(*GOOD)).shape == (2,)


def test_features_are_read_in_the_order_they_are_named(write_csv: WriteCsv) -> None:
    modality = table.load(path=write_csv(*GOOD), features=["b", "a"])
    assert modality.read(np.array([0])).tolist() == [[0.5, 1]]


@pytest.mark.parametrize(
    ("names", "sentence"), [(["a"], "1 feature."), (["a", "b"], "2 features.")]
)
def test_its_features_are_counted(names: list[str], sentence: str, write_csv: WriteCsv) -> None:
    file = write_csv("subject,label,a,b", "P1,F0,1,2", "P2,F1,2,3")
    assert f"Table {file.name} with {sentence}" in table.load(path=file, features=names).note


def test_whole_number_labels_are_numbers(write_csv: WriteCsv) -> None:
    modality = table.load(path=write_csv("subject,label,a", "P1,0,1", "P2,3,2"))
    assert modality.labels == {"P1": 0, "P2": 3}


def test_a_label_that_is_not_a_number_keeps_all_as_text(write_csv: WriteCsv) -> None:
    modality = table.load(path=write_csv("subject,label,a", "P1,0,1", "P2,F3,2"))
    assert modality.labels == {"P1": "0", "P2": "F3"}


def test_labels_may_come_from_another_modality(write_csv: WriteCsv) -> None:
    assert table.load(path=write_csv("subject,a", "P1,1"), label="").labels is None


def test_parquet_gives_what_csv_gives(write_csv: WriteCsv, tmp_path: Path) -> None:
    file = write_csv(*GOOD)
    pd.read_csv(file).to_parquet(tmp_path / "table.parquet")
    ours, theirs = table.load(path=file), table.load(path=tmp_path / "table.parquet")
    assert ours.fingerprint == theirs.fingerprint
    assert np.array_equal(ours.read(np.arange(3)), theirs.read(np.arange(3)))


def test_the_index_that_pandas_stores_in_parquet_is_no_feature(tmp_path: Path) -> None:
    frame = pd.DataFrame({"subject": ["P1", "P2"], "a": [1.0, 2.0]}, index=[7, 9])
    frame.to_parquet(tmp_path / "table.parquet")
    assert table.load(path=tmp_path / "table.parquet", label="").shape == (1,)


def test_the_fingerprint_ignores_the_path(write_csv: WriteCsv) -> None:
    files = (write_csv(*GOOD, name="a.csv"), write_csv(*GOOD, name="b.csv"))
    assert len({table.load(path=file).fingerprint for file in files}) == 1


@pytest.mark.parametrize("changed", ["P3,F1,3,z,-1e3", "P2,F2,3,z,-1e3", "P2,F1,3,z,-1e4"])
def test_the_fingerprint_tells_subjects_labels_and_values(
    write_csv: WriteCsv, changed: str
) -> None:
    before = table.load(path=write_csv(*GOOD)).fingerprint
    assert table.load(path=write_csv(*GOOD[:3], changed)).fingerprint != before


def test_a_reader_can_be_sent_to_another_process(write_csv: WriteCsv) -> None:
    read = pickle.loads(pickle.dumps(table.load(path=write_csv(*GOOD)).read))  # noqa: S301
    assert read(np.array([1])).tolist() == [[2, 1.5]]


def test_every_bad_cell_is_named_with_its_line(write_csv: WriteCsv) -> None:
    file = write_csv(
        "subject,label,a,b", "P1,F0,nan,1", "", '"P2",F1,2,"inf"', ",F1,1e39,x", "P1,F3,,4"
    )
    problems = complaints(path=file)
    places = [complaint.removeprefix(str(file)).split(":")[0] for complaint in problems]
    assert places == [
        ", line 2, column 'a'",
        ", line 5, column 'a'",
        ", line 6, column 'a'",
        ", line 4, column 'b'",
        ", line 5, column 'b'",
        ", line 5, column 'subject'",
        ", line 6",
    ]
    assert "found 'inf', allowed is a finite number" in problems[3]
    assert f"subject 'P1' has the label 'F3', but 'F0' in {file}, line 2" in problems[-1]


def test_lines_are_counted_over_breaks_inside_quotes(write_csv: WriteCsv) -> None:
    file = write_csv("subject,label,note,a", 'P1,F0,"two\nlines",1', "P2,F1,one,x")
    assert "line 4, column 'a'" in complaints(path=file)[0]


def test_missing_columns_are_named_together(write_csv: WriteCsv) -> None:
    problems = complaints(path=write_csv("id,a", "P1,1"), features=["a", "zeta"])
    assert [part.split("'")[1] for part in problems] == ["subject", "label", "zeta"]
    assert "found are 'id', 'a'" in problems[0]


def test_the_label_cannot_be_a_feature(write_csv: WriteCsv) -> None:
    file = write_csv("subject,label,a", "P1,0,1")
    assert complaints(path=file, features=["label", "a"]) == [
        f"{file}: column 'label' cannot be a feature: it is the label"
    ]


def test_an_empty_label_is_a_complaint(write_csv: WriteCsv) -> None:
    assert (
        "line 3, column 'label': is empty"
        in complaints(path=write_csv("subject,label,a", "P1,0,1", "P2,,1"))[0]
    )


def test_no_column_of_numbers_is_a_complaint(write_csv: WriteCsv) -> None:
    problems = complaints(path=write_csv("subject,label,sex", "P1,0,m"))
    assert "no column of numbers" in problems[0]
    assert "'sex'" in problems[0]


def test_a_missing_value_in_parquet_is_named_with_its_row(tmp_path: Path) -> None:
    frame = pd.DataFrame({"subject": ["P1", "P2"], "label": [0, 1], "a": [1.0, None]})
    frame.to_parquet(tmp_path / "table.parquet")
    assert "row 2, column 'a'" in complaints(path=tmp_path / "table.parquet")[0]
