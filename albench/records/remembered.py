"""What was derived from a large journal, remembered beside it.

It counts only while the journal has the same bytes, all of which are hashed again each time, and
while the code that derived it is the same; otherwise it is derived again. It may be deleted at any
time.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from albench.source_digest import source_digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER = "work/derived"
"""In a run folder."""

SMALL_BYTES = 2**22
"""A journal up to this size is read as fast as what was derived from it."""

_INDEX = "index.json"


@dataclass(frozen=True, eq=False)
class RememberedTables:
    """What was derived from a journal.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        By name.
    plain : dict
        Of JSON's kinds.
    """

    frames: Mapping[str, pd.DataFrame]
    plain: dict[str, Any]


class Memory:
    """What one module has derived from the journal of a run folder, as it is now.

    Parameters
    ----------
    results : Path
        A run folder.
    module : str
        The dotted name of the module that derives it; what it imports of albench counts too.
    """

    def __init__(self, results: Path, module: str) -> None:
        self._all = results / FOLDER
        self._prefix = f"{module.rpartition('.')[2]}-"
        # Before the journal is read: what is appended meanwhile makes another key.
        key = _key(results / "journal", module)
        self._folder = None if key is None else self._all / f"{self._prefix}{key}"

    def recall(self) -> RememberedTables | None:
        """Return what was derived from the same journal by the same code.

        Returns
        -------
        RememberedTables or None
            None if there is nothing, or it is damaged.
        """
        if self._folder is None:
            return None
        with suppress(OSError, ValueError, TypeError, KeyError):
            digest, _, text = (self._folder / _INDEX).read_text(encoding="utf-8").partition("\n")
            if digest != _sha256(text.encode()):
                return None
            index = json.loads(text)
            files = {name: (self._folder / f"{name}.parquet") for name in index["frames"]}
            contents = {name: file.read_bytes() for name, file in files.items()}
            if all(_sha256(contents[name]) == index["frames"][name] for name in contents):
                frames = {name: pd.read_parquet(io.BytesIO(c)) for name, c in contents.items()}
                return RememberedTables(frames, index["plain"])
        return None

    def keep(self, derived: RememberedTables) -> None:
        """Remember what was derived, instead of what was before; a disk may refuse it.

        Parameters
        ----------
        derived : RememberedTables
            From the journal as it was when this memory was made.
        """
        if self._folder is None:
            return
        part = self._all / f".{secrets.token_hex(4)}.part"
        with suppress(OSError):
            try:
                part.mkdir(parents=True)
                _write(part, derived)
                for before in self._all.glob(f"{self._prefix}*"):
                    shutil.rmtree(before, ignore_errors=True)
                part.rename(self._folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)


def _write(folder: Path, derived: RememberedTables) -> None:
    digests = {}
    for name, frame in derived.frames.items():
        content = frame.to_parquet()
        (folder / f"{name}.parquet").write_bytes(content)
        digests[name] = _sha256(content)
    text = json.dumps({"frames": digests, "plain": derived.plain})
    (folder / _INDEX).write_text(f"{_sha256(text.encode())}\n{text}", encoding="utf-8")


def _key(journal: Path, module: str) -> str | None:
    """Return a hash of all that decides what is derived; None of a journal that is small."""
    try:
        files = sorted(journal.glob("*.jsonl"))
        if sum(file.stat().st_size for file in files) <= SMALL_BYTES:
            return None
        key = hashlib.sha256(source_digest(module).value.encode())
        for file in files:
            with file.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            key.update(f"{file.name} {digest}\n".encode())
    except OSError:  # who reads it says what is wrong
        return None
    return key.hexdigest()[:32]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
