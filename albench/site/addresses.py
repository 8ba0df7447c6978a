"""Names of files in a site: from names of any origin, safe in paths and addresses."""

from __future__ import annotations

import hashlib
import re

_LONGEST = 40


def address(name: str) -> str:
    """Return a file name for a name of any origin.

    Parameters
    ----------
    name : str
        Of a benchmark or a strategy.

    Returns
    -------
    str
        Lower-case letters, digits and hyphens; different for different names.

    Examples
    --------
    >>> address("quickstart")
    'quickstart'
    >>> address("../core/x")
    'core-x-2f3c908d'
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST]
    if plain == name and plain not in {"", "index", "strategies"}:
        return plain
    return f"{plain or 'x'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
