"""Vectors of every kind of file come in alike, and what is no vector is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file

from albench.api import DataError
from albench.loaders.embeddings.loader import load
from albench.testing import check_by_name

VALUES = np.random.default_rng(0).standard_normal((12, 5)).astype(np.float16)


def table(folder: Path, n: int = 12, columns: str = "subject,label") -> Path:
    file = folder / "table.csv"
    rows = [f"P{i // 2},{'ab'[i // 2 % 2]}" for i in range(n)]
    file.write_text("\n".join([columns, *rows]))
    return file


def npy(folder: Path) -> Path:
    np.save(folder / "v.npy", VALUES)
    return folder / "v.npy"


def npz(folder: Path) -> Path:
    np.savez(folder / "v.npz", other=np.arange(3), v=VALUES)
    return folder / "v.npz"


def packed(folder: Path) -> Path:
    np.savez_compressed(folder / "v.npz", v=VALUES)
    return folder / "v.npz"


def tensors(folder: Path) -> Path:
    save_file({"a": np.arange(3), "v": VALUES}, folder / "v.safetensors")
    return folder / "v.safetensors"


def parquet(folder: Path) -> Path:
    pq.write_table(pa.table({"v": list(VALUES), "x": range(12)}), folder / "v.parquet")
    return folder / "v.parquet"


def fortran(folder: Path) -> Path:
    np.save(folder / "v.npy", np.asfortranarray(VALUES.astype(">f4")))
    return folder / "v.npy"


def shards(folder: Path) -> Path:
    (folder / "v").mkdir()
    np.save(folder / "v" / "part2.npy", VALUES[:5])
    np.save(folder / "v" / "part10.npy", VALUES[5:])
    return folder / "v"


FILES = [npy, npz, packed, tensors, parquet, fortran, shards]


@pytest.mark.parametrize("write", FILES)
def test_every_kind_of_file_gives_the_same_vectors(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    modality = load(path=write(tmp_path), table=table(tmp_path))
    rows = np.array([11, 0, 6, 6])
    np.testing.assert_array_equal(modality.read(rows), VALUES[rows].astype(np.float32))
    assert modality.shape == (5,)
    assert modality.subjects[3] == "P1"


def test_a_file_and_its_shards_have_one_fingerprint(tmp_path: Path) -> None:
    whole = load(path=npy(tmp_path), table=table(tmp_path))
    assert load(path=shards(tmp_path), table=table(tmp_path)).fingerprint == whole.fingerprint


def test_rows_without_a_subject_are_their_own_and_that_is_said(tmp_path: Path) -> None:
    file = table(tmp_path, columns="owner,label")
    modality = load(path=npy(tmp_path), table=file)
    assert len(set(modality.subjects)) == 12
    assert "each of its 12 rows" in modality.warnings[0]
    assert not load(path=npy(tmp_path), table=file, subject="").warnings


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.zeros(3), "two dimensions"),
        (np.zeros((2, 3, 4)), "average"),
        (np.zeros((12, 3), dtype=int), "expected float16"),
        (np.array([["a"]], dtype=object), "Python objects"),
        (np.zeros((11, 3)), "11 vectors"),
        (np.zeros((0, 3)), "no vector"),
    ],
)
def test_what_is_no_table_of_vectors_is_refused(
    tmp_path: Path, values: np.ndarray, expected: str
) -> None:
    np.save(tmp_path / "v.npy", values)
    with pytest.raises(DataError, match=expected):
        load(path=tmp_path / "v.npy", table=table(tmp_path))


def test_a_pickle_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "v.pt").write_bytes(b"")
    with pytest.raises(DataError, match="can run code"):
        load(path=tmp_path / "v.pt", label="")
    with pytest.raises(DataError, match="No such file"):
        load(path=tmp_path / "none.npy", label="")


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    file = packed(tmp_path)
    content = bytearray(file.read_bytes())
    content[-200:-120] = bytes(80)
    file.write_bytes(bytes(content))
    with pytest.raises(DataError, match="not a readable NumPy file"):
        load(path=file, table=table(tmp_path))


def test_an_unpacked_array_by_columns_is_read_by_rows(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", v=np.asfortranarray(VALUES))
    modality = load(path=tmp_path / "v.npz", table=table(tmp_path))
    np.testing.assert_array_equal(modality.read(np.array([7])), VALUES[[7]].astype(np.float32))


def test_columns_beside_the_vectors_need_no_table(tmp_path: Path) -> None:
    columns = {"v": list(VALUES), "label": ["a", "b"] * 6, "subject": [f"P{i}" for i in range(12)]}
    pq.write_table(pa.table(columns), tmp_path / "v.parquet")
    modality = load(path=tmp_path / "v.parquet")
    assert modality.labels is not None
    assert modality.labels["P1"] == "b"


def test_lists_of_several_lengths_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"v": [[1.0, 2.0], [3.0]]}), tmp_path / "v.parquet")
    with pytest.raises(DataError, match="row 2 has 1 values"):
        load(path=tmp_path / "v.parquet", label="")


def test_the_loader_conforms(tmp_path: Path) -> None:
    options = {"path": npy(tmp_path), "table": table(tmp_path)}
    report = check_by_name("embeddings", options=options)
    assert report.ok, report.as_table()


def with_keys(folder: Path) -> tuple[Path, Path]:
    """Write vectors with keys, and a table in another order with a row more."""
    keys = [f"k{number}" for number in range(12)]
    np.savez(folder / "v.npz", v=VALUES, key=np.array(keys))
    rows = [f"{key},P{number // 2},{'ab'[number % 4 // 2]}" for number, key in enumerate(keys)]
    lines = ["key,subject,label", *reversed(rows), "k99,P9,a"]
    (folder / "t.csv").write_text("\n".join(lines))
    return folder / "v.npz", folder / "t.csv"


def test_rows_of_a_table_are_matched_by_a_key(tmp_path: Path) -> None:
    path, beside = with_keys(tmp_path)
    modality = load(path=path, key="v", table=beside, match="key")
    assert modality.subjects.tolist() == [f"P{number // 2}" for number in range(12)]
    assert "1 rows of t.csv have no vector." in modality.note


def test_a_key_in_parquet_matches_too(tmp_path: Path) -> None:
    _, beside = with_keys(tmp_path)
    keys = [f"k{number}" for number in range(12)]
    pq.write_table(pa.table({"v": list(VALUES), "key": keys}), tmp_path / "v.parquet")
    modality = load(path=tmp_path / "v.parquet", table=beside, match="key")
    assert modality.labels == {f"P{number}": "ab"[number % 2] for number in range(6)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("k3,", "k33,", "has no row for 1 of 12 vectors: 'k3'; it has 'k11', 'k10', 'k9'"),
        ("k3,", "k4,", r"line 10, column 'key': the key 'k4' is there already, in line 9"),
        ("k3,", ",", "line 10, column 'key': is empty"),
        ("key,", "id,", "t.csv: has no column 'key'"),
    ],
)
def test_a_key_that_does_not_match_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    path, beside = with_keys(tmp_path)
    beside.write_text(beside.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=said):
        load(path=path, key="v", table=beside, match="key")


def test_a_file_without_keys_cannot_be_matched(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no column 'subject' beside its vectors: save"):
        load(path=npy(tmp_path), table=table(tmp_path), match="subject")


def test_matching_needs_a_table(tmp_path: Path) -> None:
    path, _ = with_keys(tmp_path)
    with pytest.raises(DataError, match="goes with the option 'table'"):
        load(path=path, key="v", match="key")


@pytest.mark.parametrize(
    ("write", "is_mapped"), [(npy, True), (npz, False), (fortran, False), (shards, False)]
)
def test_a_file_is_mapped_where_it_holds_rows_as_they_are(
    tmp_path: Path, write: Callable[[Path], Path], is_mapped: bool
) -> None:
    path = write(tmp_path)
    modality = load(path=path, key="v" if path.suffix == ".npz" else None, table=table(tmp_path))
    assert modality.mapped == (path if is_mapped else None)


def test_a_file_of_which_rows_are_left_out_is_not_mapped(tmp_path: Path) -> None:
    beside = table(tmp_path)
    beside.write_text(beside.read_text().replace("P5,b", "P5,"))
    modality = load(path=npy(tmp_path), table=beside, unlabelled="drop")
    assert len(modality) == 10
    assert modality.mapped is None
