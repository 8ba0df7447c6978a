"""What another process, here or elsewhere, needs in order to plan the same cells as this one."""

from __future__ import annotations

import hashlib
import importlib.metadata
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench import registry, spec
from albench.cache_folder import default_folder
from albench.errors import Complaint, InputError
from albench.execute.preparation import prepare_all
from albench.execute.run import RunSettings
from albench.planning import make, open_cohorts, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from albench.cohort.join import Cohort
    from albench.execute.devices import Devices
    from albench.execute.prepare import Prepared
    from albench.execute.run import Progress
    from albench.planning import Cell, Plan, Resolved

NOT_INSTALLED = "not installed"


@dataclass(frozen=True)
class PlanDescription:
    """A run as it is sent to its workers.

    Parameters
    ----------
    text : str
        The specification.
    source : str
        What complaints call it.
    folder : str
        What relative paths in it are relative to, in full.
    versions : dict of str to str
        Of albench and of the distributions of all plugins in use.
    plan : str
        A hash of the identities of all planned cells.
    sources : dict of str to str
        The digest of each component that is a working copy, whose version says little.
    repetitions : int or None
        How many are planned, if the text does not say so.
    """

    text: str
    source: str
    folder: str
    versions: dict[str, str]
    plan: str
    sources: dict[str, str]
    repetitions: int | None = None

    @property
    def id(self) -> str:
        """A name of the run that may be a folder's: the same again for the same plan."""
        return hashlib.sha256(f"{self.plan}\n{self.sources}\n{self.text}".encode()).hexdigest()[:16]

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, for ``PlanDescription(**plain)``."""
        return asdict(self)


def describe(resolved: Resolved, plan: Plan) -> PlanDescription:
    """Return what workers receive about a run, of all its cells, whether or not they are done."""
    specification = resolved.specification
    owners = {part.distribution for part in resolved.all_components}
    return PlanDescription(
        text=specification.text,
        source=specification.source,
        folder=str(specification.folder.absolute()),
        versions={name: version_of(name) for name in sorted({"albench", *owners})},
        plan=_hash_of(plan.cells),
        sources=_working_copies(resolved),
        repetitions=specification.benchmark.repetitions,
    )


def _working_copies(resolved: Resolved) -> dict[str, str]:
    """Return the digest of each component that may be edited without a new version."""
    digests = {part.qualified: resolved.sources.digest(part) for part in resolved.all_components}
    return {
        name: digest.value for name, digest in sorted(digests.items()) if digest.is_working_copy
    }


def version_of(distribution: str) -> str:
    """Return the version of a distribution that is installed here, or that it is not."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return NOT_INSTALLED


def other_versions(expected: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Return how versions differ, each with both.

    Parameters
    ----------
    expected : mapping of str to str
        What the run was planned with.
    there : mapping of str to str
        What a worker has.

    Returns
    -------
    str
        ``albench 0.4.0 there, 0.5.0 planned the run``; empty if they are the same.
    """
    differing = [
        f"{name} {there.get(name, NOT_INSTALLED)} there, {version} planned the run"
        for name, version in expected.items()
        if there.get(name, NOT_INSTALLED) != version
    ]
    return "; ".join(differing)


@dataclass(frozen=True, eq=False)
class WorkerRun:
    """A run as a worker knows it.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    cells : mapping of str to Cell
        Planned, by identity.
    blocks : Blocks
        Their data.
    settings : RunSettings
        Limits and folders.
    """

    resolved: Resolved
    cells: Mapping[str, Cell]
    blocks: Blocks
    settings: RunSettings


def open_description(
    described: PlanDescription, results: Path, watch: Callable[[Progress], None], devices: Devices
) -> WorkerRun:
    """Open the data and plan the cells of a run that another process has planned.

    Parameters
    ----------
    described : PlanDescription
        What it says of them.
    results : Path
        Where checkpoints and logs go, below ``work``.
    watch : callable
        Called for each block whose data are prepared.
    devices : Devices
        What children here share.

    Returns
    -------
    WorkerRun
        With the same cells.

    Raises
    ------
    InputError
        If versions differ, both are named; if the plan is another, the data are.
    """
    here = {name: version_of(name) for name in described.versions}
    if problem := other_versions(described.versions, here):
        raise InputError([Complaint(described.source, f"refused: {problem}")])
    specification = spec.parse(described.text, described.source, Path(described.folder))
    if described.repetitions is not None:
        specification = specification.repeated(described.repetitions)
    resolved = resolve(specification, registry.discover())
    if edited := _edited(described.sources, _working_copies(resolved)):
        problem = f"refused: the source of {edited} differs from that where the run was planned"
        raise InputError([Complaint(described.source, problem)])
    _, cohorts = open_cohorts(resolved)
    cells = {cell.id: cell for cell in make(resolved, cohorts).cells}
    if _hash_of(cells.values()) != described.plan:
        problem = "refused: other cells are planned here; are the data the same, and all there?"
        raise InputError([Complaint(described.source, problem)])
    limits = resolved.specification.benchmark.limits
    settings = RunSettings(
        results, default_folder(), 1, limits.cell_seconds, limits.memory_mb, devices
    )
    return WorkerRun(resolved, cells, Blocks(resolved, cohorts, settings, watch), settings)


class Blocks:
    """The data of each block, prepared when its first cell asks, and once a host.

    Several processes of a host share the feature cache, where one fills what the others wait for.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    cohorts : mapping of (str, tuple of str) to Cohort
        Joined.
    settings : RunSettings
        Where the cache is.
    watch : callable
        Called for each block.
    """

    def __init__(
        self,
        resolved: Resolved,
        cohorts: Mapping[tuple[str, tuple[str, ...]], Cohort],
        settings: RunSettings,
        watch: Callable[[Progress], None],
    ) -> None:
        self._resolved, self._cohorts = resolved, cohorts
        self._settings, self._watch = settings, watch
        self._prepared: dict[tuple[str, tuple[str, ...], str], Prepared] = {}
        self._lock = threading.Lock()

    def of(self, cell: Cell) -> Prepared:
        """Return the data of a cell's block, on this host's disk.

        Raises `DataError` if data or weights are bad, and `AlbenchError` if the process that
        prepares them is killed, or crashes.
        """
        key = cell.cohort, cell.modalities, cell.model.label
        with self._lock:
            if key not in self._prepared:
                self._prepared |= prepare_all(
                    self._resolved, [cell], self._cohorts, self._settings, self._watch
                )
            return self._prepared[key]


def _edited(expected: Mapping[str, str], here: Mapping[str, str]) -> str:
    names = {**expected, **here}
    return ", ".join(name for name in names if expected.get(name) != here.get(name))


def _hash_of(cells: Iterable[Cell]) -> str:
    names = sorted({cell.id for cell in cells})
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
