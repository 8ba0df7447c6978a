"""Builds the record of a run from its plan, data and plugins."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from albench.api import tags
from albench.cohort.absence import ABSENT
from albench.cohort.annotators import as_spelt_by, in_words
from albench.cohort.join import Cohort
from albench.planning.component_digests import short
from albench.planning.division import n_test_subjects
from albench.plural import plural
from albench.records.provenance import provenance
from albench.records.run_record import (
    CohortRecord,
    ModalityRecord,
    PlannedCell,
    PlannedRun,
    PluginRecord,
    SkipRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from albench.api.modality import Modality
    from albench.planning import Cell, Plan, Resolved, Sources
    from albench.planning.resolve import ResolvedModel
    from albench.registry import Component
    from albench.spec import BudgetSpec, CohortSpec, Training

Cohorts = Mapping[tuple[str, tuple[str, ...]], Cohort]
"""Joined cohorts, by name and set of modalities."""


def planned_run(
    resolved: Resolved,
    plan: Plan,
    modalities: Mapping[str, Mapping[str, Modality]],
    cohorts: Cohorts,
    command: Sequence[str],
    jobs: int,
) -> PlannedRun:
    """Return the record of a run that begins.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    plan : Plan
        Cells and skips.
    modalities : mapping
        What the loaders gave, by cohort and name.
    cohorts : mapping of (str, tuple of str) to Cohort
        Joined.
    command : sequence of str
        What the user typed.
    jobs : int
        How many cells run at once.

    Returns
    -------
    PlannedRun
        For the first line of the run in the journal.
    """
    specification = resolved.specification
    benchmark = specification.benchmark
    return PlannedRun(
        name=benchmark.name,
        title=benchmark.title or benchmark.name,
        question=benchmark.question,
        seed=benchmark.seed,
        repetitions=benchmark.repetitions,
        spec=specification.text,
        command=shlex.join(command),
        jobs=jobs,
        provenance=provenance(),
        plugins=_plugins(resolved),
        cohorts=cohort_records(resolved, modalities, cohorts),
        budgets={name: _budget_text(budget) for name, budget in benchmark.budgets.items()},
        models={label: _model_text(model) for label, model in resolved.models.items()},
        cells=tuple(_cell(cell) for cell in plan.cells),
        traps=benchmark.traps,
        published=benchmark.published,
        judging=benchmark.judging,
        skipped=tuple(SkipRecord(what=skip.what, reason=skip.reason) for skip in plan.skipped),
        slice="",
        matrix_cells=len(plan.cells),
    )


def cohort_records(
    resolved: Resolved, modalities: Mapping[str, Mapping[str, Modality]], cohorts: Cohorts
) -> dict[str, CohortRecord]:
    """Return the record of each cohort by name, in their order; arguments as of `planned_run`."""
    by_name: dict[str, dict[tuple[str, ...], Cohort]] = {}
    for (name, chosen), cohort in cohorts.items():
        by_name.setdefault(name, {})[chosen] = cohort
    return {
        name: _cohort(resolved, name, modalities[name], by_set) for name, by_set in by_name.items()
    }


def _cohort(
    resolved: Resolved,
    name: str,
    modalities: Mapping[str, Modality],
    by_set: Mapping[tuple[str, ...], Cohort],
) -> CohortRecord:
    benchmark = resolved.specification.benchmark
    spec = benchmark.cohorts[name]
    first = next(iter(by_set.values()))
    loaders = [plan.component.descriptor for plan in resolved.loaders[name].values()]
    return CohortRecord(
        subjects=len(first.subjects),
        classes=_by_class(first, first.labels),
        class_order=tuple(first.classes),
        ordered=spec.ordered,
        candidates={"+".join(key): len(cohort.candidates) for key, cohort in by_set.items()},
        class_candidates={
            "+".join(key): _by_class(cohort, cohort.true_labels) for key, cohort in by_set.items()
        },
        class_samples={
            "+".join(key): _samples_by_class(key, cohort) for key, cohort in by_set.items()
        },
        modalities={
            key: ModalityRecord(samples=len(modality), shape=tuple(modality.shape))
            for key, modality in modalities.items()
        },
        test_subjects=n_test_subjects(first, spec.test, benchmark.seed),
        evaluation=spec.evaluate,
        label_noise=spec.label_noise,
        note=_note(modalities.values(), first, spec),
        simulated=any("simulated" in loader.tags for loader in loaders),
        incomplete=tuple("+".join(key) for key, one in by_set.items() if one.is_incomplete),
        cost=spec.cost,
        shows_pictures=spec.show_pictures,
    )


def _by_class(cohort: Cohort, labels: NDArray[np.intp]) -> dict[str, int]:
    counts = np.bincount(labels, minlength=len(cohort.classes)).tolist()
    return dict(zip(cohort.classes, counts, strict=True))


def _samples_by_class(chosen: Sequence[str], cohort: Cohort) -> dict[str, dict[str, int]]:
    """Return how many samples of each modality candidates are made of, by class."""
    counts = {}
    for position, key in enumerate(chosen):
        samples, first = np.unique(cohort.candidates[:, position], return_index=True)
        counts[key] = _by_class(cohort, cohort.true_labels[first[samples != ABSENT]])
    return counts


def _note(modalities: Iterable[Modality], cohort: Cohort, spec: CohortSpec) -> str:
    sentences = [s for modality in modalities for s in (modality.note, *modality.warnings)]
    labelled = in_words([as_spelt_by(one.terms(), cohort.classes) for one in spec.annotators])
    remarks = [
        *filter(None, [*dict.fromkeys(sentences), cohort.remark, labelled, _priced(spec.cost)])
    ]
    return " ".join([*(f"{sentence.rstrip('.')}." for sentence in remarks[:-1]), *remarks[-1:]])


def _priced(cost: Mapping[str, float]) -> str:
    listed = ", ".join(f"{name} {price:g}" for name, price in cost.items())
    return f"What is paid once a subject: {listed}." if cost else ""


def _plugins(resolved: Resolved) -> tuple[PluginRecord, ...]:
    used = {part.qualified: part for part in resolved.all_components}
    return tuple(_plugin(used[name], resolved.sources) for name in sorted(used))


def _plugin(part: Component, sources: Sources) -> PluginRecord:
    digest = sources.digest(part)
    return PluginRecord(
        name=part.qualified,
        kind=part.descriptor.kind.value,
        distribution=part.distribution,
        version=part.distribution_version,
        component_version=part.descriptor.version,
        citation=part.descriptor.citation,
        summary=part.descriptor.summary,
        tags=tuple(sorted(part.descriptor.tags)),
        source=digest.value,
        source_file=short(digest),
        is_working_copy=digest.is_working_copy,
    )


def _cell(cell: Cell) -> PlannedCell:
    cohort, modalities, model, budget = cell.block
    return PlannedCell(
        cell=cell.id,
        cohort=cohort,
        modalities=modalities,
        model=model,
        budget=budget,
        strategy=cell.strategy_label,
        strategy_plugin="" if cell.strategy is None else cell.strategy.plugin,
        repetition=cell.repetition,
        identity=cell.identity(),
    )


def _budget_text(budget: BudgetSpec) -> str:
    first, query, stop = _start(budget.initial), _amount(budget.query), _amount(budget.stop)
    how = ", classes in turn" if budget.first == "stratified" else ""
    whole = "cost of the training part" if budget.of == "cost" else f"training {budget.of}"
    return f"initial {first}, query {query}, up to {stop} of the {whole}{how}"


def _start(initial: int | float | str | list[str]) -> str:
    if isinstance(initial, list):
        return plural(len(initial), "named subject")
    if isinstance(initial, str):
        return initial
    return "0 (a cold start)" if initial == 0 else _amount(initial)


def _amount(amount: int | float) -> str:
    return str(amount) if isinstance(amount, int) else f"{100 * amount:g} %"


def _model_text(resolved: ResolvedModel) -> str:
    model, training = resolved.plan, resolved.plan.training
    start = "from the last round's weights" if training.warm_start else "anew each round"
    # A file is shown by its name, not by where it lies on somebody's machine.
    shown = {key: Path(model.options[key]).name for key in model.files}
    options = ", ".join(f"{key} {value}" for key, value in (model.options | shown).items())
    how = f"trained {start}"
    if tags.SOLVED in resolved.component.descriptor.tags:
        how = f"fitted by a solver, {start}"
    else:
        how += (
            f": {plural(training.epochs, 'epoch')}, at least {training.min_updates} updates, "
            f"batch {training.batch_size}, {training.optimiser} at {training.learning_rate:g}"
        )
    text = f"{model.plugin} ({options}); {how}"
    return ", ".join([text, *_uncommon(training)])


def _uncommon(training: Training) -> Iterator[str]:
    if training.weight_decay:
        yield f"weight decay {training.weight_decay:g}"
    if training.class_weights != "none":
        yield f"class weights {training.class_weights}"
    if training.validation:
        share, patience = 100 * training.validation, training.patience
        yield f"stopped early on {share:g} % of the labelled subjects, patience {patience}"
    if training.precision != "float32":
        yield f"mixed precision ({training.precision})"
