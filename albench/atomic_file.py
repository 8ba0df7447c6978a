"""Files that appear whole or not at all, whatever other processes read and write meanwhile."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under another name, then rename it.

    Parameters
    ----------
    path : Path
        In a folder that exists; a file there is replaced.
    content : bytes
        All of it.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    part.write_bytes(content)
    part.replace(path)
