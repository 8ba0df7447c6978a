"""Checks of options: the target accepts what the descriptor allows, and nothing else."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from albench.api import Kind
from albench.errors import InputError
from albench.testing.checks import Skip, Violation, guards_against

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.api import Descriptor, Option
    from albench.testing.specimen import Specimen


@guards_against("defaults that the benchmark itself would refuse")
def options_are_sound(specimen: Specimen) -> None:
    """Every default is an allowed value, and no option is announced twice."""
    options = specimen.descriptor.options
    complaints = [text for option in options for text in _complaints(option)]
    names = [option.name for option in options]
    complaints += [f"{name} is announced twice" for name in set(names) if names.count(name) > 1]
    if complaints:
        raise Violation("; ".join(complaints))


def _complaints(option: Option) -> Iterator[str]:
    if not option.name.isidentifier():
        yield f"{option.name!r} cannot be a keyword argument"
    low, high = option.minimum, option.maximum
    if low is not None and high is not None and low > high:
        yield f"{option.name}: the minimum {low:g} is above the maximum {high:g}"
    if option.choices and option.type is not str:
        yield f"{option.name}: only strings have choices"
    wrong = None if option.required else option.complaint_about(option.default)
    if wrong:
        yield f"{option.name}: its default is not allowed: {wrong}"


@guards_against("cells identified by a default that is not the one used")
def target_takes_its_options(specimen: Specimen) -> None:
    """The target accepts every option, with the announced defaults."""
    target = specimen.load()
    try:
        parameters = inspect.signature(target).parameters
    except ValueError:
        raise Skip(f"{specimen.descriptor.target} does not show its arguments") from None
    announced = {option.name: option for option in specimen.descriptor.options}
    complaints = [
        *_untaken(announced, parameters),
        *_unannounced(announced, parameters),
        *_other_defaults(announced, parameters),
    ]
    if complaints:
        raise Violation("; ".join(complaints))


def _untaken(announced: dict[str, Option], parameters: Any) -> Iterator[str]:  # inspect's mapping
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    for name in announced:
        if name not in parameters and not takes_any:
            yield f"the option {name} is announced, but the target does not take it"


def _unannounced(announced: dict[str, Option], parameters: Any) -> Iterator[str]:  # as above
    various = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    for name, parameter in parameters.items():
        needed = parameter.default is parameter.empty and parameter.kind not in various
        if needed and name not in announced:
            yield f"the target needs the argument {name}, which no option announces"


def _other_defaults(announced: dict[str, Option], parameters: Any) -> Iterator[str]:  # as above
    for name, option in announced.items():
        default = parameters[name].default if name in parameters else inspect.Parameter.empty
        if default is inspect.Parameter.empty or option.required:
            continue
        if default != option.default:
            yield f"{name} is {option.default!r} by default as announced, {default!r} as written"


@guards_against("misspelt options that are ignored")
def unknown_option_is_refused(specimen: Specimen) -> None:
    """An unannounced option raises an error."""
    try:
        specimen.build(no_such_option=1)
    except (TypeError, InputError):
        return
    raise Violation("the target takes an option no_such_option, so misspelt options go unnoticed")


@guards_against("ranges wider than what the code accepts")
def allowed_values_are_taken(specimen: Specimen) -> None:
    """The target accepts every choice of every option, and both ends of its range."""
    if specimen.descriptor.kind is Kind.LOADER:
        raise Skip("a loader's ends may be large; its choices are tried with its fingerprint")
    specimen.build()
    ends = [(option, value) for option in specimen.descriptor.options for value in extremes(option)]
    if not ends:
        raise Skip("no option has choices or a range")
    complaints = []
    for option, value in ends:
        try:
            specimen.build(**{option.name: value})
        except (ValueError, TypeError, InputError) as error:
            complaints.append(f"{option.name} = {value!r} is allowed, but refused: {error}")
    if complaints:
        raise Violation("; ".join(complaints))


def extremes(option: Option) -> tuple[Any, ...]:  # of the option's own type
    """Return the extreme values that an option allows.

    They are its choices; true and false; or its minimum and maximum, if it has them.
    """
    if option.type is bool:
        return (True, False)
    if option.type not in (int, float):
        return option.choices
    bounds = (option.minimum, option.maximum)
    return tuple(option.type(bound) for bound in bounds if bound is not None)


def moderate_extremes(descriptor: Descriptor) -> list[tuple[str, Any]]:  # of options' own types
    """Return options with their extreme values, without maxima, which could take hours."""
    return [
        (option.name, value)
        for option in descriptor.options
        for value in extremes(option)
        if option.type not in (int, float) or value == option.minimum
    ]
