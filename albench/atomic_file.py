"""Files that appear whole or not at all, whatever other processes read and write meanwhile."""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a free name beside a file; what is written there takes the file's place at the end.

    If the block raises, the file is as it was, and what was written is removed.

    Parameters
    ----------
    path : Path
        In a folder that exists by the end of the block.

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    BaseException
        What the block raises.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under another name, then rename it.

    Parameters
    ----------
    path : Path
        In a folder that exists; a file there is replaced.
    content : bytes
        All of it.
    """
    with replacing(path) as part:
        part.write_bytes(content)
