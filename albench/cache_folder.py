"""Where albench keeps what can be made again."""

from __future__ import annotations

import os
from pathlib import Path

from albench.errors import Complaint, DataError


def default_folder() -> Path:
    """Return where the cache lies: ``$ALBENCH_CACHE``, else ``albench`` in the user's cache folder.

    Returns
    -------
    pathlib.Path
        It need not exist yet.

    Raises
    ------
    DataError
        If the folder is in a home that cannot be found.
    """
    try:
        if chosen := os.environ.get("ALBENCH_CACHE"):
            return Path(chosen).expanduser()
        if base := os.environ.get("XDG_CACHE_HOME"):
            return Path(base).expanduser() / "albench"
        return Path.home() / ".cache" / "albench"
    except RuntimeError as error:  # "~nobody", or a user without a home
        problem = f"{error}; set ALBENCH_CACHE to a folder in full"
        raise DataError([Complaint("the cache", problem)]) from error
