"""A table means the same in CSV and Parquet, and nothing in it is dropped silently."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from albench.api import DataError, Modality
from albench.loaders import table

WriteCsv = Callable[..., Path]


def complaints(**options: object) -> list[str]:
    with pytest.raises(DataError) as caught:
        table.load(**options)  # type: ignore[arg-type]  # wrong on purpose
    return [str(complaint) for complaint in caught.value.complaints]


def values(modality: Modality) -> list[list[float]]:
    rows: list[list[float]] = modality.read(np.arange(len(modality))).tolist()
    return rows


def both(tmp_path: Path, frame: pd.DataFrame, **options: object) -> tuple[Modality, Modality]:
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    files = (tmp_path / "t.csv", tmp_path / "t.parquet")
    one, other = (table.load(path=file, **options) for file in files)  # type: ignore[arg-type]
    return one, other


def test_an_underscore_makes_no_number(write_csv: WriteCsv) -> None:
    file = write_csv("subject,label,a,visit", "P1,0,1,012_05", "P2,1,2,012_06")
    modality = table.load(path=file)
    assert modality.shape == (1,)
    assert "Columns left out: 'visit' (text)" in modality.note
    assert "found '1_5'" in complaints(path=write_csv("subject,label,a", "P1,0,1_5", "P2,1,2"))[0]


MIXED = pd.DataFrame(
    {
        "subject": [1, 2, 3],
        "label": ["a", "b", "a"],
        "truth": [True, False, True],
        "number": [1.5, 2.0, -3.0],
        "text": ["x", "y", "x"],
        "date": pd.to_datetime(["2020-01-02", "2020-01-03", "2020-01-04"]),
        "empty": [None, None, None],
    }
)


def test_csv_and_parquet_give_the_same_features(tmp_path: Path) -> None:
    one, other = both(tmp_path, MIXED)
    assert one.fingerprint == other.fingerprint
    assert values(one) == values(other) == [[1, 1.5], [0, 2], [1, -3]]


def test_every_column_left_out_is_named_with_the_reason(tmp_path: Path) -> None:
    one, other = both(tmp_path, MIXED)
    assert "Columns left out: 'text' (text), 'date' (text), 'empty' (empty)." in one.note
    assert "Columns left out: 'text' (text), 'date' (dates), 'empty' (empty)." in other.note


def test_a_column_like_numbers_is_a_complaint_and_not_left_out(write_csv: WriteCsv) -> None:
    file = write_csv("subject,label,a,b", 'P1,0,1,"21,5"', 'P2,1,2,"22,5"')
    (problem,) = complaints(path=file)
    assert "column 'b': holds no number, though 2 cells look like one: found '21,5'" in problem
    assert 'decimal = ","' in problem
    assert table.load(path=file, features=["a"]).shape == (1,)
    assert values(table.load(path=file, decimal=",")) == [[1, 21.5], [2, 22.5]]


def test_an_index_that_pandas_wrote_into_a_table_is_left_out_and_named(tmp_path: Path) -> None:
    MIXED[["subject", "label", "number"]].to_csv(tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_text()
    (tmp_path / "t.csv").write_text("Unnamed: 0" + text)
    modality = table.load(path=tmp_path / "t.csv")
    assert modality.shape == (1,)
    assert "'Unnamed: 0' (an index that pandas has written)" in modality.note


def test_a_categorical_column_is_one_feature_a_level(tmp_path: Path) -> None:
    frame = MIXED.assign(grade=[10.0, 9.0, 10.0])
    frame["text"] = frame["text"].astype("category")
    one, other = both(tmp_path, frame, features=["number"], categorical=["text", "grade"])
    assert values(one) == values(other) == [[1.5, 1, 0, 0, 1], [2, 0, 1, 1, 0], [-3, 1, 0, 0, 1]]
    assert "Levels of 'text': x, y. Levels of 'grade': 9, 10." in one.note


def test_a_categorical_column_is_no_number_as_well(write_csv: WriteCsv) -> None:
    file = write_csv("subject,label,a,site", "P1,0,1,1", "P2,1,2,2")
    assert table.load(path=file, categorical=["site"]).shape == (3,)
    assert "named twice" in complaints(path=file, features=["site"], categorical=["site"])[0]


GAPS = pd.DataFrame(
    {
        "subject": ["P1", "P2", "P3"],
        "label": [0, 1, 0],
        "a": [1.0, np.nan, 3.0],
        "b": [1.0, 2.0, 3.0],
        "sex": ["f", None, "m"],
    }
)


def test_missing_features_are_refused_by_default(tmp_path: Path) -> None:
    GAPS.to_parquet(tmp_path / "t.parquet")
    (problem,) = complaints(path=tmp_path / "t.parquet")
    assert "row 2, column 'a'" in problem
    assert 'missing = "mean" or "indicator"' in problem


def test_a_mean_is_left_to_the_training_samples(tmp_path: Path) -> None:
    for modality in both(tmp_path, GAPS, missing="mean", categorical=["sex"]):
        nan = np.nan
        expected = np.array([[1, 1, 1, 0], [nan, 2, nan, nan], [3, 3, 0, 1]])
        assert np.array_equal(modality.read(np.arange(3)), expected, equal_nan=True)
        assert modality.has_gaps
        assert "filled by the mean of the training samples: 1 of 'a', 1 of 'sex'" in modality.note


def test_an_indicator_is_a_feature_more(tmp_path: Path) -> None:
    for modality in both(tmp_path, GAPS, missing="indicator"):
        assert modality.read(np.arange(3))[:, 2].tolist() == [0, 1, 0]


def test_without_gaps_the_choice_changes_nothing(write_csv: WriteCsv) -> None:
    file = write_csv("subject,label,a", "P1,0,1", "P2,1,2")
    loaded = [table.load(path=file, missing=choice) for choice in ("refuse", "mean", "indicator")]
    assert len({modality.fingerprint for modality in loaded}) == 1
    assert not any(modality.has_gaps for modality in loaded)


@pytest.mark.parametrize("gap", [None, float("nan"), ""], ids=str)
def test_a_subject_that_is_missing_in_parquet_is_refused(tmp_path: Path, gap: object) -> None:
    subjects = [1.0, gap, 2.0] if isinstance(gap, float) else ["P1", gap, "P2"]
    frame = pd.DataFrame({"subject": subjects, "label": [0, 1, 0], "a": [1.0, 2.0, 3.0]})
    frame.to_parquet(tmp_path / "t.parquet")
    (problem,) = complaints(path=tmp_path / "t.parquet")
    assert "row 2, column 'subject': is empty" in problem


def test_a_label_that_is_nan_is_no_class(tmp_path: Path) -> None:
    frame = pd.DataFrame({"subject": ["P1", "P2"], "label": [1.0, np.nan], "a": [1.0, 2.0]})
    frame.to_parquet(tmp_path / "t.parquet")
    (problem,) = complaints(path=tmp_path / "t.parquet")
    assert "row 2, column 'label': is empty" in problem


def test_subjects_without_a_label_can_be_dropped_and_are_counted(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"subject": list("ABBC"), "label": [1.0, np.nan, 0.0, np.nan], "a": [1.0, 2.0, 3.0, 4.0]}
    )
    for modality in both(tmp_path, frame, unlabelled="drop"):
        assert modality.subjects.tolist() == ["A", "B", "B"]
        assert modality.labels == {"A": 1, "B": 0}
        assert "1 subject without a label is left out" in modality.note


def test_no_subject_with_a_label_is_a_complaint(write_csv: WriteCsv) -> None:
    file = write_csv("subject,label,a", "P1,,1", "P2,NA,2")
    assert any("has a label" in problem for problem in complaints(path=file, unlabelled="drop"))


def test_dropping_needs_a_column_of_labels(write_csv: WriteCsv) -> None:
    file = write_csv("subject,a", "P1,1")
    assert "option 'unlabelled'" in complaints(path=file, label="", unlabelled="drop")[0]


@pytest.mark.parametrize("word", ["NaN", "NA", "None", "null", "#N/A"])
def test_a_word_for_nothing_is_refused_unless_it_is_meant(write_csv: WriteCsv, word: str) -> None:
    file = write_csv("subject,label,a", f"P1,{word},1", f"{word},F1,2")
    problems = complaints(path=file)
    assert [part.split("column ")[1].split(":")[0] for part in problems] == ["'subject'", "'label'"]
    assert all(f'literal = ["{word}"]' in part for part in problems)
    meant = table.load(path=file, literal=[word])
    assert meant.labels == {"P1": word, word: "F1"}


def test_whole_floats_are_the_subjects_that_integers_are(tmp_path: Path) -> None:
    frame = pd.DataFrame({"subject": [0.0, 1.0], "label": [2.0, 3.0], "a": [1.0, 2.0]})
    for modality in both(tmp_path, frame):
        assert modality.subjects.tolist() == ["0", "1"]
        assert modality.labels == {"0": 2, "1": 3}


def test_an_index_kept_as_metadata_alone_is_a_column(tmp_path: Path) -> None:
    frame = pd.DataFrame({"label": [0, 1], "a": [1.0, 2.0]})
    frame.index = pd.RangeIndex(5, 9, 2, name="subject")
    frame.to_parquet(tmp_path / "t.parquet")
    modality = table.load(path=tmp_path / "t.parquet")
    assert modality.subjects.tolist() == ["5", "7"]
    assert modality.shape == (1,)


def test_a_range_that_no_longer_fits_the_rows_is_passed_over(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    frame = pd.DataFrame({"label": [0, 1], "a": [1.0, 2.0]})
    frame.index = pd.RangeIndex(2, name="subject")
    frame.to_parquet(tmp_path / "whole.parquet")
    whole = pq.read_table(tmp_path / "whole.parquet")
    pq.write_table(whole.slice(0, 1), tmp_path / "t.parquet")
    assert "no column 'subject'" in complaints(path=tmp_path / "t.parquet")[0]


def test_a_name_that_parquet_has_twice_is_a_complaint(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    pq.write_table(made, tmp_path / "t.parquet")
    assert "column 'a' is there twice" in complaints(path=tmp_path / "t.parquet")[0]


GERMAN = ("subject;label;a", "P1;0;21,5", "P2;1;22,25")


def test_a_file_with_semicolons_is_said_to_be_one(write_csv: WriteCsv) -> None:
    (problem,) = complaints(path=write_csv(*GERMAN))
    assert "separated by ';', not by ','" in problem
    assert 'separator = ";"' in problem


def test_semicolons_and_decimal_commas_are_read_when_asked_for(write_csv: WriteCsv) -> None:
    modality = table.load(path=write_csv(*GERMAN), separator=";", decimal=",")
    assert values(modality) == [[21.5], [22.25]]


def test_semicolons_without_decimal_commas_say_what_is_next(write_csv: WriteCsv) -> None:
    (problem,) = complaints(path=write_csv(*GERMAN), separator=";")
    assert 'set the option decimal = ","' in problem


def test_a_separator_that_is_wrong_is_said_to_be_wrong(write_csv: WriteCsv) -> None:
    (problem,) = complaints(path=write_csv("subject,label,a", "P1,0,1"), separator=";")
    assert "separated by ',', not by ';'" in problem


def test_semicolons_are_suspected_where_a_name_has_a_comma(write_csv: WriteCsv) -> None:
    problems = complaints(path=write_csv("subject;label;alt, U/l", "P1;0;21,5"))
    assert all("are fields separated by ';'" in part for part in problems)


def test_a_decimal_comma_between_commas_is_said_to_need_quotes(write_csv: WriteCsv) -> None:
    (problem,) = complaints(path=write_csv("subject,label,a", "P1,0,21,5"))
    assert (
        "found 4 fields, needed are 3 (a field with ',' in it, such as a decimal comma" in problem
    )


def test_the_line_that_announces_a_separator_to_excel_is_passed_over(write_csv: WriteCsv) -> None:
    file = write_csv("sep=;", *GERMAN)
    assert "separated by ';'" in complaints(path=file)[0]
    assert values(table.load(path=file, separator=";", decimal=",")) == [[21.5], [22.25]]


def test_tabs_can_be_asked_for(write_csv: WriteCsv) -> None:
    file = write_csv("subject\tlabel\ta", "P1\t0\t1", "P2\t1\t2")
    assert 'separator = "\\t"' in complaints(path=file)[0]
    assert values(table.load(path=file, separator="\t")) == [[1], [2]]


@pytest.mark.parametrize(
    "options",
    [{"separator": ";;"}, {"separator": ""}, {"separator": "a"}, {"decimal": ";"}],
    ids=str,
)
def test_marks_that_cannot_work_are_refused(write_csv: WriteCsv, options: dict[str, str]) -> None:
    assert "option '" in complaints(path=write_csv("subject,label,a", "P1,0,1"), **options)[0]


def test_a_separator_for_parquet_is_refused(tmp_path: Path) -> None:
    MIXED.to_parquet(tmp_path / "t.parquet")
    assert "Parquet" in complaints(path=tmp_path / "t.parquet", separator=";")[0]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"PAR1xxxx", "a Parquet file"),
        (b"PK\x03\x04xx", "workbook of Excel"),
        (b"\x1f\x8bxx", "gzip"),
        ("subject,a\n".encode("utf-16"), "UTF-16"),
        ("subject,ä\n".encode("latin-1"), "save it in UTF-8"),
    ],
    ids=["parquet", "excel", "gzip", "utf-16", "latin-1"],
)
def test_a_file_that_is_no_csv_is_called_what_it_is(tmp_path: Path, head: bytes, said: str) -> None:
    (tmp_path / "t.csv").write_bytes(head)
    (problem,) = complaints(path=tmp_path / "t.csv")
    assert said in problem
