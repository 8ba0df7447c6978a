"""Whatever a plugin, a file name or a log says can be stored, printed and typeset."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from albench.errors import RecordsError
from albench.records import tables
from albench.records.journal import Event, Journal, JournalReading, read
from albench.records.printable import REASON_LIMIT, printable
from albench.records.schema import CellStatus, Finished, unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STEADY = settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ANY_TEXT = st.text(st.characters(exclude_categories=()))
ANY_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=12,
)


@STEADY
@given(ANY_TEXT)
def test_a_printable_text_encodes_controls_nothing_and_stays_as_it_is(text: str) -> None:
    shown = printable(text)
    shown.encode()
    assert not set(shown) & {chr(n) for n in (*range(9), *range(11, 32), 0x7F, 0x9B, 0x202E)}
    assert printable(shown) == shown


@STEADY
@given(st.text(min_size=90), st.integers(100, 200))
def test_a_limit_holds_for_every_text(text: str, limit: int) -> None:
    assert len(printable(text * 3, limit)) <= limit
    assert printable(printable(text, limit), limit) == printable(text, limit)


@settings(STEADY, max_examples=50)
@given(reason=ANY_TEXT | st.just("\udcff"))
def test_any_reason_becomes_a_row_of_tables_that_can_be_written(
    reason: str,
    tmp_path: Path,
    finished: Callable[..., Finished],
    event: Callable[..., Event],
    run_event: Callable[..., Event],
) -> None:
    failed = event(finished(status=CellStatus.ERROR, reason=reason))
    records = tables.gather(JournalReading((run_event(("c1", "random")), failed), ()))
    table = tables.cells_table(records)
    table.to_parquet(tmp_path / "cells.parquet")
    assert len(table.to_csv().encode()) > 0


def test_a_journal_with_a_harmful_reason_is_read_harmlessly(
    tmp_path: Path, finished: Callable[..., Finished]
) -> None:
    data = finished(status=CellStatus.ERROR).to_json() | {"reason": "\udcff\x1b[2J\0" + "x" * 9999}
    _write(tmp_path, {"v": 2, "event": "cell", "data": data})
    (event,) = read(tmp_path).events
    assert isinstance(event.content, Finished)
    reason = event.content.reason
    assert reason.startswith(r"\udcff\x1b[2J\x00xxx")
    assert len(reason) <= REASON_LIMIT


def test_what_is_appended_is_made_printable(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append("end", {"k\x1b": ["\udcff", {"a": "\u202e"}]})
    (event,) = read(tmp_path).events
    assert event.content == {r"k\x1b": [r"\udcff", {"a": r"\u202e"}]}


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"v": "2", "event": "cell", "data": {}},
        {"v": 2, "data": {}},
        {"v": 2, "event": [], "data": {}},
        {"v": 2, "event": "cell", "data": []},
        {"v": 2, "event": "run", "data": {}},
        {"v": 2, "event": "run", "data": {"cells": [3]}},
        {"v": 2, "event": "cell", "data": {"cell": "c", "status": "fine"}},
        {"v": 2, "event": "cell", "data": {"cell": "c", "status": "ok", "seconds": float("nan")}},
        {"v": 2, "event": "cell", "data": {"cell": 3, "status": "ok"}},
    ],
)
def test_a_line_of_odd_content_is_named_with_its_place(tmp_path: Path, content: Any) -> None:
    _write(tmp_path, content)
    with pytest.raises(RecordsError, match=r"old\.jsonl, line 1: the line "):
        read(tmp_path)


@STEADY
@given(event=st.sampled_from(["run", "cell", "end"]) | ANY_TEXT, data=ANY_DATA)
def test_any_content_is_read_or_refused_in_a_sentence(
    event: str, data: Any, tmp_path: Path
) -> None:
    _write(tmp_path, {"v": 2, "event": event, "data": data})
    try:
        read(tmp_path)
    except RecordsError as error:
        str(error).encode()


def test_deep_nesting_and_a_folder_in_a_journals_place_are_named(tmp_path: Path) -> None:
    _write_body(tmp_path, b"[" * 200_000)
    (tmp_path / "z.jsonl").mkdir()
    with pytest.raises(RecordsError) as error:
        read(tmp_path)
    message = str(error.value)
    assert "nested too deeply" in message
    assert "z.jsonl: cannot be read" in message


@STEADY
@given(st.text() | st.text("0123456789:=ABab+/"))
def test_damaged_probabilities_are_refused_in_a_sentence(text: str) -> None:
    try:
        unpack(text)
    except RecordsError as error:
        assert "damaged" in str(error)  # noqa: PT017  # a few texts are whole arrays


def _write(folder: Path, content: Any) -> None:
    _write_body(folder, json.dumps(content).encode())


def _write_body(folder: Path, body: bytes) -> None:
    line = f"{zlib.crc32(body):08x} ".encode() + body + b"\n"
    (folder / "old.jsonl").write_bytes(line)
