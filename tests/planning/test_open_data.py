"""A specification's data are opened, and all problems are reported at once."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from albench.api import Complaint, DataError, Modality
from albench.planning import LoaderPlan, make, open_cohorts, open_loader, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.registry import Registry
    from albench.spec import Specification

    Parse = Callable[..., Specification]
    Install = Callable[[Callable[..., Any]], None]

LABELS = {f"P{i}": f"F{i % 2}" for i in range(10)}


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Let a function be the target of the toys' loader."""

    def install(loader: Callable[..., Any]) -> None:
        module = ModuleType("toys")
        module.grid = loader  # type: ignore[attr-defined]  # made for this test
        monkeypatch.setitem(sys.modules, "toys", module)

    return install


@pytest.fixture
def open_all(parse: Parse, toys: Registry) -> Callable[..., Any]:
    """Open the cohorts of the toys' specification with some of its text changed."""
    return lambda *changes: open_cohorts(resolve(parse(*changes), toys))


@pytest.fixture
def grid_plan(toys: Registry, parse: Parse) -> LoaderPlan:
    return resolve(parse(), toys).loaders["clinic"]["b"]


def test_a_loader_is_called_with_its_options(
    install: Install, grid_plan: LoaderPlan, make_modality: Callable[..., Modality]
) -> None:
    given: dict[str, object] = {}

    def grid(**options: object) -> Modality:
        given.update(options)
        return make_modality(["P1"])

    install(grid)
    assert len(open_loader(grid_plan, "here")) == 1
    assert given == {"size": 4, "file": None}


def test_a_loader_s_complaints_are_told_with_their_place(
    install: Install, grid_plan: LoaderPlan
) -> None:
    def grid(**_: object) -> Modality:
        raise DataError([Complaint("x.csv, line 2", "is odd"), Complaint("x.csv, line 3", "too")])

    install(grid)
    with pytest.raises(DataError) as error:
        open_loader(grid_plan, "cohorts.c.modalities.b")
    assert list(error.value.complaints) == [
        "cohorts.c.modalities.b: x.csv, line 2: is odd",
        "cohorts.c.modalities.b: x.csv, line 3: too",
    ]


@pytest.mark.parametrize("failure", [OSError, TypeError, ValueError, KeyError, ImportError])
def test_a_loader_that_fails_is_named(
    failure: type[Exception], install: Install, grid_plan: LoaderPlan
) -> None:
    def grid(**_: object) -> Modality:
        raise failure("the cause")

    install(grid)
    with pytest.raises(DataError, match=f"here: loader core/grid .* failed: {failure.__name__}"):
        open_loader(grid_plan, "here")


def test_a_loader_that_gives_no_modality_is_told_what_it_gave(
    install: Install, grid_plan: LoaderPlan
) -> None:
    install(lambda **_: None)
    with pytest.raises(DataError, match=r"core/grid gave NoneType, expected albench\.api\.M"):
        open_loader(grid_plan, "here")


def test_a_loader_that_gives_no_samples_is_refused(
    install: Install, grid_plan: LoaderPlan, make_modality: Callable[..., Modality]
) -> None:
    install(lambda **_: make_modality([]))
    with pytest.raises(DataError, match="here: loader core/grid gave no samples"):
        open_loader(grid_plan, "here")


def test_every_set_of_modalities_is_joined_and_ready_to_be_planned(
    install: Install, parse: Parse, toys: Registry, make_modality: Callable[..., Modality]
) -> None:
    install(lambda size, **_: make_modality(list(LABELS)[: size + 2], LABELS))
    resolved = resolve(parse(), toys)
    modalities, cohorts = open_cohorts(resolved)
    assert {key: len(part) for key, part in modalities["clinic"].items()} == {"a": 10, "b": 6}
    assert {key: len(cohort.subjects) for key, cohort in cohorts.items()} == {
        ("clinic", ("a",)): 10,
        ("clinic", ("a", "b")): 6,
    }
    assert {cell.data for cell in make(resolved, cohorts).cells} == {
        cohort.fingerprint for cohort in cohorts.values()
    }


def test_a_loader_is_called_once_however_many_sets_use_it(
    install: Install, open_all: Callable[..., Any], make_modality: Callable[..., Modality]
) -> None:
    sizes = []

    def grid(size: int, **_: object) -> Modality:
        sizes.append(size)
        return make_modality(LABELS, LABELS)

    install(grid)
    open_all()
    assert sizes == [8, 4]


def test_a_modality_that_no_set_uses_is_not_opened(
    install: Install, open_all: Callable[..., Any], make_modality: Callable[..., Modality]
) -> None:
    install(lambda **_: make_modality(LABELS, LABELS))
    modalities, _ = open_all(('[["a"], ["a", "b"]]', '[["b"]]'))
    assert list(modalities["clinic"]) == ["b"]


SECOND = (
    ("[models.small]", '[cohorts.far.modalities]\na.loader = "grid"\n[models.small]'),
    ('cohorts = ["clinic"]', 'cohorts = ["clinic", "far"]'),
    ('modalities = [["a"], ["a", "b"]]', ""),
)


def test_complaints_about_several_cohorts_come_at_once(
    install: Install, open_all: Callable[..., Any], make_modality: Callable[..., Modality]
) -> None:
    def grid(size: int, **_: object) -> Modality:
        if size == 4:
            raise DataError("is odd")
        return make_modality(["P0"], LABELS)

    install(grid)
    with pytest.raises(DataError) as error:
        open_all(*SECOND)
    assert [str(complaint) for complaint in error.value.complaints] == [
        "cohorts.clinic.modalities.b: is odd",
        "cohort far: its only subject is of one class, 'F0'; two are needed",
    ]


def test_a_complaint_about_two_sets_of_modalities_comes_once(
    install: Install, open_all: Callable[..., Any], make_modality: Callable[..., Modality]
) -> None:
    install(lambda **_: make_modality(["P0", "P2"], LABELS))
    with pytest.raises(DataError) as error:
        open_all()
    assert len(error.value.complaints) == 1


def test_a_cohort_too_small_for_its_split_is_told(
    install: Install, open_all: Callable[..., Any], make_modality: Callable[..., Modality]
) -> None:
    install(lambda **_: make_modality(["P0", "P1", "P2"], LABELS))
    with pytest.raises(DataError, match="cohort clinic, class 'F1': has 1 subject,"):
        open_all()


def test_a_target_that_cannot_be_imported_is_told_beside_the_rest(
    install: Install, open_all: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "toys", ModuleType("toys"))
    with pytest.raises(DataError) as error:
        open_all()
    assert len(error.value.complaints) == 2
    assert "core/grid (albench 1.0): its target 'toys:grid'" in str(error.value.complaints[0])
