"""A plugin's options as ``KEY=VALUE`` on the command line, read by what its descriptor allows."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from albench.api.nearest import did_you_mean
from albench.errors import Complaint, PluginError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.api import Option
    from albench.registry import Component


def plugin_options(component: Component, given: Sequence[str]) -> dict[str, Any]:
    """Return the given options as the plugin's target takes them.

    Parameters
    ----------
    component : Component
        The plugin.
    given : sequence of str
        ``KEY=VALUE`` each. Numbers, truth values and lists are written as in a specification,
        strings and paths without quotation marks.

    Returns
    -------
    dict of str to object
        Only what is given, without defaults.

    Raises
    ------
    PluginError
        With every option that is unknown, malformed, not allowed or missing.
    """
    announced = {option.name: option for option in component.descriptor.options}
    options: dict[str, Any] = {}
    complaints = []
    for text in given:
        key, _, written = text.partition("=")
        value = _value(announced[key], written) if key in announced else None
        problem = _problem(component, announced, text, value)
        if problem is None:
            options[key] = value
        else:
            complaints.append(Complaint(f"--option {text}", problem))
    named = {text.partition("=")[0] for text in given}
    complaints += [
        _missing(each) for each in announced.values() if each.required and each.name not in named
    ]
    if complaints:
        raise PluginError(complaints)
    return options


def _value(option: Option, written: str) -> Any:  # of the option's own type, if it is well written
    if option.choices or option.type not in (int, float, bool, list, dict):
        return written
    try:
        value = tomllib.loads(f"value = {written}")["value"]
        return float(value) if option.type is float and type(value) is int else value
    except (ValueError, OverflowError, RecursionError):  # no TOML, or a number beyond all bounds
        return written


def _problem(
    component: Component, announced: dict[str, Option], text: str, value: object
) -> str | None:
    key, equals, _ = text.partition("=")
    if key not in announced:
        hint = did_you_mean(key, announced) or "."
        there = f"Its options are: {', '.join(announced)}" if announced else "It has no options"
        return f"{component.qualified} has no option {key!r}{hint} {there}"
    if not equals:
        return f"expected KEY=VALUE, as in {key}={announced[key].default}"
    return announced[key].complaint_about(value)


def _missing(option: Option) -> Complaint:
    problem = f"is required, and was not given: {option.help}"
    return Complaint(f"--option {option.name}=...", problem)
