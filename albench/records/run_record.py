"""The record of a run: its plan, data, plugins and environment, as frozen, validated data.

`execute` builds it, the journal's first line of a run holds it, and the manifest that is published
is made from it. Everything else reads it by attribute.

A key that a newer albench adds to these records is ignored by an older one. What stems from the
specification (`published`, `traps`, `judging`) is as strict as the specification.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    model_validator,
)

from albench.records.replayed import Replayed  # noqa: TC001  # pydantic reads it
from albench.records.sequential import Sequential  # noqa: TC001  # pydantic reads it
from albench.spec.judging import Judging
from albench.spec.published import Published, System
from albench.spec.traps import Trap  # noqa: TC001  # pydantic reads it when a record is validated

LARGEST = 2**53
"""No count or class number is larger: tables hold numbers exactly up to here."""

ELSEWHERE = 0
"""As the number of cells that ran at once: it was up to workers on other machines."""

Count = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Amount = Annotated[float, Field(strict=True, ge=0, le=LARGEST)]
"""Seconds, gigabytes or a share."""


class Record(BaseModel):
    """A part of a record: frozen, without infinite numbers; keys that it does not know are ignored.

    A field that is added later needs a default, or the schema's version must rise.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return self.model_dump(mode="json")


class ModalityRecord(Record):
    """How many samples a modality has, and of which shape."""

    samples: Count
    shape: tuple[Count, ...]


class CohortRecord(Record):
    """A cohort's counts, where it is from, and whether it is simulated.

    `candidates` and `class_candidates` count candidates by set of modalities (``a+b``).
    `class_samples` counts, by set of modalities and then by modality, the samples of the subjects
    that have all of the set. `note` holds the loaders' sentences about the data. `incomplete` names
    the sets of which a subject lacks a modality. `cost` is what measuring a modality of a subject,
    and its ``label``, cost; empty if nobody says. `shows_pictures` is whether samples may be shown.
    """

    subjects: Count
    classes: dict[str, Count]
    class_order: tuple[str, ...]
    ordered: StrictBool
    candidates: dict[str, Count]
    class_candidates: dict[str, dict[str, Count]]
    class_samples: dict[str, dict[str, dict[str, Count]]]
    modalities: dict[str, ModalityRecord]
    test_subjects: Count
    evaluation: Literal["subject", "candidate"]
    label_noise: Amount
    note: StrictStr
    simulated: StrictBool
    incomplete: tuple[StrictStr, ...] = ()
    cost: dict[str, Amount] = {}
    shows_pictures: StrictBool = False

    @model_validator(mode="after")
    def _orders_its_classes(self) -> CohortRecord:
        if sorted(self.class_order) != sorted(self.classes):
            raise ValueError("class_order does not name the classes, each once")
        return self


class PluginRecord(Record):
    """A component in use, the package that it came with, and the digest of its source.

    `source_file` is its own module's folder and name, `is_working_copy` whether it may be edited
    without a change of the version. A digest is empty where no
    source was found.
    """

    name: StrictStr
    kind: StrictStr
    distribution: StrictStr
    version: StrictStr
    component_version: Count
    citation: StrictStr
    summary: StrictStr
    tags: tuple[str, ...]
    source: StrictStr
    source_file: StrictStr
    is_working_copy: StrictBool


class SkipRecord(Record):
    """A combination that was skipped before anything ran, and why."""

    what: StrictStr
    reason: StrictStr


class Provenance(Record):
    """The environment that produced the results; names no user, host or path."""

    albench: StrictStr
    commit: StrictStr
    python: StrictStr
    os: StrictStr
    cpu: StrictStr
    cores: Count | None
    memory_gb: Amount
    gpu: StrictStr
    packages: dict[str, str]


class Pace(Record):
    """How fast a machine is: the seconds of a fixed piece of work, by `albench.execute.pace`.

    `work` is the version of the work; figures of one version can be compared. `date` is that of
    the measurement, as in 2026-11-27.
    """

    work: Count
    seconds: Annotated[float, Field(strict=True, gt=0, le=LARGEST)]
    date: StrictStr


class PlannedCell(Record):
    """A cell of a run's plan; `identity` is all that decides its result, as plain data."""

    cell: StrictStr
    cohort: StrictStr
    modalities: StrictStr
    model: StrictStr
    budget: StrictStr
    strategy: StrictStr
    strategy_plugin: StrictStr
    repetition: Count
    identity: dict[str, Any]  # counts, numbers and texts, compared by `albench explain`

    @property
    def system(self) -> System:
        """Its strategy in its block."""
        return System(self.cohort, self.modalities, self.model, self.budget, self.strategy)

    @property
    def label(self) -> str:
        """Its system and repetition, for people."""
        return " · ".join([*self.system, f"repetition {self.repetition}"])


class RunRecord(Record):
    """Everything about a run but its cells.

    Parameters
    ----------
    name, title, question : str
        Of the benchmark.
    seed, repetitions : int
        Of the benchmark.
    spec, command : str
        The specification and the command, as the user gave them.
    jobs : int
        How many cells ran at once; `ELSEWHERE` if that was up to workers on other machines.
    provenance : Provenance
        Versions and hardware.
    plugins : tuple of PluginRecord
        Those in use.
    cohorts : dict of str to CohortRecord
        By name.
    budgets, models : dict of str to str
        What their names stand for, in words.
    traps : tuple of Trap
        Cohorts on which the best behaviour is known.
    published : Published
        What papers print and claim.
    judging : Judging
        What is compared, when scores count as equal, and by which metric.
    skipped : tuple of SkipRecord
        What was planned and cannot work.
    slice : str
        The options that chose a part of the matrix; empty if all of it was wanted.
    matrix_cells : int
        How many cells the whole matrix has.
    spec_path : str
        Where the specification is, relative to the results; empty if it was no file.
    sequential : Sequential or None
        What it added repetitions for, beyond those that the specification asks for.
    replayed : Replayed or None
        Whose picks its models were trained on; None if strategies picked.
    pace : Pace or None
        How fast the machine was on which its cells ran; None if that was not measured.
    """

    name: StrictStr
    title: StrictStr
    question: StrictStr
    seed: Annotated[StrictInt, Field(ge=0)]
    repetitions: Count
    spec: StrictStr
    command: StrictStr
    jobs: Count
    provenance: Provenance
    plugins: tuple[PluginRecord, ...]
    cohorts: dict[str, CohortRecord]
    budgets: dict[str, str]
    models: dict[str, str]
    traps: tuple[Trap, ...]
    published: Published
    skipped: tuple[SkipRecord, ...]
    slice: StrictStr
    matrix_cells: Count
    judging: Judging = Judging()
    spec_path: StrictStr = ""
    sequential: Sequential | None = None
    replayed: Replayed | None = None
    pace: Pace | None = None


class PlannedRun(RunRecord):
    """A run's record with the cells that it planned: the first line of a run in a journal."""

    cells: tuple[PlannedCell, ...]

    @model_validator(mode="after")
    def _knows_the_cohort_of_every_cell(self) -> PlannedRun:
        unknown = sorted({cell.cohort for cell in self.cells} - self.cohorts.keys())
        if unknown:
            raise ValueError(f"cells are of the unknown cohort {unknown[0]!r}")
        return self
