"""Hooks are specified once, and every one is known to the registry."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from albench import api
from albench.api import hooks
from albench.registry import HOOKS

if TYPE_CHECKING:
    from collections.abc import Callable


def _specified() -> list[Callable[..., object]]:
    # pluggy marks a specification by an attribute that is named for its project.
    return [part for part in vars(hooks).values() if hasattr(part, "albench_spec")]


def test_every_hook_is_known_to_the_registry() -> None:
    assert [hook.__name__ for hook in _specified()] == list(HOOKS)


@pytest.mark.parametrize("hook", _specified(), ids=lambda hook: hook.__name__)
def test_every_hook_is_documented(hook: Callable[..., object]) -> None:
    assert inspect.getdoc(hook)


def test_everything_that_is_exported_is_there() -> None:
    assert all(hasattr(api, name) for name in api.__all__)
    assert sorted(api.__all__) == sorted(set(api.__all__))
