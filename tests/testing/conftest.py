"""Plugins that are wrong on purpose, found where other processes find them too."""

from __future__ import annotations

import gc
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from albench.api import Kind
from albench.api.needs import NEEDS
from albench.testing.examination import Examination
from albench.testing.specimen import Specimen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from albench.api import Descriptor

collect_ignore = ["faults"]  # or doctest would import, and so keep, every fault twice

SIZES = (500, 1000, 2000)

sys.path.insert(0, str(Path(__file__).parent))
HOMES = {Kind.STRATEGY: "strategies", Kind.MODEL: "models", Kind.LOADER: "loaders"}
NAMES = {Kind.STRATEGY: "Sound", Kind.MODEL: "Sound", Kind.LOADER: "sound"}
faults = importlib.import_module("faults.fault")
for module in (*HOMES.values(), "occasional", "announcements"):
    importlib.import_module(f"faults.{module}")


USERS_OF_THE_OTHER_PROCESS = {
    *("test_conformance.py", "test_everything_that_ships.py", "test_faults.py"),
    *("test_plugins_check.py", "test_pytest_mark.py", "test_sound_though_unusual.py"),
}
"""Files whose tests ask the other process of the kit, here and in plugins."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process run all of them: each starts another process, which takes seconds."""
    for item in items:
        if item.path.name in USERS_OF_THE_OTHER_PROCESS:
            item.add_marker(pytest.mark.xdist_group("conformance kit"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "registry: every check of every plugin that ships")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "fault" in metafunc.fixturenames:
        ids = [f"{getattr(f.target, '__name__', f.says)}:{f.check}" for f in faults.FAULTS]
        metafunc.parametrize("fault", faults.FAULTS, ids=ids)


@pytest.fixture(autouse=True)
def _only_what_a_test_makes_is_collected() -> Iterator[None]:
    """Let gc pass over what was there before.

    Some checks collect garbage first. That takes as long as there are objects, of which the tests
    of a whole suite leave very many.
    """
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def all_faults() -> list[Any]:
    """All of the faulty plugins."""
    known_faults: list[Any] = faults.FAULTS
    return known_faults


@pytest.fixture
def examine() -> Callable[..., Examination]:
    """Return a function that makes an examination of a target."""

    def make(
        target: Any, descriptor: Any, expected: Any = None, entry: str = "", **options: Any
    ) -> Examination:
        specimen = Specimen(
            descriptor=descriptor,
            load=lambda: target,
            name=descriptor.name,
            entry=entry,
            options=options,
            sizes=SIZES,
        )
        return Examination(specimen, expected or {})

    return make


@pytest.fixture
def sound() -> Callable[[Kind], tuple[Any, Descriptor]]:
    """Return a function that gives a target and its descriptor, with which nothing is wrong."""

    def give(kind: Kind) -> tuple[Any, Descriptor]:
        target = getattr(importlib.import_module(f"faults.{HOMES[kind]}"), NAMES[kind])
        provided = frozenset(NEEDS) if kind is Kind.MODEL else frozenset()
        return target, faults.sound(kind, target, provides=provided)

    return give
