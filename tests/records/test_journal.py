"""The journal keeps every line that was written and reports every line that was lost."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albench.errors import RecordsError
from albench.records.journal import Journal, JournalReading, read
from albench.records.printable import printable_data
from albench.records.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cut = Callable[[bytes], bytes]


def contents(reading: JournalReading) -> list[Any]:  # plain data of any kind
    """Return what the events say."""
    return [event.content for event in reading.events]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The file of a writer who wrote three events."""
    with Journal(tmp_path) as journal:
        for i in range(3):
            journal.append("end", {"number": i})
    return journal.path


def test_events_come_back_in_order_with_their_writer(written: Path) -> None:
    reading = read(written.parent)
    assert contents(reading) == [{"number": i} for i in range(3)]
    assert {event.source for event in reading.events} == {written.name}
    assert reading.warnings == ()


def test_an_event_is_one_line_with_its_checksum(written: Path) -> None:
    for line in written.read_bytes().splitlines():
        checksum, _, body = line.partition(b" ")
        assert int(checksum, 16) == zlib.crc32(body)
        assert json.loads(body)["v"] == SCHEMA_VERSION


def test_an_event_is_on_disk_before_the_writer_ends(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append("end", {})
        assert len(read(tmp_path).events) == 1


TEXTS = st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.floats(allow_nan=False))


@given(st.lists(TEXTS, max_size=4))
@settings(derandomize=True, deadline=None, max_examples=30)
def test_any_plain_data_come_back(
    tmp_path_factory: pytest.TempPathFactory, data: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    with Journal(folder) as journal:
        for content in data:
            journal.append("end", content)
    assert contents(read(folder)) == printable_data(data)


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_journals_holds_nothing(exists: bool, tmp_path: Path) -> None:
    assert read(tmp_path if exists else tmp_path / "gone").events == ()


def test_a_writer_makes_its_folder(tmp_path: Path) -> None:
    with Journal(tmp_path / "results" / "journal") as journal:
        assert journal.path.parent == tmp_path / "results" / "journal"


def test_every_writer_has_a_file_of_its_own(tmp_path: Path) -> None:
    paths = set()
    for _ in range(5):
        with Journal(tmp_path) as journal:
            paths.add(journal.path)
    assert len(paths) == 5


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    paths = []
    for i in (2, 0, 1):
        with Journal(tmp_path) as journal:
            journal.append("end", {"number": i})
        paths.append(journal.path.rename(tmp_path / f"{i}.jsonl"))
    assert [content["number"] for content in contents(read(tmp_path))] == [0, 1, 2]


@pytest.mark.parametrize("hours_back", [0, 1])
def test_a_later_writer_is_read_last_though_the_clock_went_back(
    hours_back: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = time.time_ns()
    for number in range(3):
        monkeypatch.setattr(time, "time_ns", lambda n=number: start - n * hours_back * 3600 * 10**9)
        with Journal(tmp_path) as journal:
            journal.append("end", {"number": number})
    assert [content["number"] for content in contents(read(tmp_path))] == [0, 1, 2]


@pytest.mark.parametrize("name", ["old", "20241399T996199.000000000Z-a", "z"])
def test_a_writer_begins_beside_a_file_of_any_name(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.jsonl").touch()
    with Journal(tmp_path) as journal:
        journal.append("end", {})
    assert len(read(tmp_path).events) == 1


@pytest.mark.parametrize("kept", [1, 5, 8, 9, 20])
def test_a_torn_last_line_is_left_out_and_told(kept: int, written: Path) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"".join(lines[:2]) + lines[2][:kept])
    reading = read(written.parent)
    assert [content["number"] for content in contents(reading)] == [0, 1]
    assert reading.warnings == (f"{written}: its last line was cut off and is left out",)


def test_a_last_line_that_lacks_only_its_end_counts(written: Path) -> None:
    written.write_bytes(written.read_bytes().removesuffix(b"\n"))
    reading = read(written.parent)
    assert (len(reading.events), reading.warnings) == (3, ())


def test_a_torn_line_of_one_writer_leaves_the_others_alone(written: Path) -> None:
    written.write_bytes(written.read_bytes()[:-5])
    with Journal(written.parent) as journal:
        journal.append("end", {"number": 9})
    reading = read(written.parent)
    assert sorted(content["number"] for content in contents(reading)) == [0, 1, 9]
    assert len(reading.warnings) == 1


DAMAGES: dict[str, Cut] = {
    "one letter": lambda line: line.replace(b"number", b"nunber"),
    "cut": lambda line: line[:-10] + b"\n",
    "no checksum": lambda line: line[9:],
    "zeros": lambda line: bytes(len(line) - 1) + b"\n",
    "not text": lambda line: line[:12] + b"\xff\xfe" + line[14:],
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_damaged_line_is_left_out_and_told_with_file_and_line(
    number: int, damage: str, written: Path
) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    lines[number - 1] = DAMAGES[damage](lines[number - 1])
    written.write_bytes(b"".join(lines))
    reading = read(written.parent)
    (warning,) = reading.warnings
    assert warning.startswith(f"{written}, line {number}: the line is damaged")
    rest = [{"number": i} for i in range(3) if i != number - 1]
    assert contents(reading) == rest


def test_every_damaged_line_is_told(written: Path) -> None:
    written.write_bytes(written.read_bytes().replace(b"number", b"nunber"))
    reading = read(written.parent)
    assert (reading.events, len(reading.warnings)) == ((), 3)


def test_lines_that_became_one_when_an_end_of_line_was_damaged_are_all_read(written: Path) -> None:
    first, second, third = written.read_bytes().splitlines()
    written.write_bytes(first + b"\x08" + second + b"\x0b" + third + b"\x0a")
    reading = read(written.parent)
    assert contents(reading) == [{"number": i} for i in range(3)]
    assert reading.warnings == ()


def test_a_line_of_a_newer_version_is_refused(written: Path) -> None:
    body = json.dumps({"v": SCHEMA_VERSION + 1, "event": "cell", "data": {}}).encode()
    with written.open("ab") as file:
        file.write(f"{zlib.crc32(body):08x} ".encode() + body + b"\n")
    newer = rf"line 4: the line is of version {SCHEMA_VERSION + 1}, .*newer albench"
    with pytest.raises(RecordsError, match=newer):
        read(written.parent)


def test_many_lines_of_a_newer_version_are_two_complaints(written: Path) -> None:
    body = json.dumps({"v": SCHEMA_VERSION + 1, "event": "cell", "data": {}}).encode()
    with written.open("ab") as file:
        file.write((f"{zlib.crc32(body):08x} ".encode() + body + b"\n") * 50)
    with pytest.raises(RecordsError) as error:
        read(written.parent)
    first, rest = map(str, error.value.complaints)
    assert "line 4: the line is of version" in first
    assert rest == f"{written}: 49 more lines cannot be read for the same cause"


def test_a_line_of_an_older_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    body = json.dumps({"v": SCHEMA_VERSION - 1, "event": "end", "data": {}}).encode()
    (tmp_path / "old.jsonl").write_bytes(f"{zlib.crc32(body):08x} ".encode() + body + b"\n")
    with pytest.raises(RecordsError, match=r"line 1: .* remove its file"):
        read(tmp_path)


def test_threads_that_share_a_writer_do_not_mix_their_lines(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for i in range(8):
            journal.append("end", {"thread": number, "i": i, "text": "x" * 5000})

    with Journal(tmp_path) as journal:
        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    events = [(content["thread"], content["i"]) for content in contents(read(tmp_path))]
    assert sorted(events) == [(number, i) for number in range(8) for i in range(8)]
    assert [i for number, i in events if number == 3] == list(range(8))


WRITER = """
import sys
from pathlib import Path
from albench.errors import AlbenchError
from albench.records.journal import Journal
with Journal(Path(sys.argv[1])) as journal:
    for i in range(9):
        journal.append("end", {"process": int(sys.argv[2]), "i": i})
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, str(number)]) for number in range(3)]  # noqa: S603  # our own code
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    events = sorted((content["process"], content["i"]) for content in contents(read(tmp_path)))
    assert events == [(number, i) for number in range(3) for i in range(9)]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from albench.errors import AlbenchError
from albench.records.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(Path(sys.argv[1]))
journal.append("end", {"number": 0})
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
try:
    journal.append("end", {"number": 1, "texts": ["x" * 5000] * 10})
except AlbenchError:
    print("told")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.append("end", {"number": 2})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files the POSIX way")
def test_a_disk_that_is_full_is_told_and_damages_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # our own code
    assert done.stdout == "told\n"
    assert [content["number"] for content in contents(read(tmp_path))] == [0, 2]
