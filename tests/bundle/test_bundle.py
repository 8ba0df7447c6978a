"""A received bundle is used only if it is valid; nothing is written outside its folder."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from albench.bundle import unpacking
from albench.bundle.checking import check_bundle
from albench.bundle.layout import CONTENTS, FILES
from albench.bundle.writing import pack_records
from albench.cli import main
from albench.errors import RecordsError
from albench.publish.derive import derive
from albench.publish.write import write_text_tables
from albench.records.archive import read_archive, write_archive

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.records.tables import Records

    Damage = dict[str, Callable[[pa.Table], pa.Table]]
    Alter = Callable[[Path, Callable[[dict[str, bytes]], object]], Path]

Files = dict[str, bytes]
ROOT = Path(__file__).parents[2]


def test_a_bundle_holds_what_it_lists_and_nothing_pickled(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        assert sorted(archive.namelist()) == sorted([CONTENTS, *FILES])


def test_the_same_records_give_the_same_bytes(
    bundle: Path, records_of: Callable[..., Records], tmp_path: Path
) -> None:
    pack_records(records_of({"core/random": 0.2, "lab/clever": 0.4}), tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_every_score_is_computed_again(bundle: Path) -> None:
    checked = check_bundle(bundle)
    assert len(checked.records.finished) == 18
    assert checked.n_scores >= 18 * 3


def _complaints(bundle: Path) -> str:
    with pytest.raises(RecordsError) as caught:
        check_bundle(bundle)
    return str(caught.value)


def _csv(files: Files, name: str, column: str, value: float | str) -> None:
    table = pd.read_csv(io.BytesIO(files[name]), dtype={"cell": str}, keep_default_na=False)
    table[column] = table[column].astype(object)
    table.loc[len(table) - 1, column] = value
    files[name] = table.to_csv(index=False).encode()


def test_altered_scores_are_told_with_both_values(bundle: Path, alter: Alter) -> None:
    problems = _complaints(
        alter(bundle, lambda files: _csv(files, "scores.csv", "accuracy", 0.123))
    )
    assert "accuracy is stated as 0.123, and its probabilities give" in problems
    assert "altered.zip" in problems


def test_a_score_that_is_left_out_comes_from_the_probabilities(bundle: Path, alter: Alter) -> None:
    changed = alter(bundle, lambda files: _csv(files, "scores.csv", "accuracy", ""))
    ends = check_bundle(changed).records.finished.values()
    assert all("accuracy" in entry.scores for end in ends for entry in end.rounds)


def _parquet(files: Files, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    table = pq.read_table(io.BytesIO(files[name]))
    changed = pa.Table.from_pandas(
        change(table.to_pandas()), schema=table.schema, preserve_index=False
    )
    sink = io.BytesIO()
    pq.write_table(changed, sink)
    files[name] = sink.getvalue()


def test_an_identity_that_does_not_give_the_name_is_told(bundle: Path, alter: Alter) -> None:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table["identity"] = [text.replace('"initial":10', '"initial":9') for text in table.identity]
        return table

    problems = _complaints(alter(bundle, lambda files: _parquet(files, "cells.parquet", change)))
    assert "has a name that its identity does not give" in problems
    assert "more faults like these" in problems


def test_a_plan_that_says_another_strategy_than_the_identity_is_told(
    bundle: Path, alter: Alter
) -> None:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table["strategy_plugin"] = table["strategy_plugin"].replace("lab/clever", "core/margin")
        return table

    problems = _complaints(alter(bundle, lambda files: _parquet(files, "cells.parquet", change)))
    assert "another strategy than its identity says" in problems


def _buy_one_again(files: Files) -> None:
    _parquet(files, "picks.parquet", lambda t: t.assign(candidate=7))


def test_purchases_that_are_not_those_of_the_tables_are_told(bundle: Path, alter: Alter) -> None:
    assert "did not buy what cells.csv says" in _complaints(alter(bundle, _buy_one_again))


def test_a_candidate_that_is_bought_twice_is_told(bundle: Path, alter: Alter) -> None:
    def change(files: Files) -> None:
        _buy_one_again(files)
        cells = pd.read_csv(io.BytesIO(files["cells.csv"]), dtype={"cell": str})
        files["cells.csv"] = cells.drop(columns="picks_hash").to_csv(index=False).encode()

    assert "bought a candidate twice" in _complaints(alter(bundle, change))


def test_cells_without_probabilities_are_told(bundle: Path, alter: Alter) -> None:
    problems = _complaints(
        alter(bundle, lambda files: _parquet(files, "predictions.parquet", lambda t: t.iloc[:5]))
    )
    assert "comes without probabilities" in problems


@pytest.mark.parametrize(
    "name", ["../outside.txt", "/outside.txt", "..\\outside.txt", "notes.txt", "x/cells.csv"]
)
def test_foreign_files_and_paths_are_refused(
    bundle: Path, alter: Alter, tmp_path: Path, name: str
) -> None:
    changed = alter(bundle, lambda files: files.update({name: b"harm"}))
    (tmp_path / "inner").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(RecordsError, match="belongs to no bundle"):
        unpacking.unpack_bundle(changed, tmp_path / "inner")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_that_lacks_is_told(bundle: Path, alter: Alter) -> None:
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(bundle.with_name("c"), "w") as copy:
        for name in archive.namelist()[:-1]:
            copy.writestr(name, archive.read(name))
    assert "lacks predictions.parquet" in _complaints(bundle.with_name("c"))


def test_a_link_is_refused(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(bundle.with_name("l"), "w") as copy:
        for member in archive.infolist():
            content = archive.read(member)
            if member.filename == "marks.csv":
                member.external_attr = 0o120777 << 16
            copy.writestr(member, content)
    assert "holds a link, 'marks.csv'" in _complaints(bundle.with_name("l"))


def test_what_the_list_does_not_say_is_refused(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(bundle.with_name("s"), "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            copy.writestr(name, content.swapcase() if name == "marks.csv" else content)
    assert "marks.csv is not what bundle.json lists" in _complaints(bundle.with_name("s"))


def test_a_decompression_bomb_is_never_unpacked(
    bundle: Path, alter: Alter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "LARGEST_FILE", 1_000_000)
    changed = alter(bundle, lambda files: files.update({"marks.csv": b"0" * 5_000_000}))
    assert "to over 1,000,000 bytes" in _complaints(changed)


def test_a_bomb_that_says_it_is_small_stops_at_what_is_listed(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    contents = json.loads(files[CONTENTS])
    contents["files"]["marks.csv"]["bytes"] = 10
    files |= {CONTENTS: json.dumps(contents).encode(), "marks.csv": b"0" * 5_000_000}
    path = bundle.with_name("bomb.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert "marks.csv unpacks to more than 10 bytes" in _complaints(path)


def test_a_table_of_too_many_equal_rows_is_refused(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_ROWS", 50)
    assert "unpacks to more than a bundle may hold" in _complaints(bundle)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 torn"])
def test_what_is_no_bundle_ends_with_status_2(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert main(["check", str(tmp_path / "x.zip")]) == 2
    assert "cannot be read as a bundle" in capsys.readouterr().err


def test_a_missing_bundle_ends_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path / "x.zip")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_published_results_without_probabilities_say_who_can_bundle_them(
    records_of: Callable[..., Records], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = records_of({"core/random": 0.2})
    write_text_tables(derive(records), tmp_path)
    write_archive(records, tmp_path, 0.0)
    assert main(["bundle", str(tmp_path), "-o", str(tmp_path / "a.zip")]) == 2
    said = capsys.readouterr().err
    assert "only their run folder can be bundled, by whoever has it" in said
    assert "a site takes these results as they are" in said


@pytest.mark.sweep  # reads all that is published
def test_the_page_on_sharing_says_which_published_results_can_be_bundled() -> None:
    page = (ROOT / "docs" / "sharing.md").read_text(encoding="utf-8")
    paragraph = page.partition("A bundle is checked by")[2].partition("\n\n")[0]
    can, _, cannot = paragraph.partition(". `results/")
    for results in sorted(path.parent for path in ROOT.glob("results/*/cells.parquet")):
        entries = [entry for end in read_archive(results).cells for entry in end.rounds]
        has_all = all(entry.proba for entry in entries)
        assert f"results/{results.name}`" in (can if has_all else f"results/{cannot}")


def test_a_folder_without_records_makes_no_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", str(tmp_path), "-o", str(tmp_path / "x.zip")]) == 2
    assert "holds no records" in capsys.readouterr().err
    assert not (tmp_path / "x.zip").exists()


TABLES = [name for name in FILES if name.endswith(".parquet")]
DAMAGE: Damage = {
    "numbers instead": lambda t: pa.table({n: pa.array([7] * len(t)) for n in t.column_names}),
    "texts instead": lambda t: pa.table({n: pa.array(["x"] * len(t)) for n in t.column_names}),
    "nothing at all": lambda t: pa.table({n: pa.nulls(len(t)) for n in t.column_names}),
    "no columns": lambda t: t.select([]),
    "lists of lists": lambda t: pa.table({n: pa.array([[["x"]]] * len(t)) for n in t.column_names}),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", TABLES)
def test_tables_of_another_kind_are_told(
    bundle: Path, alter: Alter, name: str, damage: str
) -> None:
    def change(files: Files) -> None:
        sink = io.BytesIO()
        pq.write_table(DAMAGE[damage](pq.read_table(io.BytesIO(files[name]))), sink)
        files[name] = sink.getvalue()

    assert "altered.zip" in _complaints(alter(bundle, change))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\x00", b"[" * 100_000, b"a,b\n1,2\n"])
@pytest.mark.parametrize("name", ["manifest.json", "cells.csv", "scores.csv"])
def test_other_content_is_told(bundle: Path, alter: Alter, name: str, content: bytes) -> None:
    assert "altered.zip" in _complaints(alter(bundle, lambda f: f.update({name: content})))
