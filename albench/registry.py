"""Finds plugins: every entry point is loaded under a guard, and its outcome reported."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import re
import time
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from albench.api import hooks
from albench.api.acquisition import asks_for_modalities
from albench.api.descriptors import API_VERSION, Descriptor, Kind
from albench.api.nearest import did_you_mean
from albench.errors import InputError, PluginError
from albench.foreign import foreign_code
from albench.plugins_beside import install_command, plugin_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import EntryPoint

DISABLE_VARIABLE = "ALBENCH_DISABLE_PLUGINS"
"""Environment variable: distributions or entry points to leave out, separated by commas."""

HOOKS = {
    "albench_loaders": Kind.LOADER,
    "albench_models": Kind.MODEL,
    "albench_strategies": Kind.STRATEGY,
}


class State(StrEnum):
    """Outcome of loading an entry point, or one component of it."""

    OK = "ok"
    IMPORT_ERROR = "import-error"
    MISSING_EXTRA = "missing-extra"
    BAD_HOOK = "bad-hook"
    UNKNOWN_HOOK = "unknown-hook"
    API_MISMATCH = "api-mismatch"
    NAME_CLASH = "name-clash"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Component:
    """One announced loader, model or strategy, and where it came from.

    Parameters
    ----------
    descriptor : Descriptor
        What the plugin says of it.
    distribution, distribution_version : str
        The installed package that announced it.
    state : State
        Whether it can be used.
    reason : str
        Why not, and what to do; empty if it can.
    """

    descriptor: Descriptor
    distribution: str
    distribution_version: str
    state: State = State.OK
    reason: str = ""

    @property
    def name(self) -> str:
        """The short name."""
        return self.descriptor.name

    @property
    def qualified(self) -> str:
        """The name that is unique: ``namespace/name``."""
        namespace = self.descriptor.namespace or namespace_of(self.distribution)
        return f"{namespace}/{self.descriptor.name}"

    @property
    def package(self) -> str:
        """The distribution and its version, as messages name them."""
        return f"{self.distribution} {self.distribution_version}"

    def load(self) -> Any:  # the target's type depends on its kind
        """Import and return the target.

        Returns
        -------
        object
            The class or function that `Descriptor.target` names.

        Raises
        ------
        PluginError
            If it cannot be imported; names plugin, distribution and cause.
        """
        module, _, attribute = self.descriptor.target.partition(":")
        try:
            with foreign_code():
                target = importlib.import_module(module)
                for part in attribute.split("."):
                    target = getattr(target, part)
        except KeyboardInterrupt:
            raise
        # A module may raise anything at import: a compiled one, ValueError or OSError.
        except BaseException as error:
            raise PluginError(
                f"plugin {self.qualified} ({self.package}): its target "
                f"{self.descriptor.target!r} cannot be imported: {type(error).__name__}: {error}"
            ) from error
        return target

    def settled(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return options as the plugin keeps them, after it has looked at them together.

        Parameters
        ----------
        options : mapping of str to object
            All of them, each allowed by itself.

        Returns
        -------
        dict of str to object
            The same where the descriptor has no `Descriptor.settle`.

        Raises
        ------
        InputError
            With what the plugin complains of, each with an option for its place.
        PluginError
            If the plugin fails at it.
        """
        if not self.descriptor.settle:
            return dict(options)
        module, _, attribute = self.descriptor.settle.partition(":")
        try:
            with foreign_code():
                settle = getattr(importlib.import_module(module), attribute)
                return dict(settle(options))
        except (InputError, KeyboardInterrupt):
            raise
        # What the options name may be imported here, and raise anything.
        except BaseException as error:
            raise PluginError(
                f"plugin {self.qualified} ({self.package}) fails at its options: "
                f"{type(error).__name__}: {error}"
            ) from error

    def arguments(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return options as the target takes them: paths, which records hold as text, are `Path`.

        Parameters
        ----------
        options : mapping of str to object
            By name; a name that the descriptor lacks is left as it is.

        Returns
        -------
        dict of str to object
            Ready to be given to the target by keyword.
        """
        paths = {option.name for option in self.descriptor.options if option.type is Path}
        return {
            name: Path(value) if name in paths and value is not None else value
            for name, value in options.items()
        }


@dataclass(frozen=True)
class PluginReport:
    """One entry point of the group, and the outcome of loading it."""

    entry_point: str
    module: str
    distribution: str
    distribution_version: str
    state: State
    reason: str = ""
    seconds: float = 0.0
    components: tuple[Component, ...] = ()


@dataclass(frozen=True)
class Registry:
    """All plugins that were found, usable or not."""

    reports: tuple[PluginReport, ...]
    components: tuple[Component, ...] = field(init=False)

    def __post_init__(self) -> None:
        components = tuple(part for report in self.reports for part in report.components)
        object.__setattr__(self, "components", components)

    def of(self, kind: Kind) -> tuple[Component, ...]:
        """Return the components of one kind, by qualified name.

        Parameters
        ----------
        kind : Kind
            Loaders, models or strategies.

        Returns
        -------
        tuple of Component
            Usable or not.
        """
        chosen = (part for part in self.components if part.descriptor.kind is kind)
        return tuple(sorted(chosen, key=lambda part: part.qualified))

    def find(self, kind: Kind, name: str) -> Component:
        """Return the usable component of that kind and name.

        Parameters
        ----------
        kind : Kind
            What it is.
        name : str
            Its qualified name, or its short name while that is unique; what ships with albench
            keeps its short names, so that installing a plugin changes no benchmark.

        Returns
        -------
        Component
            In state ok.

        Raises
        ------
        PluginError
            If it is unknown (as `unknown` says), ambiguous or broken.
        """
        there = [part for part in self.of(kind) if name in (part.qualified, part.name)]
        if not there:
            raise PluginError(self.unknown(name, kind))
        there = [part for part in there if part.qualified in (name, f"core/{name}")] or there
        if len({part.qualified for part in there}) > 1:
            owners = " or ".join(f"{part.qualified} (of {part.distribution})" for part in there)
            raise PluginError(f"{kind} {name!r} is announced more than once: name it {owners}")
        component = there[0]
        if component.state is not State.OK:
            raise PluginError(f"{kind} {component.qualified} cannot be used: {component.reason}")
        return component

    def unknown(self, name: str, kind: Kind | None = None) -> str:
        """Return what to say of a name that nothing here has.

        Parameters
        ----------
        name : str
            Short or qualified.
        kind : Kind or None
            None means any.

        Returns
        -------
        str
            Which plugin of albench's own brings it, or the nearest names, or where all are listed;
            and which plugins have problems.
        """
        parts = self.components if kind is None else self.of(kind)
        names = {part.name for part in parts} | {part.qualified for part in parts}
        problem = f"unknown {kind or 'plugin'} {name!r}"
        brings = plugin_of(name)
        if brings is not None and brings not in {_normal(r.distribution) for r in self.reports}:
            problem += f". The plugin {brings} brings it: run `{install_command(brings)}`"
        elif hint := did_you_mean(name, sorted(names), n=3):
            problem += hint
        else:
            problem += f"; `albench plugins list` shows the {len(parts)} there are"
        for report in self.reports:
            if report.state is not State.OK:
                problem += "" if problem.endswith("?") else "."
                problem += f" Plugin {report.distribution} is {report.state}: {report.reason}"
        return problem


def namespace_of(distribution: str) -> str:
    """Return the qualifier of a distribution's names: ``core`` for albench's own.

    Parameters
    ----------
    distribution : str
        The name of an installed package.

    Returns
    -------
    str
        The name in lower case, without a leading ``albench-``.
    """
    name = _normal(distribution)
    return "core" if name == "albench" else name.removeprefix("albench-")


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@cache
def discover() -> Registry:
    """Return the registry of this environment; the search is made once a process.

    Returns
    -------
    Registry
        Every entry point of the group ``albench``, whatever its state.
    """
    return registry_of(importlib.metadata.entry_points(group=hooks.ENTRY_POINT_GROUP))


def registry_of(entry_points: Iterable[EntryPoint]) -> Registry:
    """Return the registry of some entry points.

    Parameters
    ----------
    entry_points : iterable of EntryPoint
        Of the group ``albench``; two distributions may use the same name.

    Returns
    -------
    Registry
        With clashes of names marked on both sides.
    """
    once = {_identity(entry): entry for entry in entry_points}
    reports = [_report(once[key]) for key in sorted(once)]
    return Registry(_with_clashes(reports))


def _identity(entry: EntryPoint) -> tuple[str, str, str]:
    return _distribution(entry)[0], entry.name, entry.value


def _distribution(entry: EntryPoint) -> tuple[str, str]:
    # An installation that was interrupted leaves a distribution without a name or a version.
    try:
        name, version = (entry.dist.name, entry.dist.version) if entry.dist else (None, None)
    except Exception:  # noqa: BLE001  # without metadata, the backport raises what it likes
        name, version = None, None
    return name or "unknown", version or "0"


def _report(entry: EntryPoint) -> PluginReport:
    distribution, version = _distribution(entry)
    blank = PluginReport(entry.name, entry.value, distribution, version, State.OK)
    if {_normal(distribution), _normal(entry.name)} & _disabled():
        return replace(blank, state=State.DISABLED, reason=f"named in {DISABLE_VARIABLE}")
    began = time.perf_counter()
    report = _loaded(entry, blank)
    return replace(report, seconds=time.perf_counter() - began)


def _disabled() -> frozenset[str]:
    names = os.environ.get(DISABLE_VARIABLE, "").split(",")
    return frozenset(_normal(name.strip()) for name in names if name.strip())


def _loaded(entry: EntryPoint, blank: PluginReport) -> PluginReport:
    try:
        with foreign_code():
            module = entry.load()
    except ModuleNotFoundError as error:
        return _missing_module(entry, blank, error)
    except KeyboardInterrupt:
        raise
    # A plugin may do anything at import, sys.exit() included; none of it may stop the others.
    except BaseException as error:  # noqa: BLE001
        return replace(blank, state=State.IMPORT_ERROR, reason=_where(error))
    manager = pluggy.PluginManager("albench")
    manager.add_hookspecs(hooks)
    complaint = _hook_complaint(manager, module, f"{blank.distribution}:{entry.name}")
    if complaint:
        return replace(blank, state=complaint[0], reason=complaint[1])
    return _announced(manager, blank)


def _missing_module(
    entry: EntryPoint, blank: PluginReport, error: ModuleNotFoundError
) -> PluginReport:
    own = entry.value.partition(".")[0].partition(":")[0]
    missing = error.name or ""
    if missing.partition(".")[0] in ("", own):
        return replace(blank, state=State.IMPORT_ERROR, reason=_where(error))
    reason = f"needs the module {missing!r}, which is not installed"
    return replace(blank, state=State.MISSING_EXTRA, reason=reason)


def _where(error: BaseException) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" ({frame.tb_frame.f_code.co_filename}:{frame.tb_lineno})" if frame else ""
    return f"{type(error).__name__}: {error}{place}"


def _hook_complaint(
    manager: pluggy.PluginManager, module: object, name: str
) -> tuple[State, str] | None:
    try:
        manager.register(module, name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        first_line = str(error).splitlines()[0]
        if "unknown hook" in first_line:
            return State.UNKNOWN_HOOK, _unknown_hook(first_line)
        return State.BAD_HOOK, " ".join(str(error).split())
    if not manager.get_hookcallers(module):
        return State.BAD_HOOK, f"implements none of {', '.join(HOOKS)}; mark them with @hookimpl"
    return None


def _unknown_hook(message: str) -> str:
    match = re.search(r"unknown hook '([^']+)'", message)
    return message + (did_you_mean(match.group(1), HOOKS) if match else "")


def _announced(manager: pluggy.PluginManager, blank: PluginReport) -> PluginReport:
    components: list[Component] = []
    for hook, kind in HOOKS.items():
        try:
            with foreign_code():
                announced = _descriptors(getattr(manager.hook, hook))
        except KeyboardInterrupt:
            raise
        # A hook is the plugin's own code; whatever it raises is its state, not our end.
        except BaseException as error:  # noqa: BLE001
            return replace(blank, state=State.BAD_HOOK, reason=f"{hook}: {_where(error)}")
        wrong = [x for x in announced if not isinstance(x, Descriptor) or x.kind is not kind]
        if wrong:
            reason = f"{hook} must return descriptors of kind {kind.value!r}, found {wrong[0]!r}"
            return replace(blank, state=State.BAD_HOOK, reason=reason)
        components += [_component(x, blank) for x in announced]
    mismatched = [c for c in components if c.state is State.API_MISMATCH]
    if components and len(mismatched) == len(components):
        return replace(blank, state=State.API_MISMATCH, reason=mismatched[0].reason)
    return replace(blank, components=tuple(components))


def _descriptors(hook: pluggy.HookCaller) -> list[Any]:  # what a plugin returns may be anything
    calls: Iterable[Any] = (implementation.function() for implementation in hook.get_hookimpls())
    return [part for announced in calls for part in announced]


def _component(descriptor: Descriptor, report: PluginReport) -> Component:
    state, reason = _fitness(descriptor)
    return Component(descriptor, report.distribution, report.distribution_version, state, reason)


def _fitness(descriptor: Descriptor) -> tuple[State, str]:
    if descriptor.api != API_VERSION and not asks_for_modalities(descriptor):
        reason = (
            f"was written for version {descriptor.api} of albench.api, this is {API_VERSION}: "
            "install a release of the plugin that fits"
        )
        return State.API_MISMATCH, reason
    missing = [name for name in descriptor.requires if not _is_installed(name)]
    if missing:
        remedy = f": pip install {descriptor.extra}" if descriptor.extra else ""
        return State.MISSING_EXTRA, f"needs {', '.join(missing)}, not installed{remedy}"
    return State.OK, ""


def _is_installed(module: str) -> bool:
    """Return whether a module is there, without importing the packages around it."""
    top, *inner = module.split(".")
    spec = importlib.util.find_spec(top)
    for part in inner:
        if spec is None or spec.submodule_search_locations is None:
            return False
        locations = list(spec.submodule_search_locations)
        spec = PathFinder.find_spec(f"{spec.name}.{part}", locations)
    return spec is not None


def _with_clashes(reports: list[PluginReport]) -> tuple[PluginReport, ...]:
    owners: dict[tuple[Kind, str], list[Component]] = {}
    for report in reports:
        for part in report.components:
            owners.setdefault((part.descriptor.kind, part.qualified), []).append(part)
    clashes = {key: parts for key, parts in owners.items() if len(parts) > 1}
    return tuple(_marked(report, clashes) for report in reports)


def _marked(
    report: PluginReport, clashes: Mapping[tuple[Kind, str], list[Component]]
) -> PluginReport:
    parts = tuple(_clashing(part, clashes) for part in report.components)
    hit = [part.reason for part in parts if part.state is State.NAME_CLASH]
    if not hit:
        return report
    return replace(report, components=parts, state=State.NAME_CLASH, reason="; ".join(hit))


def _clashing(part: Component, clashes: Mapping[tuple[Kind, str], list[Component]]) -> Component:
    rivals = clashes.get((part.descriptor.kind, part.qualified), [])
    if not rivals:
        return part
    owners = ", ".join(sorted(rival.distribution for rival in rivals))
    reason = (
        f"{part.descriptor.kind} {part.qualified} is announced more than once, by {owners}: "
        f"uninstall one of them, or name it in {DISABLE_VARIABLE}"
    )
    return replace(part, state=State.NAME_CLASH, reason=reason)
