"""What can go wrong, one class a cause; every message says what, where and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass


class AlbenchError(Exception):
    """The root of every error albench raises on purpose."""


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong with what the user gave.

    Parameters
    ----------
    where : str
        The place: a file, line, key, subject or command-line argument.
    problem : str
        What was found, and what is allowed or what to do.
    """

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


class InputError(AlbenchError):
    """The user's input is wrong; the command line answers it with exit status 2.

    Parameters
    ----------
    complaints : sequence of Complaint or str
        Everything that is wrong, so that one reading mends all of it.
    """

    def __init__(self, complaints: Sequence[Complaint | str] | str) -> None:
        self.complaints = (complaints,) if isinstance(complaints, str) else tuple(complaints)
        super().__init__("\n".join(str(complaint) for complaint in self.complaints))


class FailedFast(AlbenchError):
    """A cell has failed, and the run was to stop at the first that does."""


class SpecError(InputError):
    """A benchmark specification that cannot be understood or does not fit together."""


class DataError(InputError):
    """Data that cannot be read, or that contradict themselves."""


class PluginError(InputError):
    """A plugin that is named but unknown, ambiguous or broken."""


class WeightsError(InputError):
    """Network weights that are missing or do not fit."""


class RecordsError(InputError):
    """A results folder that is missing, damaged or of an unknown version."""


class StorageError(InputError):
    """A place that cannot be written to: full, read-only, or not the user's."""


class QueryFault(AlbenchError):
    """A strategy answered a query with something that is not a query's answer."""


class PurityViolation(AlbenchError):
    """A strategy changed the model, the pool or the global random state."""


class UndeclaredNeed(AlbenchError):
    """A strategy read something of the pool that its ``needs`` do not declare."""


class NotStackable(AlbenchError):
    """A network that cannot learn in lockstep with others; the message says why, as a clause."""
