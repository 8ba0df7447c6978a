"""A pytest mark for a plugin's own tests: one test per check, in five lines."""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from albench.testing.check_report import Status
from albench.testing.checks import Violation
from albench.testing.examination import Examination, find
from albench.testing.specimen import SIZES, specimen_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from albench.api import Descriptor
    from albench.registry import Component

Test = TypeVar("Test")


def parametrize_with_checks(
    plugin: str | Component | Descriptor,
    *,
    options: Mapping[str, Any] | None = None,
    expected_failures: Mapping[str, str] | None = None,
    sizes: tuple[int, ...] = SIZES,
) -> Callable[[Test], Test]:
    """Return a pytest mark that calls a test once for each check of a plugin.

    Parameters
    ----------
    plugin : str, Component or Descriptor
        Its name if it is installed, or the plugin itself.
    options : mapping of str to object or None
        Options to set.
    expected_failures : mapping of str to str or None
        Checks that are known to fail, each with the reason; strict, as in pytest.
    sizes : tuple of int
        The pools on which a strategy's growth is measured.

    Returns
    -------
    MarkDecorator
        For a test with one argument, ``check``, which it calls.

    Raises
    ------
    PluginError
        If there is no such plugin, or an expected failure names no check.
    """
    target = find(plugin) if isinstance(plugin, str) else plugin
    specimen = specimen_of(target, options=options, sizes=sizes)
    examination = Examination(specimen, expected_failures or {})
    # By name, since pytest is not a dependency of albench; this is called only in tests.
    pytest = importlib.import_module("pytest")
    cases = [
        pytest.param(partial(_require, examination, name), id=f"{specimen.name}:{name}")
        for name in examination.names
    ]
    mark: Callable[[Test], Test] = pytest.mark.parametrize("check", cases)
    return mark


def _require(examination: Examination, name: str) -> None:
    result = examination.result(name)
    pytest = importlib.import_module("pytest")
    if result.status is Status.SKIPPED:
        pytest.skip(result.reason)
    if result.status is Status.EXPECTED_FAILURE:
        pytest.xfail(result.reason)
    if result.status is Status.FAILED:
        raise Violation(f"{examination.specimen.name}, {name}: {result.reason}")
