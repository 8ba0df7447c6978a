"""The data that a resolved specification names: loaders called, modalities joined."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from albench.api.modality import Modality
from albench.api.nearest import did_you_mean
from albench.cohort.annotators import about_annotators, as_spelt_by
from albench.cohort.classes import ClassRules
from albench.cohort.first_labels import about_named, named, spelt
from albench.cohort.join import Cohort, join
from albench.errors import Complaint, DataError, InputError
from albench.foreign import foreign_code
from albench.metrics.chosen import class_of
from albench.planning.blame import Blame
from albench.planning.division import division, lacking_classes, require_divisible
from albench.planning.matrix import modality_sets
from albench.planning.splits import splitting_of
from albench.planning.trap_marks import unknown_marks
from albench.spelt_keys import as_spelt

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from albench.cohort.first_labels import Initial
    from albench.planning.resolve import LoaderPlan, Resolved
    from albench.spec import Benchmark, CohortSpec


def open_loader(plan: LoaderPlan, where: str) -> Modality:
    """Return the modality that a loader gives.

    Parameters
    ----------
    plan : LoaderPlan
        The loader and its options.
    where : str
        Cohort and modality, for complaints.

    Returns
    -------
    Modality
        Lazy: nothing is read yet but what the loader reads to know its rows.

    Raises
    ------
    DataError
        With every complaint of the loader.
    PluginError
        If the loader raises what no loader should.
    """
    loader = plan.component.load()
    try:
        with foreign_code():
            modality = loader(**plan.component.arguments(plan.options))
    except InputError as error:
        raise DataError([f"{where}: {complaint}" for complaint in error.complaints]) from error
    except (OSError, TypeError, ValueError, KeyError, ImportError) as error:
        who = f"loader {plan.component.qualified} of {plan.component.distribution}"
        raise DataError(f"{where}: {who} failed: {type(error).__name__}: {error}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        blame = Blame(where, plan.component, plan.options)
        raise blame.sentence(error, "it was opened") from error
    if not isinstance(modality, Modality):
        gave = f"gave {type(modality).__name__}, expected albench.api.Modality"
        raise DataError(f"{where}: loader {plan.component.qualified} {gave}")
    if not len(modality):
        raise DataError(f"{where}: loader {plan.component.qualified} gave no samples")
    return modality


def open_cohorts(
    resolved: Resolved,
) -> tuple[dict[str, dict[str, Modality]], dict[tuple[str, tuple[str, ...]], Cohort]]:
    """Return the modalities, and the cohorts joined on every set of them in use.

    Parameters
    ----------
    resolved : Resolved
        Names and options.

    Returns
    -------
    modalities : dict of str to dict of str to Modality
        By cohort and name.
    cohorts : dict of (str, tuple of str) to Cohort
        Each known to be large enough for its split.

    Raises
    ------
    DataError
        With the complaints of every cohort, and of traps whose mark no sample has.
    """
    complaints: list[Complaint | str] = []
    modalities = _open_all(resolved, complaints)
    cohorts = {}
    for name, chosen in modality_sets(resolved):
        parts = modalities[name]
        if any(key not in parts for key in chosen):
            continue  # its loader has complained already
        spec = resolved.specification.benchmark.cohorts[name]
        try:
            used = {key: parts[key] for key in chosen}
            incomplete = spec.incomplete == "mask"
            cohort = join(name, used, rules=_rules(spec), incomplete=incomplete)
            cohort = _divisible(resolved, cohort, parts)
        except DataError as error:
            complaints += [c for c in error.complaints if c not in complaints]
        else:
            cohorts[name, chosen] = cohort
            complaints += _about_first_subjects(resolved, cohort)
            complaints += _about_annotators(spec, cohort, complaints)
    complaints += _unknown_classes(resolved, cohorts)
    complaints += unknown_marks(resolved.specification.benchmark, cohorts)
    if complaints:
        raise DataError(complaints)
    return modalities, cohorts


def _about_first_subjects(resolved: Resolved, cohort: Cohort) -> list[Complaint | str]:
    benchmark = resolved.specification.benchmark
    used = {
        label: None
        for entry in benchmark.matrix
        if cohort.name in entry.cohorts
        for label in entry.budgets
    }
    problems = {
        label: _about_named(benchmark, cohort, benchmark.budgets[label].initial) for label in used
    }
    return [
        Complaint(f"budgets.{label}.initial", problem)
        for label, problem in problems.items()
        if problem
    ]


def _about_named(benchmark: Benchmark, cohort: Cohort, initial: Initial) -> str | None:
    test = benchmark.cohorts[cohort.name].test
    initial = spelt(cohort, initial)
    if cohort.splitting is None:
        return about_named(cohort, test, initial)
    if problem := about_named(cohort, None, initial):
        return problem
    first = named(cohort, initial)
    for repetition in range(cohort.splitting.n_distinct(benchmark.repetitions)):
        train = division(cohort, test, benchmark.seed, repetition).train
        if others := [cohort.subjects[number] for number in first if number not in train]:
            return (
                f"the split of cohort {cohort.name} does not train on subject {others[0]!r} in "
                f"repetition {repetition + 1}: name first subjects that every repetition trains on"
            )
    return None


def _about_annotators(
    spec: CohortSpec, cohort: Cohort, said: Collection[Complaint | str]
) -> list[Complaint]:
    terms = [as_spelt_by(one.terms(), cohort.classes) for one in spec.annotators]
    where = f"cohorts.{cohort.name}"
    complaints = (Complaint(where, text) for text in about_annotators(terms, cohort.classes))
    return [complaint for complaint in complaints if complaint not in said]


def _unknown_classes(
    resolved: Resolved, cohorts: Mapping[tuple[str, tuple[str, ...]], Cohort]
) -> list[Complaint]:
    """Return a complaint about each recall of a class that no cohort has."""
    classes = sorted({name for cohort in cohorts.values() for name in cohort.classes})
    asked = resolved.specification.benchmark.metrics
    return [
        Complaint("metrics", f"{name!r}: no cohort has the class {label!r}{_there(label, classes)}")
        for name in asked
        if cohorts and (label := class_of(name)) and as_spelt([label], classes)[0] not in classes
    ]


def _there(label: str, classes: Sequence[str]) -> str:
    return f"{did_you_mean(label, classes) or '.'} There are: {', '.join(classes)}"


def _divisible(resolved: Resolved, cohort: Cohort, modalities: Mapping[str, Modality]) -> Cohort:
    """Return a cohort that knows how it is divided, after a look at every repetition."""
    benchmark, folder = resolved.specification.benchmark, resolved.specification.folder
    spec = benchmark.cohorts[cohort.name]
    if spec.split is not None:
        splitting = splitting_of(spec.split, cohort, modalities, folder)
        cohort = replace(cohort, splitting=splitting)
    terms = cohort, spec.test, benchmark.seed, benchmark.repetitions
    require_divisible(*terms)
    remark = " ".join(filter(None, [cohort.remark, lacking_classes(*terms)]))
    return replace(cohort, remark=remark)


def _rules(spec: CohortSpec) -> ClassRules:
    return ClassRules(
        classes=spec.classes,
        ordered=spec.ordered,
        exclude=spec.exclude_classes,
        least=spec.min_subjects_per_class,
    )


def _open_all(
    resolved: Resolved, complaints: list[Complaint | str]
) -> dict[str, dict[str, Modality]]:
    used: dict[str, dict[str, None]] = {}
    for name, chosen in modality_sets(resolved):
        used.setdefault(name, {}).update(dict.fromkeys(chosen))
    opened: dict[str, dict[str, Modality]] = {name: {} for name in used}
    for name, keys in used.items():
        for key in keys:
            try:
                plan = resolved.loaders[name][key]
                opened[name][key] = open_loader(plan, f"cohorts.{name}.modalities.{key}")
            except InputError as error:
                complaints += error.complaints
    return opened
