"""The journal: one JSON line an event, checksummed, one file a writer, only ever appended to."""

from __future__ import annotations

import calendar
import json
import os
import re
import secrets
import socket
import threading
import time
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from albench.errors import AlbenchError, Complaint, RecordsError, StorageError
from albench.plural import plural
from albench.records.damage import HEAD, Damage, costs, pieces
from albench.records.line_content import content_of
from albench.records.printable import is_printable_json, printable_data
from albench.records.run_record import PlannedRun
from albench.records.schema import SCHEMA_VERSION, Finished

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from albench.records.line_content import Content


TAKE_AWAY = "remove its file to continue without it"

_SECOND = "%Y%m%dT%H%M%S"
_STAMP = re.compile(r"(\d{8}T\d{6})\.(\d{9})Z-", re.ASCII)


class Journal:
    """A writer's own file in a results folder; safe to use from several threads.

    Parameters
    ----------
    folder : Path
        ``results/NAME/journal``; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        host = "".join(c for c in socket.gethostname() if c.isalnum())[:20] or "host"
        name = f"{_next_stamp(folder)}-{host}-{os.getpid()}-{secrets.token_hex(3)}.jsonl"
        self.path = folder / name
        self._file = self.path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def append(
        self, event: str, data: dict[str, Any]
    ) -> None:  # plain data of the event's own kind
        """Write one event; it is on disk when this returns, and no part of it if this fails.

        Its texts are made printable here, once for all who read them.

        Parameters
        ----------
        event : str
            ``run``, ``cell`` or ``end``.
        data : dict
            Plain data.

        Raises
        ------
        StorageError
            If the disk takes no more.
        AlbenchError
            If nobody could read what would be written.
        """
        self.extend([(event, data)])

    def extend(self, events: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Write several events, and wait for the disk once.

        Parameters
        ----------
        events : iterable of (str, dict)
            As for `append`.

        Raises
        ------
        AlbenchError
            As of `append`; those before the one that failed are written.
        """
        lines = (self._line(event, data) for event, data in events)
        with self._lock:
            try:
                for line in lines:
                    self._write(line)
                os.fsync(self._file.fileno())
            except OSError as error:
                problem = (
                    f"cannot be written any more: {error.strerror}; what had ended is kept, and "
                    "the same command goes on from there"
                )
                raise StorageError([Complaint(str(self.path), problem)]) from error

    def _line(self, event: str, data: dict[str, Any]) -> bytes:
        plain = printable_data(data)
        try:
            content_of(event, plain)
        except ValueError as error:
            raise AlbenchError(f"{self.path}: not written: the line {error}") from error
        body = json.dumps({"v": SCHEMA_VERSION, "event": event, "data": plain}, sort_keys=True)
        return f"{zlib.crc32(body.encode()):08x} {body}\n".encode()

    def _write(self, line: bytes) -> None:
        end = os.fstat(self._file.fileno()).st_size
        rest = memoryview(line)
        try:
            while rest:  # a disk that is nearly full takes a part, and fails at the next attempt
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.truncate(end)  # or the next line would go on where this one broke off
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _next_stamp(folder: Path) -> str:
    """Return the time for the name of a new file, later than all here even if a clock went back."""
    newest = max((_nanoseconds(path.name) for path in folder.glob("*.jsonl")), default=0)
    seconds, rest = divmod(max(time.time_ns(), newest + 1), 10**9)
    return f"{time.strftime(_SECOND, time.gmtime(seconds))}.{rest:09d}Z"


def _nanoseconds(name: str) -> int:
    """Return the time that a file's name begins with; 0 if somebody has renamed it."""
    if not (stamp := _STAMP.match(name)):
        return 0
    try:
        return calendar.timegm(time.strptime(stamp[1], _SECOND)) * 10**9 + int(stamp[2])
    except ValueError:  # no such day
        return 0


@dataclass(frozen=True)
class Event:
    """One line of a journal.

    Parameters
    ----------
    content : PlannedRun, Finished or dict
        A run that began, a cell that ended, or a remark on how a run ended.
    source : str
        The file's name: who wrote it.
    """

    content: Content
    source: str


@dataclass(frozen=True)
class JournalReading:
    """All events of a folder, and what could not be read.

    Parameters
    ----------
    events : tuple of Event
        File by file in the order of their names, which begin with the time.
    warnings : tuple of str
        Sentences about lines that were torn off when a writer was killed, or damaged later.
    lost : mapping of str to str
        By cell: the sentence about the damaged line that held its only result.
    """

    events: tuple[Event, ...]
    warnings: tuple[str, ...]
    lost: Mapping[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> tuple[PlannedRun, ...]:
        """The runs, the latest last."""
        return tuple(e.content for e in self.events if isinstance(e.content, PlannedRun))

    @property
    def cells(self) -> tuple[Finished, ...]:
        """The ends of cells, in order; a cell may end several times."""
        return tuple(e.content for e in self.events if isinstance(e.content, Finished))


def read(folder: Path) -> JournalReading:
    """Return every event of a results folder's journals.

    Parameters
    ----------
    folder : Path
        ``results/NAME/journal``; may be missing.

    Returns
    -------
    JournalReading
        A torn last line of a file, and damaged lines, are left out and reported.

    Raises
    ------
    RecordsError
        If a line with a good checksum is of a version this albench does not know, or no event; if a
        file cannot be read, or the folder is none.
    """
    if folder.exists() and not folder.is_dir():
        raise RecordsError([Complaint(str(folder), "is a file; a journal is a folder of files")])
    events: list[Event] = []
    warnings: list[str] = []
    complaints: list[Complaint] = []
    damages: list[Damage] = []
    for path in sorted(folder.glob("*.jsonl")):
        lines = _lines(path, complaints)
        refused: list[Complaint] = []
        for number, line in enumerate(lines, start=1):
            try:
                whole, damaged = _whole(line)
                events += [_event(body, path.name) for body in whole]
            except ValueError as error:
                refused.append(Complaint(f"{path}, line {number}", str(error)))
                continue
            if damaged and number == len(lines):  # its writer was killed, or its disk full
                warnings.append(f"{path}: its last line was cut off and is left out")
            else:
                damages += [Damage(path, number, piece) for piece in damaged]
        complaints += _shortened(refused, path)
    if complaints:
        raise RecordsError(complaints)
    losses = list(costs(_joined(damages), (event.content for event in events)))
    lost = {cell: sentence for cell, sentence in losses if cell}
    return JournalReading(tuple(events), (*warnings, *(sentence for _, sentence in losses)), lost)


def _shortened(refused: Sequence[Complaint], path: Path) -> list[Complaint]:
    """Return the first complaint of each kind about a file, and how many more lines there are."""
    first = {complaint.problem: complaint for complaint in reversed(refused)}
    kept = [complaint for complaint in refused if first[complaint.problem] is complaint]
    n_more = len(refused) - len(kept)
    alike = Complaint(str(path), f"{plural(n_more, 'more line')} cannot be read for the same cause")
    return [*kept, *([alike] if n_more else [])]


def _whole(line: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return the bodies of a line whose checksum holds, and what is damaged of it."""
    if (body := _body(line)) is not None:
        return [body], []
    whole, damaged = [], []
    for piece in pieces(line) if line else ():
        body = _body(piece) or _body(piece[:-1])  # its last byte was the end of the line
        if body is None:
            damaged.append(piece)
        else:
            whole.append(body)
    return whole, damaged


def _body(line: bytes) -> bytes | None:
    checksum, _, body = line.partition(b" ")
    return body if f"{zlib.crc32(body):08x}".encode() == checksum else None


def _joined(damages: Sequence[Damage]) -> list[Damage]:
    """Return damages with lines made whole that a byte split which has become an end of line."""
    joined: list[Damage] = []
    end: tuple[Path, int] | None = None
    for damage in damages:
        if end == (damage.file, damage.number) and not HEAD.match(damage.line):
            line = joined[-1].line + b"\n" + damage.line
            joined[-1] = replace(joined[-1], line=line)
        else:
            joined.append(damage)
        end = (damage.file, damage.number + 1)
    return joined


def _lines(path: Path, complaints: list[Complaint]) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")
    except OSError as error:
        problem = (
            f"cannot be read: {error.strerror}; move it out of the folder to continue without it"
        )
        complaints.append(Complaint(str(path), problem))
        return []


def _is_of_cell(content: object) -> bool:
    return isinstance(content, dict) and content.get("event") == "cell"


def _event(body: bytes, source: str) -> Event:
    try:
        content = json.loads(body)
        # The texts of cells are checked where they are typed; going through theirs takes longest.
        if not (_is_of_cell(content) and is_printable_json(body)):
            content = printable_data(content)
    except RecursionError:
        raise ValueError("the line is nested too deeply to be albench's") from None
    except ValueError as error:
        raise ValueError(f"the line is not JSON that can be read: {error}") from error
    version = content.get("v") if isinstance(content, dict) else None
    if type(version) is not int:
        raise ValueError("the line is no event: it has no version")
    if version != SCHEMA_VERSION:
        advice = "use a newer albench" if version > SCHEMA_VERSION else TAKE_AWAY
        readable = f"this albench reads version {SCHEMA_VERSION}"
        raise ValueError(f"the line is of version {version}, {readable}: {advice}")
    try:
        return Event(content_of(content.get("event"), content.get("data")), source)
    except ValueError as error:
        raise ValueError(f"the line {error}; {TAKE_AWAY}") from error
