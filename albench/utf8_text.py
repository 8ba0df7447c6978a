"""Text that somebody wrote, in UTF-8; of another encoding it is said which, and what to do."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path) -> str:
    """Return the text of a file.

    Parameters
    ----------
    path : Path
        In UTF-8; a byte-order mark, which editors of Windows write, is left out.

    Returns
    -------
    str
        With newlines as they are read everywhere.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not UTF-8; the message is the end of a sentence.
    """
    with path.open("rb") as stream:
        head = stream.read(64)
    if head.startswith(_UTF_16) or b"\0" in head:
        raise ValueError("it is text in UTF-16, as PowerShell and Excel write it: save it in UTF-8")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        where = f"byte {byte:#04x} at position {error.start}"
        raise ValueError(f"it is not text in UTF-8 ({where}): save it in UTF-8") from error
