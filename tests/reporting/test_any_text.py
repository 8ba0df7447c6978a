"""Arbitrary text from a plugin, a file name or a log spoils nothing else."""

from __future__ import annotations

import contextlib
import copy
import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from albench import cli, output
from albench.publish.derive import derive
from albench.publish.read import read
from albench.publish.write import write
from albench.records.printable import REASON_LIMIT, printable
from albench.reporting.load import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("rendered")  # odd text is drawn, too

NASTY = (
    *("\udcff", "\x1b[2J\x07", "\0", "\u202eevil", "\ufffe", "a\nb\r\nc", "\u2028", "\x85"),
    *("$x$", r"$\frac{", "**bold", "a|b", "<script>alert(1)</script>", "&amp;", r"\end{table}"),
    *("]]>", "-->", "`" * 5, "~^_%#{}", '"', "'", ",", ";", "None", "", " ", "x" * 20_000),
)
TEXTS = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), max_size=20)
FIXED = ("cell", "status", "proba", "evaluation", "cohort", "primary_metric")
"""Keys of texts that others refer to, or of which there are only a few."""

BARRED = {chr(n) for n in (*range(9), *range(11, 32), *range(0x7F, 0xA0), 0x2028, 0x202E, 0xFFFE)}

SETTINGS = settings(
    derandomize=True,
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where the texts of plain data are."""
    if isinstance(data, str):
        yield path
    for key, inner in data.items() if isinstance(data, dict) else ():
        yield from places(inner, (*path, key))
    for i, inner in enumerate(data) if isinstance(data, list) else ():
        yield from places(inner, (*path, i))


def with_text(data: Any, path: tuple[Any, ...], text: str) -> Any:
    """Return plain data with another text in one place."""
    changed = copy.deepcopy(data)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = text
    return changed


def said_by(*arguments: str) -> str:
    """Return what a command prints."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        cli.main(arguments)
    return out.getvalue()


@pytest.mark.sweep
@SETTINGS
@given(data=st.data(), text=TEXTS)
def test_any_text_in_any_place_of_the_records_can_be_reported(
    data: st.DataObject,
    text: str,
    run_data: dict[str, Any],
    cell_data: dict[str, Any],
    journal_of: Callable[..., None],
    draw_all: Callable[[Path], list[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    other = cell_data | {"cell": run_data["cells"][1]["cell"], "status": "error", "reason": text}
    kinds = {"run": run_data, "cell": cell_data, "other": other}
    kind = data.draw(st.sampled_from(sorted(kinds)))
    free = [path for path in places(kinds[kind]) if path[-1] not in FIXED]
    kinds[kind] = with_text(kinds[kind], data.draw(st.sampled_from(free)), text)
    folder = tmp_path_factory.mktemp("any")
    events = [("run", kinds["run"]), ("cell", kinds["cell"]), ("cell", kinds["other"])]
    journal_of(folder, [{"v": 2, "event": event, "data": content} for event, content in events])
    write(derive(read(folder)), folder)
    written = [path.read_text(encoding="utf-8") for path in folder.glob("*.csv")]
    written += draw_all(folder)
    written += [said_by("status", str(folder)), said_by("status", "--json", str(folder))]
    for shown in written:
        shown.encode()
        assert not set(shown) & BARRED


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_reason_reaches_tables_and_page_as_it_is_printed(
    text: str,
    run_data: dict[str, Any],
    cell_data: dict[str, Any],
    journal_of: Callable[..., None],
    tmp_path: Path,
) -> None:
    failed = cell_data | {"cell": run_data["cells"][1]["cell"], "status": "error", "reason": text}
    events = [("run", run_data), ("cell", cell_data), ("cell", failed)]
    journal_of(tmp_path, [{"v": 2, "event": event, "data": content} for event, content in events])
    write(derive(read(tmp_path)), tmp_path)
    cells = load(tmp_path).cells
    assert list(cells["status"]) == ["error", "ok"]
    kept = printable(text, REASON_LIMIT)
    assert list(cells["reason"]) == [kept, ""]


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_command_never_prints_what_steers_a_terminal(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output.say(text)
    output.complain(text)
    printed = capsys.readouterr()
    assert not set(printed.out + printed.err) & BARRED
