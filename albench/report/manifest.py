"""A run's manifest as typed data; keys that no report reads are ignored."""

from __future__ import annotations

from dataclasses import dataclass, field

from albench.spec.published import Published
from albench.spec.traps import Trap  # noqa: TC001  # read when a manifest is validated

SCHEMA_VERSION = 1
"""What `albench.publish` writes; raised when a report could no longer read it."""


@dataclass(frozen=True, kw_only=True)
class Samples:
    """How many samples a modality has, and of which shape."""

    samples: int
    shape: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CohortFacts:
    """What a cohort holds: counts, where it is from, and whether it is simulated.

    Of sets of modalities in use, `class_candidates` are the candidates by class, `class_samples`
    the samples of each modality by class, of the subjects that have all of the set. Manifests from
    before neither tell these nor the classes' order, nor whether it means anything.
    """

    subjects: int
    test_subjects: int
    classes: dict[str, int]
    modalities: dict[str, Samples]
    candidates: dict[str, int]
    note: str
    simulated: bool
    ordered: bool = False
    class_order: tuple[str, ...] = ()
    class_candidates: dict[str, dict[str, int]] = field(default_factory=dict)
    class_samples: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in their order, as far as the manifest tells it."""
        return self.class_order or tuple(self.classes)


@dataclass(frozen=True, kw_only=True)
class PluginFacts:
    """A component in use, and the package it came with."""

    name: str
    kind: str
    distribution: str
    version: str
    summary: str
    citation: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """Something skipped before anything ran, and why."""

    what: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """The environment that produced the results."""

    albench: str
    commit: str
    python: str
    os: str
    cpu: str
    cores: int | None
    memory_gb: float
    gpu: str
    packages: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything of a report that is not a table of cells or scores.

    Parameters
    ----------
    title, question, command, spec : str
        As the user gave them.
    jobs : int
        How many cells ran at once.
    seconds : float
        All cells' times together.
    cohorts : dict of str to CohortFacts
        By name.
    models, budgets : dict of str to str
        What their names stand for.
    plugins : tuple of PluginFacts
        Those in use.
    skipped : tuple of Skipped
        What was planned and cannot work.
    conflicts : tuple of str
        Cells that succeeded twice with different results.
    provenance : Provenance
        Versions and hardware.
    traps : tuple of Trap
        Of which cohorts the best behaviour is known; manifests from before have none.
    published : Published
        What papers print and claim; manifests from before have none.
    """

    title: str
    question: str
    command: str
    spec: str
    jobs: int
    seconds: float
    cohorts: dict[str, CohortFacts]
    models: dict[str, str]
    budgets: dict[str, str]
    plugins: tuple[PluginFacts, ...]
    skipped: tuple[Skipped, ...]
    conflicts: tuple[str, ...]
    provenance: Provenance
    traps: tuple[Trap, ...] = ()
    published: Published = field(default_factory=Published)
