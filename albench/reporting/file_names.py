"""Names of a report's files, whatever the records call what is in them."""

from __future__ import annotations

import hashlib
import re

LONGEST = 100


def file_name(name: str) -> str:
    """Return a name under which something can be written into a folder, and only there.

    Parameters
    ----------
    name : str
        Any, such as that of a cohort from another person's records.

    Returns
    -------
    str
        The same if it consists of ASCII letters, digits and ``._+-``, does not begin with a dot
        and is short. Otherwise what is left of it, with a digest so that names stay different.
    """
    if re.fullmatch(r"[A-Za-z0-9_+-][A-Za-z0-9._+-]*", name) and len(name) <= LONGEST:
        return name
    plain = re.sub(r"[^A-Za-z0-9_+-]+", "-", name)
    return (
        f"{plain[:LONGEST]}-{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:8]}"
    )
