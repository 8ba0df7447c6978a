"""Options as a command line gives them: ``passes=5``, read by what the plugin announces."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from albench.api.nearest import did_you_mean
from albench.errors import Complaint, PluginError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.api import Option
    from albench.registry import Component


def settings_of(component: Component, given: Sequence[str]) -> dict[str, Any]:
    """Return the options that are given, as the plugin's target takes them.

    Parameters
    ----------
    component : Component
        What they are options of.
    given : sequence of str
        ``KEY=VALUE`` each; a number, a truth value or a list as in a specification, a string or
        a path without quotation marks.

    Returns
    -------
    dict of str to object
        Only what is given; defaults are left to the caller.

    Raises
    ------
    PluginError
        With every option that is unknown, malformed, not allowed or missing.
    """
    known = {option.name: option for option in component.descriptor.options}
    settings: dict[str, Any] = {}
    complaints = []
    for text in given:
        key, _, written = text.partition("=")
        value = _value(known[key], written) if key in known else None
        problem = _problem(component, known, text, value)
        if problem is None:
            settings[key] = value
        else:
            complaints.append(Complaint(f"--option {text}", problem))
    named = {text.partition("=")[0] for text in given}
    complaints += [
        _missing(each) for each in known.values() if each.required and each.name not in named
    ]
    if complaints:
        raise PluginError(complaints)
    return settings


def _value(option: Option, written: str) -> Any:  # of the option's own type, if it is well written
    if option.choices or option.type not in (int, float, bool, list):
        return written
    try:
        value = tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        return written
    is_whole = type(value) is int
    return float(value) if option.type is float and is_whole else value


def _problem(
    component: Component, known: dict[str, Option], text: str, value: object
) -> str | None:
    key, equals, _ = text.partition("=")
    if key not in known:
        hint = did_you_mean(key, known) or "."
        there = f"Its options are: {', '.join(known)}" if known else "It has no options"
        return f"{component.qualified} has no option {key!r}{hint} {there}"
    if not equals:
        return f"expected KEY=VALUE, as in {key}={known[key].default}"
    return known[key].complaint_about(value)


def _missing(option: Option) -> Complaint:
    problem = f"is required, and was not given: {option.help}"
    return Complaint(f"--option {option.name}=...", problem)
