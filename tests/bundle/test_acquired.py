"""A bundle carries the modalities that were bought beside labels, and they are checked."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from albench.bundle.checking import check_bundle
from albench.bundle.layout import CONTENTS, FILES
from albench.cli import main
from albench.errors import RecordsError
from albench.records.archive import ACQUIRED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    Files = dict[str, bytes]
    Alter = Callable[[Path, Callable[[Files], object]], Path]
    Change = Callable[[pd.DataFrame], pd.DataFrame]


def test_it_is_carried_where_modalities_were_bought(asking_bundle: Path) -> None:
    with zipfile.ZipFile(asking_bundle) as archive:
        assert sorted(archive.namelist()) == sorted([CONTENTS, *FILES, ACQUIRED])
    ends = check_bundle(asking_bundle).records.finished.values()
    bought = [[entry.acquired for entry in end.rounds] for end in ends if len(end.rounds) > 1]
    assert bought == [[[1, 3], [5, 7], [9, 11]]] * 12


def _change(files: Files, change: Change) -> None:
    table = pq.read_table(io.BytesIO(files[ACQUIRED]))
    new = change(table.to_pandas())
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(new, schema=table.schema, preserve_index=False), sink)
    files[ACQUIRED] = sink.getvalue()


ALTERED: dict[str, tuple[Change, str]] = {
    "altered": (lambda t: t.assign(code=t["code"] + 2), "what cells.csv says"),
    "missing rows": (lambda t: t[t["round"] > 0], "by round 0 than are counted"),
    "rows of a foreign cell": (lambda t: t.assign(cell="0" * 16), "which scores.csv lacks"),
    "a cell that buys nothing": (lambda t: t.iloc[:0], "what cells.csv says"),
}


@pytest.mark.parametrize("damage", ALTERED)
def test_altered_purchases_are_refused(
    asking_bundle: Path, alter: Alter, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change, problem = ALTERED[damage]
    path = alter(asking_bundle, lambda files: _change(files, change))
    assert main(["check", str(path)]) == 2
    printed = capsys.readouterr().err
    assert problem in printed
    assert "altered.zip" in printed


def _complaints(bundle: Path) -> str:
    with pytest.raises(RecordsError) as caught:
        check_bundle(bundle)
    return str(caught.value)


def test_a_bundle_without_its_purchases_is_refused(asking_bundle: Path, alter: Alter) -> None:
    path = alter(asking_bundle, lambda files: files.pop(ACQUIRED))
    assert "what cells.csv says" in _complaints(path)


def test_purchases_of_cells_that_cannot_buy_are_refused(
    bundle: Path, asking_bundle: Path, alter: Alter
) -> None:
    with zipfile.ZipFile(bundle) as archive:
        picks = pq.read_table(io.BytesIO(archive.read("picks.parquet"))).to_pandas()
    rows = picks[picks["round"] == 0].rename(columns={"candidate": "code"})
    with zipfile.ZipFile(asking_bundle) as archive:
        schema = pq.read_schema(io.BytesIO(archive.read(ACQUIRED)))
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(rows, schema=schema, preserve_index=False), sink)
    path = alter(bundle, lambda files: files.update({ACQUIRED: sink.getvalue()}))
    assert "bought modalities where none are for sale" in _complaints(path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"a,b"])
def test_a_file_of_another_kind_is_refused(
    asking_bundle: Path, alter: Alter, content: bytes
) -> None:
    path = alter(asking_bundle, lambda files: files.update({ACQUIRED: content}))
    assert "acquired.parquet is no Parquet file" in _complaints(path)


@pytest.mark.parametrize("side", ["list", "files"])
def test_what_the_list_does_not_say_is_refused(asking_bundle: Path, side: str) -> None:
    with zipfile.ZipFile(asking_bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    contents = json.loads(files[CONTENTS])
    del (contents["files"] if side == "list" else files)[ACQUIRED]
    files[CONTENTS] = json.dumps(contents).encode()
    with zipfile.ZipFile(asking_bundle, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    problem = "bundle.json does not list" if side == "list" else "lacks acquired.parquet, which"
    assert problem in _complaints(asking_bundle)
