"""The task that the child of a batch is given, and the kinds of message it replies with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from albench.execute.task import CellTask

MEMBER = "member"
"""The key under which a message says which member it is about."""

ENDED = "ended"
"""The kind of message that tells that a member has done all its rounds."""

FAILED = "failed"
"""The kind of message that tells of a member's end by an exception."""


@dataclass(frozen=True, eq=False, kw_only=True)
class BatchTask:
    """What a child needs to carry out several cells, whose trainings are done in lockstep.

    Parameters
    ----------
    members : tuple of CellTask
        Of one block; a message about one of them carries its position here.
    logs : tuple of Path
        The file of each member that tells, if it fails, where.
    cache : Path
        The folder of the cache, which remembers trials. The fork server may have begun when it was
        another one.
    """

    members: tuple[CellTask, ...]
    logs: tuple[Path, ...]
    cache: Path
