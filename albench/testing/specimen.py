"""The plugin that is checked, with its descriptor and options."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from albench.api import Descriptor
from albench.registry import Component, discover
from albench.testing.checks import Skip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIZES = (1000, 2000, 4000, 8000)
"""The pools on which a strategy's growth is measured."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Specimen:
    """A plugin to be checked.

    Parameters
    ----------
    descriptor : Descriptor
        Its descriptor.
    load : callable
        Returns its target; if this raises, a check fails.
    name : str
        Its qualified name.
    package : str
        Distribution and version; empty if no installed package announces it.
    entry : str
        The module of the entry point that announces it; empty if none does.
    options : mapping of str to object
        Options to set beside the defaults.
    sizes : tuple of int
        The pools on which a strategy's growth is measured, ascending, three or more.
    """

    descriptor: Descriptor
    load: Callable[[], Any]  # a target of any kind
    name: str
    package: str = ""
    entry: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    sizes: tuple[int, ...] = SIZES

    def all_options(self, **changes: Any) -> dict[str, Any]:
        """Return all options, as a benchmark would pass them to the target.

        They are the defaults, overridden by what was set and by the changes; raises `Skip` if a
        required option has not been set.
        """
        announced = self.descriptor.options
        values = {option.name: option.default for option in announced if not option.required}
        values |= {**self.options, **changes}
        missing = [option.name for option in announced if option.name not in values]
        if missing:
            raise Skip(f"needs the options {', '.join(missing)}: give them to the kit")
        return values

    def build(self, **changes: Any) -> Any:  # a Modality, a FusionModel or a QueryStrategy
        """Call the target with `all_options`, and return the result: a new one at each call."""
        options = Component(self.descriptor, "", "").settled(self.all_options(**changes))
        return self.load()(**options)


def specimen_of(
    plugin: Component | Descriptor | Callable[..., Any],
    *,
    descriptor: Descriptor | None = None,
    options: Mapping[str, Any] | None = None,
    sizes: tuple[int, ...] = SIZES,
) -> Specimen:
    """Return a plugin in the form that checks take; arguments are those of `examination.check`.

    The target is not imported yet. Raises `TypeError` if a target is passed without its descriptor.
    """
    if isinstance(plugin, Descriptor):
        plugin = Component(plugin, "", "")
    if isinstance(plugin, Component):
        return Specimen(
            descriptor=plugin.descriptor,
            load=plugin.load,
            name=plugin.qualified if plugin.distribution else plugin.name,
            package=plugin.package if plugin.distribution else "",
            entry=_entry_of(plugin) if plugin.distribution else "",
            options=dict(options or {}),
            sizes=sizes,
        )
    if descriptor is None:
        raise TypeError(f"{plugin!r} is a target: give its descriptor too")
    return Specimen(
        descriptor=descriptor,
        load=lambda: plugin,
        name=descriptor.name,
        options=dict(options or {}),
        sizes=sizes,
    )


def _entry_of(component: Component) -> str:
    entries = [report.module for report in discover().reports if component in report.components]
    return entries[0] if entries else ""
