"""Examine a plugin: run every check of its kind once, then see that every claim was tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from albench.errors import PluginError
from albench.registry import discover
from albench.testing.catalogue import checks_for
from albench.testing.check_report import Report, Result
from albench.testing.checks import Check, Violation
from albench.testing.descriptor_claims import claims_of
from albench.testing.specimen import SIZES, specimen_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from albench.api import Descriptor, Kind
    from albench.registry import Component
    from albench.testing.specimen import Specimen


EXPECTED_FAILURES: Mapping[str, Mapping[str, str]] = {
    "core/uncertainty-herding": {
        "sample-numbers-are-names": "it tunes a temperature by cross-validation, whose folds are "
        "made in the order of the labelled subjects' numbers",
    },
}
"""What albench's own plugins are known to fail, and why: by qualified name, then by check."""


class Examination:
    """The checks of one plugin, each run when its result is first needed.

    Parameters
    ----------
    specimen : Specimen
        The plugin.
    expected : mapping of str to str
        Checks that are expected to fail, each with the reason.

    Raises
    ------
    PluginError
        If an expected failure names no check of this kind of plugin.
    """

    def __init__(self, specimen: Specimen, expected: Mapping[str, str]) -> None:
        self.specimen = specimen
        last = Check(self._every_claim_is_tried, guards="claims that no check can contradict")
        own = checks_for(specimen.descriptor)
        self._checks = {check.name: check for check in (*own, last)}
        self._expected = {**EXPECTED_FAILURES.get(specimen.name, {}), **expected}
        self._results: dict[str, Result] = {}
        unknown = sorted(set(expected) - set(self._checks))
        if unknown:
            raise PluginError(
                f"{specimen.name}: {', '.join(unknown)} is expected to fail, but a "
                f"{specimen.descriptor.kind} has no such check; it has {', '.join(self._checks)}"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the checks, in the order of the catalogue."""
        return tuple(self._checks)

    def result(self, name: str) -> Result:
        """Return the result of a check, which runs once, however often this is called."""
        if name not in self._results:
            expected = self._expected.get(name)
            self._results[name] = self._checks[name].run(self.specimen, expected)
        return self._results[name]

    def report(self) -> Report:
        """Return the results of all checks, in the order of the catalogue."""
        specimen = self.specimen
        return Report(
            plugin=specimen.name,
            kind=specimen.descriptor.kind.value,
            package=specimen.package,
            version=specimen.descriptor.version,
            results=tuple(self.result(name) for name in self.names),
        )

    def _every_claim_is_tried(self, specimen: Specimen) -> None:
        """Every claim of the descriptor was tested by a check that was not skipped."""
        others = self.names[:-1]
        tried = frozenset().union(*(self.result(name).claims for name in others))
        untried = sorted(claims_of(specimen.descriptor) - tried)
        if untried:
            raise Violation(
                f"no check could try the claims: {', '.join(untried)}; see what was skipped and "
                "why, or withdraw the claim from the descriptor"
            )


def check(
    plugin: Component | Descriptor | Callable[..., Any],
    *,
    descriptor: Descriptor | None = None,
    options: Mapping[str, Any] | None = None,
    expected_failures: Mapping[str, str] | None = None,
    sizes: tuple[int, ...] = SIZES,
) -> Report:
    """Run all checks of a plugin.

    Parameters
    ----------
    plugin : Component, Descriptor or callable
        A component of a registry, a descriptor whose target can be imported, or a target itself.
    descriptor : Descriptor or None
        Of a target that is given itself.
    options : mapping of str to object or None
        Options to set: those that are required, and those that make the plugin small enough to be
        checked in seconds.
    expected_failures : mapping of str to str or None
        Checks that are known to fail, each with the reason. If one passes, that is a failure.
    sizes : tuple of int
        The pools on which a strategy's growth is measured, ascending, three or more.

    Returns
    -------
    Report
        A result for every check of the plugin's kind.

    Raises
    ------
    PluginError
        If an expected failure names no check.
    """
    specimen = specimen_of(plugin, descriptor=descriptor, options=options, sizes=sizes)
    return Examination(specimen, expected_failures or {}).report()


def check_by_name(
    name: str,
    *,
    kind: Kind | None = None,
    options: Mapping[str, Any] | None = None,
    sizes: tuple[int, ...] = SIZES,
) -> Report:
    """Run all checks of an installed plugin: `check` of what `find` returns."""
    return check(find(name, kind), options=options, sizes=sizes)


def find(name: str, kind: Kind | None = None) -> Component:
    """Return the usable component of a name, whatever its kind.

    Parameters
    ----------
    name : str
        Short or qualified: ``esd``, ``mylab/widest-doubt``.
    kind : Kind or None
        Needed only where plugins of several kinds share the name.

    Returns
    -------
    Component
        In state ok.

    Raises
    ------
    PluginError
        If the name is unknown or ambiguous, or the plugin cannot be used.
    """
    registry = discover()
    named = [part for part in registry.components if name in (part.name, part.qualified)]
    kinds = {part.descriptor.kind for part in named if kind in (None, part.descriptor.kind)}
    if not kinds:
        raise PluginError(registry.unknown(name, kind))
    if len(kinds) > 1:
        listed = " and a ".join(sorted(kinds))
        raise PluginError(f"{name!r} is a {listed}: say which kind is meant")
    return registry.find(kinds.pop(), name)
