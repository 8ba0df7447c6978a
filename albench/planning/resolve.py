"""The names in a specification resolved to plugins, and their options checked and filled in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.api import tags
from albench.api.descriptors import Kind
from albench.api.modality import fingerprint
from albench.api.nearest import did_you_mean
from albench.errors import Complaint, InputError, PluginError
from albench.planning.cells import ModelPlan, Skipped, StrategyPlan
from albench.planning.component_digests import Sources
from albench.planning.imported import imported_component
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.api.descriptors import Option
    from albench.registry import Component, Registry
    from albench.spec import Benchmark, CohortSpec, Fault, Specification
    from albench.spec.training import Training

    Place = tuple[str | int, ...]

BASELINE_PLUGIN = "core/random"
"""Always in the matrix, whatever else is installed under the name."""


@dataclass(frozen=True)
class LoaderPlan:
    """One modality of a cohort: the loader's component and its options."""

    component: Component
    options: dict[str, Any]  # of the plugin's own types


@dataclass(frozen=True)
class ResolvedModel:
    """One model of the specification, and the component that it is built by."""

    plan: ModelPlan
    component: Component
    imported: tuple[Component, ...] = ()
    """What its options name by an import path that the specification allows."""


@dataclass(frozen=True)
class ResolvedStrategy:
    """One strategy of the matrix, the component that it is built by, and those it is made of."""

    plan: StrategyPlan
    component: Component
    wrapped: tuple[Component, ...] = ()


@dataclass(frozen=True)
class Resolved:
    """A specification whose every name is a usable plugin.

    Parameters
    ----------
    specification : Specification
        What was resolved.
    loaders : mapping of str to mapping of str to LoaderPlan
        By cohort and modality; without the cohorts that are skipped.
    models : mapping of str to ResolvedModel
        By label.
    strategies : mapping of str to ResolvedStrategy
        By label; every strategy that the matrix names, and ``random``.
    skipped : tuple of Skipped
        Optional cohorts that are unavailable here.
    """

    specification: Specification
    loaders: Mapping[str, Mapping[str, LoaderPlan]]
    models: Mapping[str, ResolvedModel]
    strategies: Mapping[str, ResolvedStrategy]
    skipped: tuple[Skipped, ...]

    @cached_property
    def sources(self) -> Sources:
        """The source of every component, as it was when it was first asked for."""
        return Sources(self)

    @property
    def components(self) -> tuple[Component, ...]:
        """The components of all models, then of all strategies."""
        models = [model.component for model in self.models.values()]
        return (*models, *(strategy.component for strategy in self.strategies.values()))

    @property
    def all_components(self) -> tuple[Component, ...]:
        """Those of `components`, what they name, and the loaders; some may be there twice."""
        wrapped = [part for strategy in self.strategies.values() for part in strategy.wrapped]
        loaders = [plan.component for plans in self.loaders.values() for plan in plans.values()]
        imported = [part for model in self.models.values() for part in model.imported]
        return (*self.components, *imported, *wrapped, *loaders)


class _Resolver:
    """Looks names up and keeps every fault, so that one reading reports all."""

    def __init__(self, specification: Specification, registry: Registry) -> None:
        self.specification = specification
        self.registry = registry
        self.faults: list[Fault] = []

    def component(self, kind: Kind, name: str, path: Place) -> Component | None:
        try:
            return self.registry.find(kind, name)
        except PluginError as error:
            self.faults.append((path, str(error)))
            return None

    def options(
        self, component: Component, given: Mapping[str, object], path: Place
    ) -> dict[str, Any]:
        announced = {option.name: option for option in component.descriptor.options}
        for key in given:
            if key not in announced:
                self.faults.append(((*path, key), _unknown_option(component, key, list(announced))))
        n_faults = len(self.faults)
        values = {name: self._value(option, given, path) for name, option in announced.items()}
        if len(self.faults) == n_faults:
            values = self._settled(component, values, path)
        # The target has the same default: what is not named is not part of a cell's identity.
        return {
            name: value
            for name, value in values.items()
            if not announced[name].later or value != announced[name].default
        }

    def _settled(self, component: Component, values: dict[str, Any], path: Place) -> dict[str, Any]:
        try:
            return component.settled(values)
        except InputError as error:
            for complaint in error.complaints:
                if isinstance(complaint, Complaint):
                    place = (*path, *complaint.where.split("."))
                    self.faults.append((place, complaint.problem))
                else:
                    self.faults.append((path, complaint))
            return values

    def _value(self, option: Option, given: Mapping[str, object], path: Place) -> object:
        value = given.get(option.name, option.default)
        if option.name not in given:
            if option.required:
                self.faults.append((path, f"option {option.name!r} is missing: {option.help}"))
        elif complaint := option.complaint_about(value):
            self.faults.append(((*path, option.name), complaint))
            return None
        elif option.imports and not _is_within(str(value), self._importable(option)):
            self.faults.append(((*path, option.name), _not_importable(str(value), option)))
            return None
        if value is None:
            return None
        if option.type is Path:
            return str(self.specification.folder / str(value))
        # 1 and 1.0 are one number, and must be one cell.
        return float(value) if option.type is float else value  # type: ignore[arg-type]  # checked

    def _importable(self, option: Option) -> tuple[str, ...]:
        return (*option.imports, *self.specification.benchmark.allow_import)

    def imported(self, component: Component, options: Mapping[str, Any]) -> tuple[Component, ...]:
        """Return what options name by an import path, but for what anybody may name."""
        paths = [
            str(options[option.name])
            for option in component.descriptor.options
            if option.imports
            and options.get(option.name)
            and not _is_within(str(options[option.name]), option.imports)
        ]
        return tuple(imported_component(path) for path in paths)

    def wrapped(
        self, component: Component, options: Mapping[str, Any], path: Place
    ) -> tuple[Component, ...]:
        """Return the components that the values of options name."""
        named = [
            self.component(option.names, str(options[option.name]), (*path, option.name))
            for option in component.descriptor.options
            if option.names is not None and options.get(option.name) is not None
        ]
        return tuple(component for component in named if component is not None)

    def files(
        self, component: Component, options: Mapping[str, Any], path: Place
    ) -> dict[str, str]:
        hashes = {}
        for option in component.descriptor.options:
            file = options.get(option.name)
            if option.type is not Path or file is None:
                continue
            try:
                hashes[option.name] = fingerprint(Path(file).read_bytes())
            except OSError as error:
                self.faults.append(
                    ((*path, option.name), f"{file} cannot be read: {error.strerror}")
                )
        return hashes


def resolve(specification: Specification, registry: Registry) -> Resolved:
    """Return the plugins that a specification names, options filled in.

    Parameters
    ----------
    specification : Specification
        What the user wrote.
    registry : Registry
        What is installed.

    Returns
    -------
    Resolved
        Ready to be planned.

    Raises
    ------
    SpecError
        With every unknown or broken plugin and every wrong option.
    """
    resolver = _Resolver(specification, registry)
    loaders, skipped = _loaders(resolver)
    models = _models(resolver)
    strategies = _strategies(resolver)
    _refuse_twins(resolver, strategies)
    if resolver.faults:
        raise specification.complain(resolver.faults)
    return Resolved(specification, loaders, models, strategies, skipped)


def _loaders(
    resolver: _Resolver,
) -> tuple[dict[str, dict[str, LoaderPlan]], tuple[Skipped, ...]]:
    loaders: dict[str, dict[str, LoaderPlan]] = {}
    skipped: list[Skipped] = []
    for name, cohort in resolver.specification.benchmark.cohorts.items():
        reason = _why_absent(resolver, cohort) if cohort.optional else None
        if reason:
            skipped.append(Skipped(f"cohort {name}", reason, (("cohort", name),)))
        else:
            loaders[name] = _cohort_loaders(resolver, name, cohort)
    return loaders, tuple(skipped)


def _why_absent(resolver: _Resolver, cohort: CohortSpec) -> str | None:
    for modality in cohort.modalities.values():
        try:
            resolver.registry.find(Kind.LOADER, modality.loader)
        except PluginError as error:
            return str(error)
    return None


def _cohort_loaders(resolver: _Resolver, name: str, cohort: CohortSpec) -> dict[str, LoaderPlan]:
    plans = {}
    for key, modality in cohort.modalities.items():
        path = ("cohorts", name, "modalities", key)
        component = resolver.component(Kind.LOADER, modality.loader, (*path, "loader"))
        if component is not None:
            options = resolver.options(component, modality.options, (*path, "options"))
            plans[key] = LoaderPlan(component, options)
    return plans


def _models(resolver: _Resolver) -> dict[str, ResolvedModel]:
    models = {}
    for label, model in resolver.specification.benchmark.models.items():
        component = resolver.component(Kind.MODEL, model.plugin, ("models", label, "plugin"))
        if component is None:
            continue
        path = ("models", label, "options")
        options = resolver.options(component, model.options, path)
        if tags.SOLVED in component.descriptor.tags:
            resolver.faults += _idle_training(component, model.training, label)
        plan = ModelPlan(
            label=label,
            plugin=component.qualified,
            version=component.descriptor.version,
            options=options,
            training=model.training,
            standardise=model.standardise,
            files=resolver.files(component, options, path),
        )
        models[label] = ResolvedModel(plan, component, resolver.imported(component, options))
    resolver.faults += _two_validations(resolver.specification.benchmark)
    return models


def _two_validations(benchmark: Benchmark) -> list[Fault]:
    """Return a complaint about each model that no cohort of the matrix lets hold anybody out."""
    cohorts_of: dict[str, dict[str, None]] = {}
    for entry in benchmark.matrix:
        for label in entry.models:
            cohorts_of.setdefault(label, {}).update(dict.fromkeys(entry.cohorts))
    faults: list[Fault] = []
    for label, names in cohorts_of.items():
        splits = {name: benchmark.cohorts[name].split for name in names}
        own = [name for name, split in splits.items() if split and split.has_validation]
        if benchmark.models[label].training.validation and len(own) == len(splits):
            each = "" if len(own) == 1 else " each"
            has = f"{', '.join(own)}{each} has a validation part of its own"
            problem = f"{has}, by which training is stopped: set it to 0"
            faults.append((("models", label, "training", "validation"), problem))
    return faults


def _idle_training(component: Component, training: Training, label: str) -> list[Fault]:
    """Return a complaint about each key of training that a model with a solver does not heed."""
    is_refitted = tags.REFITTED in component.descriptor.tags
    heeded = () if is_refitted else ("class_weights", "warm_start")
    scope = (
        f"heeds {' and '.join(heeded)} alone" if heeded else "has its settings among its options"
    )
    problem = (
        f"has no effect: model {component.descriptor.name} is fitted by a solver and {scope}; "
        "remove it"
    )
    return [
        (("models", label, "training", key), problem)
        for key in sorted(training.model_fields_set.difference(heeded))
    ]


def _strategies(resolver: _Resolver) -> dict[str, ResolvedStrategy]:
    benchmark = resolver.specification.benchmark
    strategies = {}
    for label, place in _wanted(benchmark).items():
        if label == ALL_LABELS:
            problem = "is the name of the reference that has all labels: choose another name"
            resolver.faults.append((place, problem))
            continue
        spec = benchmark.strategies.get(label)
        own = BASELINE_PLUGIN if label == BASELINE else label
        plugin, given = (own, {}) if spec is None else (spec.plugin, spec.options)
        named_at = place if spec is None else (*place, "plugin")
        component = resolver.component(Kind.STRATEGY, plugin, named_at)
        if component is None:
            continue
        if label == BASELINE and component.qualified != BASELINE_PLUGIN:
            resolver.faults.append((named_at, _not_the_baseline(component)))
        options = resolver.options(component, given, (*place, "options"))
        plan = StrategyPlan(
            label=label,
            plugin=component.qualified,
            version=component.descriptor.version,
            options=options,
            files=resolver.files(component, options, (*place, "options")),
        )
        wrapped = resolver.wrapped(component, options, (*place, "options"))
        strategies[label] = ResolvedStrategy(plan, component, wrapped)
    return strategies


def _wanted(benchmark: Benchmark) -> dict[str, Place]:
    """Return the strategies of the matrix, and where each is defined or, without that, named."""
    places: dict[str, Place] = {BASELINE: ("strategies", BASELINE)}
    for i, entry in enumerate(benchmark.matrix):
        for label in entry.strategies:
            named_at: Place = ("matrix", i, "strategies")
            defined = label in benchmark.strategies
            places.setdefault(label, ("strategies", label) if defined else named_at)
    return places


def _not_the_baseline(component: Component) -> str:
    return (
        f"found {component.qualified!r}, but {BASELINE!r} is the name of {BASELINE_PLUGIN}, which "
        "every strategy is compared to: choose another name"
    )


def _refuse_twins(resolver: _Resolver, strategies: Mapping[str, ResolvedStrategy]) -> None:
    owners: dict[str, str] = {}
    for label, place in _wanted(resolver.specification.benchmark).items():
        if label not in strategies:
            continue
        twin = owners.setdefault(strategies[label].plan.stream, label)
        if twin != label:
            problem = (
                f"{label!r} is the same plugin with the same options as {twin!r}; name it once"
            )
            resolver.faults.append((place, problem))


def _is_within(path: str, packages: tuple[str, ...]) -> bool:
    return any(path == package or path.startswith(f"{package}.") for package in packages)


def _not_importable(path: str, option: Option) -> str:
    package = path.partition(".")[0]
    return (
        f"found {path!r}, which is imported only if the specification says so: write allow_import "
        f"= [{package!r}] at its top. Allowed without that: {', '.join(option.imports)}"
    )


def _unknown_option(component: Component, key: str, names: list[str]) -> str:
    hint = did_you_mean(key, names) or "."
    there = f"Its options are: {', '.join(names)}" if names else "It has no options"
    return f"{component.qualified} has no option {key!r}{hint} {there}"
