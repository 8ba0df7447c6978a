"""Installed plugins in a few lines of text, and the same as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from albench.plural import plural
from albench.registry import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.registry import Component, PluginReport

SHOWN = (
    "state",
    "reason",
    "distribution",
    "version",
    "needs",
    "provides",
    "modalities",
    "requires",
    "tags",
    "cost",
    "citation",
    "target",
)
"""What is shown of a component if it has it, beside its name, summary and options."""


def listing_text(components: Sequence[Component]) -> str:
    """Return a table with one line per component.

    Parameters
    ----------
    components : sequence of Component
        In the order to be shown.

    Returns
    -------
    str
        Kind, qualified name, state and summary, under a heading.
    """
    rows = [
        (c.descriptor.kind.value, c.qualified, c.state.value, c.descriptor.summary)
        for c in components
    ]
    return _aligned([("kind", "name", "state", "summary"), *rows])


def component_text(component: Component) -> str:
    """Return everything that a component says about itself, one line per entry.

    Parameters
    ----------
    component : Component
        Usable or not.

    Returns
    -------
    str
        Its options last.
    """
    plain = component_json(component)
    lines = [f"{component.descriptor.kind} {component.qualified}: {component.descriptor.summary}"]
    for key in SHOWN:
        value = plain[key]
        if value:
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            lines.append(f"  {key}: {shown}")
    lines += [f"  option {_option_text(option)}" for option in plain["options"]]
    return "\n".join(lines)


def _option_text(option: dict[str, Any]) -> str:
    default = "required" if option["required"] else f"default {option['default']!r}"
    bounds = [
        f"{word} {option[key]:g}"
        for word, key in (("from", "minimum"), ("to", "maximum"))
        if option[key] is not None
    ]
    choices = f"one of {', '.join(option['choices'])}" if option["choices"] else ""
    details = "; ".join(part for part in (default, " ".join(bounds), choices) if part)
    return f"{option['name']} ({option['type']}; {details}): {option['help']}"


def component_json(component: Component) -> dict[str, Any]:
    """Return everything that a component says about itself, as plain data.

    Parameters
    ----------
    component : Component
        Usable or not.

    Returns
    -------
    dict
        The descriptor's fields, and where the component comes from.
    """
    descriptor = asdict(component.descriptor)
    options = [_option_json(option) for option in descriptor.pop("options")]
    fields = {key: sorted(v) if isinstance(v, frozenset) else v for key, v in descriptor.items()}
    return {
        "qualified": component.qualified,
        "state": component.state.value,
        "reason": component.reason,
        "distribution": component.distribution,
        "distribution_version": component.distribution_version,
        **fields,
        "options": options,
    }


def _option_json(option: dict[str, Any]) -> dict[str, Any]:
    default = option["default"]
    # A path, or whatever else a plugin put there by mistake, is shown as text.
    shown = default if isinstance(default, int | float | str | list | None) else str(default)
    return option | {"type": option["type"].__name__, "default": shown}


def doctor_text(reports: Sequence[PluginReport]) -> str:
    """Return a table with one line per entry point, then the components that cannot be used.

    Parameters
    ----------
    reports : sequence of PluginReport
        In the order to be shown.

    Returns
    -------
    str
        With the reason of everything that is not ok.
    """
    rows = [
        (
            report.state.value,
            f"{report.distribution} {report.distribution_version}",
            report.entry_point,
            f"{plural(len(report.components), 'plugin')} in {report.seconds * 1000:.0f} ms",
            report.reason,
        )
        for report in reports
    ]
    table = _aligned([("state", "distribution", "entry point", "found", "reason"), *rows])
    broken = [
        f"{component.state}: {component.descriptor.kind} {component.qualified}: {component.reason}"
        for report in reports
        for component in report.components
        if component.reason
    ]
    return "\n".join([table, *broken])


def report_json(report: PluginReport) -> dict[str, Any]:
    """Return the outcome of loading an entry point, as plain data.

    Parameters
    ----------
    report : PluginReport
        Any.

    Returns
    -------
    dict
        Its components by their qualified names.
    """
    plain = asdict(report)
    plain["components"] = [component.qualified for component in report.components]
    return plain | {"state": report.state.value}


def plugin_problems(reports: Sequence[PluginReport]) -> str:
    """Return which plugins could not be loaded, or an empty string.

    Parameters
    ----------
    reports : sequence of PluginReport
        Of all entry points; a disabled one is no problem.

    Returns
    -------
    str
        One line, with the command that says more.
    """
    names = ", ".join(
        f"{report.distribution} ({report.state})"
        for report in reports
        if report.state not in (State.OK, State.DISABLED)
    )
    return f"plugin problems: {names}; see `albench plugins doctor`" if names else ""


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
