"""The formats that a report is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api.nearest import did_you_mean
from albench.errors import Complaint, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGES = ("html", "markdown")
TABLES = ("csv", "parquet", "latex")
PICTURES = ("svg", "png", "pdf")
FORMATS = (*PAGES, *TABLES, *PICTURES)
USUAL = ("html", "markdown", "csv", "latex", "svg")
"""What is written unless something else is asked for."""


def chosen_formats(names: Sequence[str]) -> tuple[str, ...]:
    """Return the formats that were asked for.

    Parameters
    ----------
    names : sequence of str
        As they were typed; empty for the usual ones.

    Returns
    -------
    tuple of str
        Each once, in the order of `FORMATS`.

    Raises
    ------
    InputError
        If one is no format: all of them are named.
    """
    unknown = [name for name in dict.fromkeys(names) if name not in FORMATS]
    if unknown:
        formats = ", ".join(FORMATS)
        raise InputError(
            [
                Complaint(
                    "--format",
                    f"{name!r} is no format of a report (there are {formats})"
                    f"{did_you_mean(name, FORMATS)}",
                )
                for name in unknown
            ]
        )
    return tuple(name for name in FORMATS if name in (names or USUAL))
