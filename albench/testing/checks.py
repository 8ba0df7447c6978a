"""A check: a function that raises `Violation`, run so that any error becomes a result."""

from __future__ import annotations

import time
import traceback
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from albench.errors import AlbenchError
from albench.testing.check_report import Result, Status
from albench.testing.descriptor_claims import claims_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from albench.testing.specimen import Specimen


class Violation(AlbenchError):
    """A plugin breaks its contract; the message says how."""


class Skip(Exception):
    """A check does not apply or cannot be run; the message says why."""


@dataclass(frozen=True)
class Check:
    """A property that every plugin of a kind must have; `guards_against` makes one.

    Parameters
    ----------
    function : callable
        Takes the `Specimen`, and may return what it measured, for the report. Raises `Violation`
        if the property does not hold, `Skip` if it does not apply. The check has its name.
    guards : str
        The faults that it is meant to catch.
    covers : tuple of str
        Words of the claims that it tests, unless it is skipped.
    """

    function: Callable[[Specimen], str | None]
    guards: str
    covers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name, as reports and expected failures give it."""
        return self.function.__name__.strip("_").replace("_", "-")

    @property
    def holds(self) -> str:
        """One sentence, the function's docstring: what is true of a plugin that passes."""
        return " ".join((self.function.__doc__ or "").split())

    def run(self, specimen: Specimen, expected: str | None = None) -> Result:
        """Run the check of a plugin; any exception that the plugin raises is a failure.

        `expected` says why the check is expected to fail, if it is: then passing is a failure.
        """
        began = time.perf_counter()
        # Odd pools may make a plugin warn, which is not a fault.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = self._outcome(specimen)
        if result.status is not Status.SKIPPED:
            result = replace(result, claims=self._tested(specimen))
        if expected is not None:
            result = _judged(result, expected)
        return replace(result, seconds=time.perf_counter() - began)

    def _tested(self, specimen: Specimen) -> frozenset[str]:
        claims = claims_of(specimen.descriptor)
        return frozenset(claim for claim in claims if any(word in claim for word in self.covers))

    def _outcome(self, specimen: Specimen) -> Result:
        try:
            measured = self.function(specimen) or ""
        except Skip as skip:
            return Result(check=self.name, status=Status.SKIPPED, reason=str(skip))
        except AlbenchError as error:
            return Result(check=self.name, status=Status.FAILED, reason=str(error))
        # A plugin may raise anything; it is a failure of this check, not of the kit.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            return Result(check=self.name, status=Status.FAILED, reason=_raised(error))
        return Result(check=self.name, status=Status.PASSED, reason=measured)


def guards_against(
    faults: str, *, covers: tuple[str, ...] = ()
) -> Callable[[Callable[[Specimen], str | None]], Check]:
    """Make a check of a function whose docstring says what holds; see `Check`."""
    return lambda function: Check(function, faults, covers)


def checks_in(*modules: ModuleType) -> tuple[Check, ...]:
    """Return the checks of some modules, in the order in which they are written."""
    parts = (part for module in modules for part in vars(module).values())
    return tuple(part for part in parts if isinstance(part, Check))


def _raised(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"raised {type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"


def _judged(result: Result, expected: str) -> Result:
    if result.status is Status.FAILED:
        reason = f"expected ({expected}): {result.reason}"
        return replace(result, status=Status.EXPECTED_FAILURE, reason=reason)
    if result.status is Status.PASSED:
        reason = f"was expected to fail ({expected}), but holds: withdraw the expectation"
        return replace(result, status=Status.FAILED, reason=reason)
    return result
