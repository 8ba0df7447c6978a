"""What the first event of a run tells: the plan, the data, the plugins, and with what it ran."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.cohort.split import class_quotas
from albench.records.provenance import provenance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from albench.api.modality import Modality
    from albench.cohort.join import Cohort
    from albench.plan import Cell, ModelPlan, Plan, Resolved
    from albench.registry import Component
    from albench.spec import Training

Facts = dict[str, Any]  # plain data for the journal


def run_record(
    resolved: Resolved,
    plan: Plan,
    modalities: Mapping[str, Mapping[str, Modality]],
    cohorts: Mapping[tuple[str, tuple[str, ...]], Cohort],
    command: Sequence[str],
    jobs: int,
) -> Facts:
    """Return the data of a run event.

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
    dict
        Plain data.
    """
    specification = resolved.specification
    benchmark = specification.benchmark
    return {
        "name": benchmark.name,
        "title": benchmark.title or benchmark.name,
        "question": benchmark.question,
        "seed": benchmark.seed,
        "repetitions": benchmark.repetitions,
        "spec": specification.text,
        "command": shlex.join(command),
        "jobs": jobs,
        "provenance": provenance(),
        "plugins": _plugins(resolved),
        "cohorts": cohort_facts(resolved, modalities, cohorts),
        "budgets": {name: _budget_text(b.model_dump()) for name, b in benchmark.budgets.items()},
        "models": {label: _model_text(model.plan) for label, model in resolved.models.items()},
        "cells": [_cell(cell) for cell in plan.cells],
        "traps": [trap.model_dump() for trap in benchmark.traps],
        "published": {
            key: [entry.model_dump() for entry in getattr(benchmark, key)]
            for key in ("tables", "data_tables", "claims")
        },
        "skipped": [{"what": skip.what, "reason": skip.reason} for skip in plan.skipped],
    }


def cohort_facts(
    resolved: Resolved,
    modalities: Mapping[str, Mapping[str, Modality]],
    cohorts: Mapping[tuple[str, tuple[str, ...]], Cohort],
) -> Facts:
    """Return what each cohort holds.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    modalities : mapping
        What the loaders gave, by cohort and name.
    cohorts : mapping of (str, tuple of str) to Cohort
        Joined.

    Returns
    -------
    dict
        By cohort: subjects, classes, candidates by set of modalities, samples and shapes.
    """
    facts: Facts = {}
    for (name, chosen), cohort in cohorts.items():
        entry = facts.setdefault(name, _cohort(resolved, name, modalities[name], cohort))
        entry["candidates"]["+".join(chosen)] = len(cohort.candidates)
        entry["class_candidates"]["+".join(chosen)] = _by_class(cohort, cohort.true_labels)
        for position, key in enumerate(chosen):
            _, first = np.unique(cohort.candidates[:, position], return_index=True)
            samples = _by_class(cohort, cohort.true_labels[first])
            entry["class_samples"].setdefault("+".join(chosen), {})[key] = samples
    return facts


def _by_class(cohort: Cohort, labels: NDArray[np.intp]) -> dict[str, int]:
    counts = np.bincount(labels, minlength=len(cohort.classes)).tolist()
    return dict(zip(cohort.classes, counts, strict=True))


def _cohort(
    resolved: Resolved, name: str, modalities: Mapping[str, Modality], cohort: Cohort
) -> Facts:
    spec = resolved.specification.benchmark.cohorts[name]
    loaders = [plan.component.descriptor for plan in resolved.loaders[name].values()]
    counts = np.bincount(cohort.labels, minlength=len(cohort.classes)).tolist()
    told = ((modality.note, *modality.warnings) for modality in modalities.values())
    notes = dict.fromkeys(sentence for sentences in told for sentence in sentences if sentence)
    return {
        "subjects": len(cohort.subjects),
        "classes": dict(zip(cohort.classes, counts, strict=True)),
        "class_order": list(cohort.classes),
        "ordered": spec.ordered,
        "candidates": {},
        "class_candidates": {},
        "class_samples": {},
        "modalities": {
            key: {"samples": len(modality), "shape": list(modality.shape)}
            for key, modality in modalities.items()
        },
        "test_subjects": int(class_quotas(cohort, spec.test).sum()),
        "evaluation": spec.evaluate,
        "label_noise": spec.label_noise,
        "note": " ".join([*notes, *filter(None, [cohort.remark])]),
        "simulated": any("simulated" in loader.tags for loader in loaders),
    }


def _plugins(resolved: Resolved) -> list[Facts]:
    loaders = [plan.component for plans in resolved.loaders.values() for plan in plans.values()]
    used = {part.qualified: part for part in [*resolved.components, *loaders]}
    return [_plugin(used[name]) for name in sorted(used)]


def _plugin(part: Component) -> Facts:
    return {
        "name": part.qualified,
        "kind": part.descriptor.kind.value,
        "distribution": part.distribution,
        "version": part.distribution_version,
        "component_version": part.descriptor.version,
        "citation": part.descriptor.citation,
        "summary": part.descriptor.summary,
        "tags": sorted(part.descriptor.tags),
    }


def _cell(cell: Cell) -> Facts:
    cohort, modalities, model, budget = cell.block
    return {
        "cell": cell.id,
        "cohort": cohort,
        "modalities": modalities,
        "model": model,
        "budget": budget,
        "strategy": cell.strategy_label,
        "strategy_plugin": "" if cell.strategy is None else cell.strategy.plugin,
        "repetition": cell.repetition,
        "identity": cell.identity(),
    }


def _budget_text(budget: Mapping[str, Any]) -> str:
    unit = budget["of"]
    initial, query, stop = (_amount(budget[key]) for key in ("initial", "query", "stop"))
    how = ", classes in turn" if budget["first"] == "stratified" else ""
    return f"initial {initial}, query {query}, up to {stop} of the training {unit}{how}"


def _amount(amount: int | float) -> str:
    return str(amount) if isinstance(amount, int) else f"{100 * amount:g} %"


def _model_text(model: ModelPlan) -> str:
    training = model.training
    start = "from the last round's weights" if training.warm_start else "anew each round"
    # Of a file its name is told, not where it lies on somebody's machine.
    shown = {key: Path(model.options[key]).name for key in model.files}
    options = ", ".join(f"{key} {value}" for key, value in (model.options | shown).items())
    text = (
        f"{model.plugin} ({options}); trained {start}: {training.epochs} epochs or "
        f"{training.min_updates} updates, batch {training.batch_size}, "
        f"{training.optimiser} at {training.learning_rate:g}"
    )
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
