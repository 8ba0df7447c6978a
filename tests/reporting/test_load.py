"""Reading a results folder reports all problems at once, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from albench import cli
from albench.errors import RecordsError
from albench.reporting.load import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def complaints_of(folder: Path) -> list[str]:
    """Return what is said of a damaged folder."""
    with pytest.raises(RecordsError) as caught:
        load(folder)
    return [str(complaint) for complaint in caught.value.complaints]


def test_a_whole_folder_is_read(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    records = load(toy.write())
    assert len(records.cells) == len(toy.cells)
    assert len(records.scores) == len(toy.scores)
    assert records.manifest.cohorts["liver"].simulated


def test_all_files_that_are_missing_are_told_at_once(tmp_path: Path) -> None:
    said = complaints_of(tmp_path)
    names = [text.partition(": ")[0].rpartition("/")[2] for text in said]
    tables = ("cells", "scores", "marks", "intervals", "optimism", "contrasts", "confusion")
    assert names == [*(f"{name}.csv" for name in tables), "manifest.json"]


def test_names_that_look_like_nothing_stay_names(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.cells["cohort"] = toy.cells["cohort"].replace("digits", "None")
    assert set(load(toy.write()).cells["cohort"]) == {"None", "liver"}


def test_unknown_scores_are_read_as_unknown(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.scores["auc"] = float("nan")
    assert load(toy.write()).scores["auc"].isna().all()


@pytest.mark.parametrize("name", ["cells.csv", "scores.csv", "manifest.json"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00garbled", b'a,b\n"never closed'])
def test_a_garbled_file_is_named(make_toy: Callable[..., Any], name: str, content: bytes) -> None:
    folder = make_toy().write()
    (folder / name).write_bytes(content)
    (said,) = complaints_of(folder)
    assert name in said


def test_columns_that_lack_are_named(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.cells = toy.cells.drop(columns=["status", "peak_mb"])
    (said,) = complaints_of(toy.write())
    assert "status, peak_mb" in said


def test_a_text_among_numbers_is_shown_with_its_row(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.scores["accuracy"] = toy.scores["accuracy"].astype(object)
    toy.scores.iloc[4, toy.scores.columns.get_loc("accuracy")] = "high"
    (said,) = complaints_of(toy.write())
    assert "column accuracy holds 'high' in row 5" in said


def test_marks_of_an_unfinished_merge_are_no_cells(make_toy: Callable[..., Any]) -> None:
    folder = make_toy().write()
    with (folder / "cells.csv").open("a", encoding="utf-8") as file:
        file.write("<<<<<<< HEAD\n")
    assert any("column repetition holds ''" in said for said in complaints_of(folder))


def test_a_cell_that_is_there_twice_is_refused(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.cells = pd.concat([toy.cells, toy.cells.head(1)])
    (said,) = complaints_of(toy.write())
    assert f"row {len(toy.cells)}" in said


def test_a_success_without_rounds_is_refused(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.scores = toy.scores[toy.scores["cell"] != toy.cells["cell"].iloc[3]]
    (said,) = complaints_of(toy.write())
    assert "1 cell that succeeded" in said
    assert toy.cells["cell"].iloc[3] in said


def test_a_folder_without_cells_is_refused(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.keep(cohort="nowhere")
    (said,) = complaints_of(toy.write())
    assert "holds no cells" in said


@pytest.mark.parametrize("schema", [3, 1, "2", None])
def test_another_schema_is_refused_with_what_to_do(
    make_toy: Callable[..., Any], schema: object
) -> None:
    toy = make_toy()
    toy.manifest["schema"] = schema
    (said,) = complaints_of(toy.write())
    advice = "use a newer albench" if schema == 3 else "run the benchmark again"
    assert f"manifest.json: has schema {schema!r}, this albench reads 2: {advice}" in said


def test_a_newer_schema_ends_a_command_with_status_2(
    make_toy: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    toy = make_toy()
    toy.manifest["schema"] = 3
    assert cli.main(["report", str(toy.write())]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "manifest.json" in line
    assert "use a newer albench" in line


def test_a_key_that_a_newer_record_adds_is_ignored(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    places = [toy.manifest, toy.manifest["plugins"][0], toy.manifest["provenance"]]
    for place in (*places, *toy.manifest["cohorts"].values()):
        place["added later"] = "something"
    assert load(toy.write()).manifest.name == "toy"


@pytest.mark.parametrize("key", ["traps", "published"])
def test_a_key_that_no_specification_could_say_is_refused(
    make_toy: Callable[..., Any], key: str
) -> None:
    toy = make_toy()
    trap = {"cohort": "digits", "fall": "labels-fewer-subjects", "best": "-", "odd": 1}
    toy.manifest[key] = [trap] if key == "traps" else {"odd": []}
    (said,) = complaints_of(toy.write())
    assert f"{key}." in said
    assert "odd: extra inputs are not permitted" in said


def test_everything_wrong_with_a_manifest_is_told_by_its_key(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    del toy.manifest["title"]
    toy.manifest["cohorts"]["liver"]["subjects"] = "many"
    said = complaints_of(toy.write())
    assert len(said) == 2
    assert any("manifest.json, title: field required" in text for text in said)
    assert any("cohorts.liver.subjects" in text for text in said)


def test_a_manifest_that_is_no_object_is_refused(make_toy: Callable[..., Any]) -> None:
    folder = make_toy().write()
    (folder / "manifest.json").write_text("[]", encoding="utf-8")
    (said,) = complaints_of(folder)
    assert "has schema None" in said
