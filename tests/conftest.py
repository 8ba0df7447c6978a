"""Toys shared by several tests: hand-made plugins, specifications and modalities."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench import spec
from albench.api import Descriptor, Kind, Modality, Option, fingerprint
from albench.cohort.join import join
from albench.execute import trials
from albench.execute.stacking_verdicts import UNKNOWN, StackingVerdict
from albench.planning import Plan, foreseen_failures, make, resolve
from albench.planning.matrix import modality_sets
from albench.records.provenance import provenance
from albench.records.run_record import PlannedRun
from albench.registry import Component, PluginReport, Registry, State
from albench.reporting import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from albench.spec import Specification


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let pictures of the published pages be taken anew."""
    parser.addoption("--pictures", action="store_true", help="take pictures of pages anew")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process run all tests of a file that share what the file makes once for all."""
    for item in items:
        made = getattr(item, "_fixtureinfo", None)
        if made is None or item.get_closest_marker("xdist_group"):
            continue
        found = [definitions[-1] for definitions in made.name2fixturedefs.values()]
        if any(each.scope == "module" for each in found):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def component(
    kind: Kind,
    name: str,
    distribution: str = "albench",
    state: State = State.OK,
    reason: str = "",
    **changes: Any,
) -> Component:
    """Return a component; by default its target is an attribute of the module ``toys``."""
    blank = {"target": f"toys:{name}", "summary": f"A toy {name}."}
    descriptor = Descriptor(name=name, kind=kind, **blank | changes)
    return Component(descriptor, distribution, "1.0", state, reason)


def registry_with(*parts: Component) -> Registry:
    """Return a registry as if each component's distribution had announced it."""
    by_owner: dict[str, list[Component]] = {}
    for part in parts:
        by_owner.setdefault(part.distribution, []).append(part)
    return Registry(
        tuple(
            PluginReport("toys", "toys", owner, "1.0", State.OK, components=tuple(owned))
            for owner, owned in by_owner.items()
        )
    )


def modality(
    subjects: Iterable[str],
    labels: Mapping[str, str | int] | None = None,
    content: str = "",
    shape: tuple[int, ...] = (2,),
) -> Modality:
    """Return a modality whose row ``i`` is full of ``i``."""
    names = np.array(list(subjects), dtype=str)

    def read(rows: np.ndarray) -> np.ndarray:
        filled = np.broadcast_to(rows.reshape(-1, *[1] * len(shape)), (len(rows), *shape))
        return filled.astype(np.float32)

    labels_text = "" if labels is None else repr(sorted(labels.items()))
    return Modality(
        subjects=names,
        shape=shape,
        read=read,
        fingerprint=fingerprint(names, labels_text, content),
        labels=labels,
    )


TOYS = (
    component(
        Kind.LOADER,
        "grid",
        options=(
            Option(name="size", type=int, default=8, minimum=1, help="rows"),
            Option(name="file", type=Path, help="a file"),
        ),
    ),
    component(
        Kind.MODEL,
        "linear",
        provides=frozenset({"proba"}),
        options=(Option(name="dropout", type=float, default=0.5, minimum=0.0, maximum=0.9),),
    ),
    component(Kind.MODEL, "deep", provides=frozenset({"proba", "embeddings"})),
    component(Kind.STRATEGY, "random"),
    component(
        Kind.STRATEGY,
        "esd",
        needs=frozenset({"proba"}),
        options=(Option(name="passes", type=int, default=10, minimum=1, maximum=100),),
    ),
    component(Kind.STRATEGY, "badge", needs=frozenset({"embeddings"})),
)

TOY_SPECIFICATION = """
    name = "toy"
    repetitions = 2

    [cohorts.clinic.modalities]
    a = { loader = "grid" }
    b = { loader = "grid", options = { size = 4 } }

    [models.small]
    plugin = "linear"

    [budgets.tenth]
    initial = 0.1

    [[matrix]]
    cohorts = ["clinic"]
    modalities = [["a"], ["a", "b"]]
    models = ["small"]
    strategies = ["esd"]
    budgets = ["tenth"]
"""


N_OF_FACTS = 5
"""Sections at a report's end that tell a run's facts: they compare and draw nothing."""


@pytest.fixture(scope="session")
def reports_of_facts() -> Callable[[], contextlib.AbstractContextManager[None]]:
    """A context in which reports have the sections of facts alone: for tests that read none."""

    @contextlib.contextmanager
    def facts_alone() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(build, "SECTIONS", build.SECTIONS[-N_OF_FACTS:])
            yield

    return facts_alone


@pytest.fixture
def short_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let reports have their first section and those of facts alone, which draw nothing.

    For tests of what comes before a report: drawing all of it takes seconds each time.
    """
    kept = (*build.SECTIONS[:1], *build.SECTIONS[-N_OF_FACTS:])
    monkeypatch.setattr(build, "SECTIONS", kept)


SHORTLY = f"""
import sys
from albench.cli import main
from albench.reporting import build
build.SECTIONS = (*build.SECTIONS[:1], *build.SECTIONS[-{N_OF_FACTS}:])
sys.argv[0] = "albench"
raise SystemExit(main())
"""


@pytest.fixture(scope="session")
def short_command() -> tuple[str, ...]:
    """Start of a command line: albench in a process of its own, with reports as above."""
    return sys.executable, "-c", SHORTLY


@pytest.fixture
def untried_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let plans try no network in lockstep: each trial takes a process that imports torch.

    For tests that only plan: a run refuses to start where a function of albench is replaced.
    """
    monkeypatch.setattr(trials, "verdicts", lambda makes: [StackingVerdict(UNKNOWN)] * len(makes))


@pytest.fixture
def make_component() -> Callable[..., Component]:
    """A factory of components."""
    return component


@pytest.fixture
def make_registry() -> Callable[..., Registry]:
    """A factory of registries from components."""
    return registry_with


@pytest.fixture
def make_modality() -> Callable[..., Modality]:
    """A factory of modalities."""
    return modality


@pytest.fixture
def toys() -> Registry:
    """A loader, two models and three strategies."""
    return registry_with(*TOYS)


@pytest.fixture
def parse() -> Callable[..., Specification]:
    """Parse the TOML of a specification, by default the toys' own, with some of its text changed.

    Each change is a pair: a text that must be there once, and what takes its place.
    """

    def parse(
        *changes: tuple[str, str], text: str = TOY_SPECIFICATION, folder: Path = Path()
    ) -> Specification:
        text = dedent(text)
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} must be there once"
            text = text.replace(old, new)
        return spec.parse(text, "bench.toml", folder)

    return parse


LABELS = {f"P{number}": f"F{number % 2}" for number in range(10)}


@pytest.fixture
def planned(
    parse: Callable[..., Specification], toys: Registry, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Plan]:
    """Plan the toys' specification, or another, with some of its text changed.

    Every modality has ten subjects; `contents` gives one of them other data. Models are not tried
    on a batch of one, which takes a process each: there is no code behind a toy.
    """
    monkeypatch.setattr(foreseen_failures, "learns_from_one", lambda *_: True)

    def plan(
        *changes: tuple[str, str],
        registry: Registry = toys,
        contents: Mapping[str, str] | None = None,
        text: str = TOY_SPECIFICATION,
    ) -> Plan:
        resolved = resolve(parse(*changes, text=text), registry)
        cohorts = {}
        for name, chosen in modality_sets(resolved):
            data = {key: (contents or {}).get(key, key) for key in chosen}
            parts = {key: modality(LABELS, LABELS, data[key]) for key in chosen}
            cohorts[name, chosen] = join(name, parts)
        return make(resolved, cohorts)

    return plan


@pytest.fixture(scope="session")
def planned_run() -> Callable[..., PlannedRun]:
    """A factory of a run's record, from its planned cells as plain data."""

    def make(cells: Sequence[Mapping[str, Any]], **changed: Any) -> PlannedRun:
        cohort = {
            "subjects": 10,
            "classes": {"F0": 5, "F1": 5},
            "class_order": ["F0", "F1"],
            "ordered": False,
            "candidates": {"a+b": 10},
            "class_candidates": {"a+b": {"F0": 5, "F1": 5}},
            "class_samples": {"a+b": {"a": {"F0": 5, "F1": 5}, "b": {"F0": 5, "F1": 5}}},
            "modalities": {key: {"samples": 10, "shape": [3]} for key in ("a", "b")},
            "test_subjects": 2,
            "evaluation": "subject",
            "label_noise": 0.0,
            "note": "",
            "simulated": False,
        }
        texts = dict.fromkeys(("title", "question", "spec", "command"), "toy")
        settings = {"seed": 0, "repetitions": 1, "jobs": 1, "budgets": {}, "models": {}}
        settings |= {"slice": "", "matrix_cells": len(cells)}
        empty: dict[str, Any] = {"plugins": [], "skipped": [], "traps": [], "published": {}}
        plain = {"name": "toy", "cells": cells, "provenance": provenance(), **empty}
        plain["cohorts"] = {cell["cohort"]: cohort for cell in cells}
        return PlannedRun.model_validate(plain | texts | settings | changed)

    return make
