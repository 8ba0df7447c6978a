"""Damaged results give a report or a one-line message, and no traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from albench import cli
from albench.errors import RecordsError
from albench.explain import explain
from albench.merge import merge
from albench.overview import status_overview
from albench.publish.derive import derive
from albench.publish.read import read
from albench.publish.write import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Toys = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("rendered")  # odd text is drawn, too

FEW = settings(
    derandomize=True,
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""Drawing a report takes a part of a second."""


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory, toy_in: Toys) -> Path:
    """A small results folder of text tables."""
    size = {"n_repetitions": 2, "strategies": ("random", "esd")}
    folder: Path = toy_in(tmp_path_factory.mktemp("texts") / "toy", **size).write()
    return folder


@st.composite
def damages(draw: st.DrawFn, content: bytes) -> bytes:
    """Return content of which some bytes are flipped, cut off, left out or put in."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(content)))
        kind = draw(st.sampled_from(["flip", "cut", "leave out", "put in"]))
        if kind == "flip" and at < len(content):
            flipped = content[at] ^ draw(st.integers(1, 255))
            content = content[:at] + bytes([flipped]) + content[at + 1 :]
        elif kind == "cut":
            content = content[:at]
        elif kind == "leave out":
            content = content[:at] + content[at + draw(st.integers(1, 200)) :]
        else:
            new = draw(st.binary(max_size=4) | st.sampled_from([b"\n", b",", b'"', b"1e999", b"-"]))
            content = content[:at] + new + content[at:]
    return content


@pytest.mark.parametrize("name", ["cells.csv", "scores.csv", "manifest.json"])
@FEW
@given(data=st.data())
def test_a_damaged_table_gives_a_report_or_a_sentence(
    name: str, data: st.DataObject, texts: Path, draw_all: Callable[[Path], list[str]]
) -> None:
    whole = (texts / name).read_bytes()
    try:
        (texts / name).write_bytes(data.draw(damages(whole)))
        "".join(draw_all(texts)).encode()
    except RecordsError as error:
        assert name in str(error) or "scores.csv" in str(error)  # noqa: PT017  # some do no harm
    finally:
        (texts / name).write_bytes(whole)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@st.composite
def spoilt(draw: st.DrawFn, value: Any) -> Any:
    """Return plain data of which one part is something else, or gone."""
    if isinstance(value, dict | list) and value and draw(st.integers(0, 9)):
        changed = value.copy()
        key = draw(
            st.sampled_from(sorted(value))
            if isinstance(value, dict)
            else st.integers(0, len(value) - 1)
        )
        if draw(st.integers(0, 4)):
            changed[key] = draw(spoilt(value[key]))
        else:
            del changed[key]
        return changed
    return draw(ODD)


@settings(FEW, max_examples=60)
@given(data=st.data())
def test_odd_records_are_read_or_refused_in_a_sentence(
    data: st.DataObject,
    run_data: dict[str, Any],
    cell_data: dict[str, Any],
    journal_of: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    events = [event_of("run", run_data), event_of("cell", cell_data)]
    which = data.draw(st.integers(0, 1))
    events[which] = data.draw(spoilt(events[which]))
    journal_of(folder, events)
    readers: tuple[Callable[[], object], ...] = (
        lambda: status_overview(folder).as_text(),
        lambda: explain(cell_data["cell"], folder, [], None),
        lambda: merge([folder, folder], folder / "merged"),
        lambda: write(derive(read(folder)), folder),
    )
    for reader in readers:
        try:
            reader()
        except RecordsError as error:
            str(error).encode()


FILES = ("cells.csv", "manifest.json", "marks.csv", "intervals.csv", "report/index.html")
FOLDERS = ("journal", "tables", "report", "report/figures")


@pytest.mark.parametrize("name", [*FILES, *FOLDERS, "journal/a.jsonl", "tables/cells.parquet"])
def test_what_stands_in_the_place_of_a_file_or_folder_is_told(
    name: str,
    run_data: dict[str, Any],
    cell_data: dict[str, Any],
    journal_of: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    journal_of(tmp_path, [event_of("run", run_data), event_of("cell", cell_data)])
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    if name.startswith("journal"):
        (tmp_path / "journal" / "a.jsonl").unlink()
    if name in FOLDERS:
        if place.is_dir():
            place.rmdir()
        place.write_text("")
    else:
        place.mkdir()
    assert cli.main(["report", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert name.partition("/")[0] in line


@pytest.mark.parametrize("command", ["status", "report", "merge", "explain"])
def test_odd_lines_of_a_journal_end_every_command_in_sentences(
    command: str,
    run_data: dict[str, Any],
    journal_of: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    odd = [[], {"v": 2, "data": {}}, event_of("run", {}), {"v": 2, "event": "cell", "data": []}]
    journal_of(tmp_path, [event_of("run", run_data), *odd])
    arguments = {
        "merge": [str(tmp_path), "-o", str(tmp_path / "merged")],
        "explain": ["0000", "--results", str(tmp_path)],
    }
    assert cli.main([command, *arguments.get(command, [str(tmp_path)])]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(": the line")[0][-6:] for line in lines] == [
        f"line {number}" for number in range(2, 6)
    ]


def event_of(kind: str, data: Any) -> dict[str, Any]:  # plain data of any kind
    """Return an event as a line of a journal holds it."""
    return {"v": 2, "event": kind, "data": data}
