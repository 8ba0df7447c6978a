"""Loaders read subject facts from tables; splits use them and never put a subject in two parts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from albench.api import DataError, Modality
from albench.loaders import images, table
from albench.loaders.embeddings import loader as embeddings
from albench.loaders.public import medmnist

ROWS = ("subject,label,x,fold,site", "P1,a,1,0,north", "P1,a,2,0,", "P2,b,3,1,south")


def table_of(folder: Path, rows: tuple[str, ...] = ROWS) -> Path:
    file = folder / "table.csv"
    file.write_text("\n".join(rows))
    return file


def test_a_table_knows_what_it_does_not_read_as_a_feature(tmp_path: Path) -> None:
    modality = table.load(path=table_of(tmp_path), facts=["fold"])
    assert modality.shape == (1,)
    assert dict(modality.facts) == {
        "fold": {"P1": "0", "P2": "1"},
        "site": {"P1": "north", "P2": "south"},
    }


def test_a_column_that_is_read_unasked_is_no_fact(tmp_path: Path) -> None:
    modality = table.load(path=table_of(tmp_path))
    assert modality.shape == (2,)
    assert list(modality.facts) == ["site"]


def test_a_feature_that_is_named_may_balance_a_split_too(tmp_path: Path) -> None:
    modality = table.load(path=table_of(tmp_path), features=["x", "fold"])
    assert modality.facts["fold"] == {"P1": "0", "P2": "1"}


def test_facts_change_no_fingerprint(tmp_path: Path) -> None:
    one = table.load(path=table_of(tmp_path), features=["x"])
    other = table.load(path=table_of(tmp_path), facts=["fold", "site"])
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    ("options", "said"),
    [({"facts": ["flod"]}, "no column 'flod'"), ({"facts": ["x"], "features": ["x"]}, "and as a")],
)
def test_a_fact_must_be_a_column_and_no_feature(
    tmp_path: Path, options: dict[str, list[str]], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        table.load(path=table_of(tmp_path), **options)  # type: ignore[arg-type]  # as listed


def of_table(folder: Path, file: Path) -> Modality:
    return table.load(path=file, facts=["fold"])


def of_embeddings(folder: Path, file: Path) -> Modality:
    np.save(folder / "v.npy", np.ones((3, 4), dtype=np.float32))
    return embeddings.load(path=folder / "v.npy", table=file)


@pytest.mark.parametrize("load", [of_table, of_embeddings])
def test_a_subject_in_two_folds_is_told_with_both_lines(
    tmp_path: Path, load: Callable[[Path, Path], Modality]
) -> None:
    modality = load(tmp_path, table_of(tmp_path, (*ROWS[:2], "P1,a,2,1,", ROWS[3])))
    with pytest.raises(DataError, match=r"line 3, subject 'P1': has '1' .* but '0' in line 2"):
        modality.facts["fold"]


def test_a_table_beside_embeddings_is_all_facts(tmp_path: Path) -> None:
    modality = of_embeddings(tmp_path, table_of(tmp_path))
    assert list(modality.facts) == ["x", "fold", "site"]


GAPS = ("subject,label,x,fold", "P1,a,1,1.0", "P2,b,2,NaN", "P3,b,3,2.0")


@pytest.mark.parametrize("load", [of_table, of_embeddings])
def test_a_word_for_a_missing_value_is_no_fact_as_in_parquet(
    tmp_path: Path, load: Callable[[Path, Path], Modality]
) -> None:
    assert load(tmp_path, table_of(tmp_path, GAPS)).facts["fold"] == {"P1": "1", "P3": "2"}
    pd.DataFrame(
        {
            "subject": ["P1", "P2", "P3"],
            "label": list("abb"),
            "x": [1.0, 2.0, 3.0],
            "fold": [1, None, 2],
        }
    ).to_parquet(tmp_path / "t.parquet")
    assert load(tmp_path, tmp_path / "t.parquet").facts["fold"] == {"P1": "1", "P3": "2"}


@pytest.mark.parametrize("word", ["NA", "None"])
def test_a_word_that_is_meant_is_a_fact(tmp_path: Path, word: str) -> None:
    rows = ("subject,label,x,site", f"P1,a,1,{word}", "P2,b,2,south")
    meant = table.load(path=table_of(tmp_path, rows), literal=[word])
    assert meant.facts["site"] == {"P1": word, "P2": "south"}
    assert table.load(path=table_of(tmp_path, rows)).facts["site"] == {"P2": "south"}


def test_a_manifest_knows_its_other_columns(
    tmp_path: Path, write_picture: Callable[..., Path]
) -> None:
    write_picture("a.png")
    (tmp_path / "m.csv").write_text("subject,modality,path,label,fold,site\nP1,us,a.png,F0,3,NA\n")
    modality = images.load(manifest=tmp_path / "m.csv", size=4)
    assert dict(modality.facts) == {"fold": {"P1": "3"}, "site": {}}
    modality = images.load(manifest=tmp_path / "m.csv", size=4, literal=["NA"])
    assert modality.facts["site"] == {"P1": "NA"}


def test_medmnist_knows_its_own_split(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {}  # as savez wants it
    for name in ("train", "val", "test"):
        arrays[f"{name}_images"] = np.zeros((2, 28, 28), dtype=np.uint8)
        arrays[f"{name}_labels"] = np.array([[0], [1]], dtype=np.uint8)
    np.savez(tmp_path / "m.npz", **arrays)
    split = medmnist.load(path=tmp_path / "m.npz").facts["split"]
    assert split["val-00002"] == "val"
    assert sorted(set(split.values())) == ["test", "train", "val"]
