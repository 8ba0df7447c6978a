"""``manifest.json``: a run's record as it is published, with a summary of how the run ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import Field, StrictBool, ValidationError

from albench.errors import Complaint, RecordsError
from albench.records.printable import printable_data
from albench.records.run_record import Amount, Count, RunRecord
from albench.records.sequential import Sequential  # noqa: TC001  # pydantic reads it
from albench.spec.judging import Judging  # noqa: TC001  # pydantic reads it

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

SCHEMA_VERSION = 2
"""Raised when albench could no longer read the manifests that it has written so far."""

MENDING = "restore it, or run the benchmark again"


class Manifest(RunRecord):
    """A run's record, and how the run ended.

    Parameters
    ----------
    seconds : float
        All cells' times together.
    finished : bool
        Whether every planned cell succeeded.
    conflicts : tuple of str
        Cells that succeeded twice with different results.
    edited : dict of str to int
        By component: how many cells were made by another source than it had when the latest run
        was planned.
    judged_before : tuple of Judging
        How earlier runs into the same folder were to be judged, where the latest says otherwise.
    asked_before : tuple of Sequential
        What earlier runs into the same folder were to decide, where the latest says otherwise.
    retries : dict of str to int
        How often cells were tried again, by cause.
    """

    seconds: Amount
    finished: StrictBool
    conflicts: tuple[str, ...]
    edited: dict[str, Count]
    judged_before: tuple[Judging, ...] = ()
    asked_before: tuple[Sequential, ...] = ()
    retries: dict[str, Count] = Field(default_factory=dict)

    def to_text(self) -> str:
        """Return the content of ``manifest.json``."""
        plain = {"schema": SCHEMA_VERSION} | self.to_json()
        return json.dumps(plain, indent=1, sort_keys=True) + "\n"


def read_manifest(path: Path) -> Manifest:
    """Return a manifest.

    Parameters
    ----------
    path : Path
        ``results/NAME/manifest.json``.

    Returns
    -------
    Manifest
        All its texts are printable.

    Raises
    ------
    RecordsError
        If the file is missing, unreadable, of another schema, or not a manifest: every key that is
        wrong.
    """
    try:
        data = printable_data(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise _fault(path, f"is missing; {MENDING}") from error
    except RecursionError as error:
        raise _fault(path, f"is nested too deeply; {MENDING}") from error
    except (OSError, ValueError) as error:
        raise _fault(path, f"cannot be read as JSON: {error}; {MENDING}") from error
    version = data.get("schema") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise _fault(path, f"has schema {version!r}, {_other_schema(version)}")
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        raise RecordsError([_complaint(path, detail) for detail in error.errors()]) from error


def _other_schema(version: object) -> str:
    is_newer = isinstance(version, int) and version > SCHEMA_VERSION
    advice = "use a newer albench" if is_newer else "run the benchmark again"
    return f"this albench reads {SCHEMA_VERSION}: {advice}, or use the albench that wrote it"


def _fault(path: Path, problem: str) -> RecordsError:
    return RecordsError([Complaint(str(path), problem)])


def _complaint(path: Path, detail: ErrorDetails) -> Complaint:
    key = ".".join(str(part) for part in detail["loc"])
    where = f"{path}, {key}" if key else str(path)
    return Complaint(where, f"{detail['msg'].lower()}; {MENDING}")
