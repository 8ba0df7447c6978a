"""Light announcements of plugins: all that listing, planning and documentation must know."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

API_VERSION = 1
"""The version of the contracts in ``albench.api``; raised when a plugin must change."""


class Kind(StrEnum):
    """The three kinds of plugin."""

    LOADER = "loader"
    MODEL = "model"
    STRATEGY = "strategy"


@dataclass(frozen=True, kw_only=True)
class Option:
    """One keyword argument of a plugin's target that a benchmark may set.

    Parameters
    ----------
    name : str
        The keyword argument.
    type : type
        ``int``, ``float``, ``str``, ``bool``, ``pathlib.Path`` (taken relative to the specification
        file; a model's or a strategy's must be a file, whose content is part of a cell's identity),
        ``list`` (of strings or numbers) or ``dict`` (a table of values, which may also be given as
        a list of ``"key=value"``; see `Descriptor.settle`).
    default : object
        The value when the benchmark is silent; ignored if `required`.
    required : bool
        Whether the benchmark must set it.
    minimum, maximum : float or None
        The closed range of a number.
    choices : tuple of str
        The allowed values of a string; empty allows all.
    help : str
        One line, with the unit of a quantity.
    later : bool
        Whether it came after results had been published, with a default that does what was done
        until then: at that default it is not part of a cell's identity, and they stay valid.
    names : Kind or None
        Of what kind the component is that the value names, if it names one: a wrapper's strategy.
        The source of that component then counts as the wrapper's own.
    imports : tuple of str
        Of an option that is an import path: the packages that anybody may name. All others must be
        allowed by the specification's ``allow_import``. What is named so counts as the component's
        own source.
    at_cold_start : bool
        Of an option with `names`, whether the strategy that it names may be asked while nothing is
        labelled. A wrapper takes part in a cold start if all that may be asked then can.
    """

    name: str
    type: type[Any]  # the option's own type, known only to the plugin
    default: object = None
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""
    later: bool = False
    names: Kind | None = None
    imports: tuple[str, ...] = ()
    at_cold_start: bool = True

    def complaint_about(self, value: object) -> str | None:
        """Return what is wrong with `value`, or None if it is allowed.

        Parameters
        ----------
        value : object
            A value as a specification gives it.

        Returns
        -------
        str or None
            What was found and what is allowed.
        """
        if value is None and not self.required and self.default is None:
            return None
        if not self._has_right_type(value):
            return f"expected {self._type_name()}, found {value!r}"
        if self.choices and value not in self.choices:
            return f"found {value!r}, allowed are {', '.join(map(repr, self.choices))}"
        return self._range_complaint(value)

    def _has_right_type(self, value: object) -> bool:
        if self.type is float:
            return isinstance(value, int | float) and not isinstance(value, bool)
        if self.type is int:
            return isinstance(value, int) and not isinstance(value, bool)
        if self.type is Path:
            return isinstance(value, str | Path)
        if self.type is list:
            return isinstance(value, list) and all(isinstance(x, str | int | float) for x in value)
        if self.type is dict:
            return isinstance(value, dict) or _are_pairs(value)
        return isinstance(value, self.type)

    def _type_name(self) -> str:
        names = {
            int: "a whole number",
            float: "a number",
            str: "a string",
            bool: "true or false",
            Path: "a path",
            dict: 'a table, or a list of "key=value"',
        }
        return names.get(self.type, "a list of strings or numbers")

    def _range_complaint(self, value: object) -> str | None:
        if not isinstance(value, int | float):
            return None
        below = self.minimum is not None and not value >= self.minimum
        above = self.maximum is not None and not value <= self.maximum
        if below or above:
            low = "-inf" if self.minimum is None else f"{self.minimum:g}"
            high = "inf" if self.maximum is None else f"{self.maximum:g}"
            return f"found {value!r}, allowed is {low} to {high}"
        return None


def _are_pairs(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(x, str) and "=" in x for x in value)


@dataclass(frozen=True, kw_only=True)
class Descriptor:
    """What a plugin says of one loader, model or strategy, without importing anything heavy.

    Parameters
    ----------
    name : str
        The short name, lower case with hyphens: ``k-center``.
    kind : Kind
        What the target is.
    target : str
        ``package.module:attribute``. Called with the options as keyword arguments it gives, for a
        loader, a `Modality`; for a model, a `FusionModel`; for a strategy, a `QueryStrategy`.
    summary : str
        One line for listings.
    version : int
        The component's version, raised when results change; part of a cell's identity.
    api : int
        The `API_VERSION` it was written for.
    options : tuple of Option
        Every keyword argument that a benchmark may set.
    settle : str
        ``package.module:function``, if options must be looked at together: called while planning
        with all of them, it returns them in the one form in which they are kept, or raises a
        `DataError` whose complaints name an option each as their place. It must not import torch.
    needs : frozenset of str
        For a strategy: what it reads of the pool (see `albench.api.needs`); equal to the
        ``needs`` of the strategy itself.
    provides : frozenset of str
        For a model: the needs it can serve.
    modalities : tuple of (int, int or None)
        The smallest and the largest number of modalities it works with; None is no limit.
    requires : tuple of str
        Importable modules without which it cannot run, other than what its package depends on.
    extra : str
        What to install for `requires`, as ``pip install`` takes it.
    tags : frozenset of str
        Free marks, such as ``"simulated"`` for a loader or ``"oracle"`` for a strategy that uses
        labels it could not have.
    cost : str
        The cost class of a query of a strategy in the pool size n: ``"n"``, ``"n log n"``,
        ``"n b"`` (b is the query size), ``"n^2"``.
    incomplete : bool
        Whether a model or a strategy works with candidates that lack modalities: with a stream of
        `albench.api.AVAILABLE` beside the others, and sample numbers of -1. Others are skipped on
        such cohorts.
    citation : str
        The source, as a reader would look it up.
    namespace : str or None
        The qualifier of the name; None takes the distribution's.
    """

    name: str
    kind: Kind
    target: str
    summary: str
    version: int = 1
    api: int = API_VERSION
    options: tuple[Option, ...] = ()
    settle: str = ""
    needs: frozenset[str] = frozenset()
    provides: frozenset[str] = frozenset()
    modalities: tuple[int, int | None] = (1, None)
    requires: tuple[str, ...] = ()
    extra: str = ""
    tags: frozenset[str] = frozenset()
    cost: str = "n"
    incomplete: bool = False
    citation: str = ""
    namespace: str | None = None

    @property
    def is_oracle(self) -> bool:
        """Whether it uses labels that it could not have: the tag ``oracle``."""
        return "oracle" in self.tags
