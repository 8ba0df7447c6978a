"""The matrix becomes cells and reasoned skips; adding to it changes nothing that was there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.api import Kind
from albench.seeds import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.planning import Cell, Plan
    from albench.registry import Component, Registry

    Planned = Callable[..., Plan]

ESD = ('strategies = ["esd"]', 'strategies = ["esd", "badge"]')
DEEP = ('plugin = "linear"', 'plugin = "deep"')
BOTH_MODELS = (
    ("[budgets.tenth]", '[models.big]\nplugin = "deep"\n[budgets.tenth]'),
    ('models = ["small"]', 'models = ["small", "big"]'),
)


def ids(plan: Plan) -> set[str]:
    return {cell.id for cell in plan.cells}


def streams(cell: Cell) -> list[int]:
    return [cell.stream(purpose, n) for purpose in Purpose for n in range(3)]


def test_the_plan_is_the_product_with_random_and_the_reference(planned: Planned) -> None:
    labels = [(*cell.block, cell.strategy_label, cell.repetition) for cell in planned().cells]
    assert labels == [
        ("clinic", modalities, "small", "tenth", strategy, repetition)
        for repetition in (0, 1)
        for modalities in ("a", "a+b")
        for strategy in ("all-labels", "random", "esd")
    ]


def test_a_plan_is_made_the_same_way_each_time(planned: Planned) -> None:
    assert planned() == planned()


def test_without_sets_of_modalities_all_are_used_at_once(planned: Planned) -> None:
    plan = planned(('modalities = [["a"], ["a", "b"]]', ""))
    assert {cell.modalities for cell in plan.cells} == {("a", "b")}


def test_a_strategy_that_is_added_changes_no_other_cell_and_no_other_stream(
    planned: Planned,
) -> None:
    before, after = planned(DEEP), planned(DEEP, ESD)
    added = [cell for cell in after.cells if cell.id not in ids(before)]
    assert ids(before) < ids(after)
    assert {cell.strategy_label for cell in added} == {"badge"}
    kept = [cell for cell in after.cells if cell.id in ids(before)]
    assert [streams(cell) for cell in kept] == [streams(cell) for cell in before.cells]


@pytest.mark.parametrize(
    "changes",
    [
        [("[models.small]", "[models.net]"), ('models = ["small"]', 'models = ["net"]')],
        [("[budgets.tenth]", "[budgets.b]"), ('budgets = ["tenth"]', 'budgets = ["b"]')],
        [('name = "toy"', 'name = "other"\ntitle = "T"\nquestion = "Q"')],
        [('"esd"]', '"x"]'), ("[[matrix]]", '[strategies.x]\nplugin = "esd"\n[[matrix]]')],
        [('[["a"], ["a", "b"]]', '[["a", "b"], ["a"]]')],
        [('["esd"]', '["esd", "random"]')],
        [('plugin = "linear"', 'plugin = "core/linear"\noptions = { dropout = 0.5 }')],
        [('plugin = "linear"', 'plugin = "linear"\ntraining = { epochs = 30 }')],
        [("initial = 0.1", "query = 0.025")],
        [("[[matrix]]", "[limits]\ncell_seconds = 5\n[[matrix]]")],
        [('b = { loader = "grid", options = { size = 4 } }', 'b = { loader = "core/grid" }')],
    ],
    ids=[
        "model label",
        "budget label",
        "title",
        "strategy label",
        "order",
        "random",
        "default option",
        "default training",
        "default budget",
        "limits",
        "loader of the same data",
    ],
)
def test_what_decides_nothing_leaves_every_identity(
    changes: list[tuple[str, str]], planned: Planned
) -> None:
    assert ids(planned(*changes)) == ids(planned())


@pytest.mark.parametrize(
    "change",
    [
        ("repetitions = 2", "repetitions = 2\nseed = 1"),
        ("initial = 0.1", "initial = 0.2"),
        ("initial = 0.1", "initial = 1"),
        ('plugin = "linear"', 'plugin = "linear"\noptions = { dropout = 0.1 }'),
        ('plugin = "linear"', 'plugin = "linear"\ntraining = { epochs = 31 }'),
        ('plugin = "linear"', 'plugin = "linear"\nstandardise = false'),
        ("[cohorts.clinic.modalities]", "[cohorts.clinic]\ntest = 2\n[cohorts.clinic.modalities]"),
    ],
    ids=["seed", "initial", "count", "option", "training", "standardise", "test"],
)
def test_what_decides_a_result_changes_identities(
    change: tuple[str, str], planned: Planned
) -> None:
    assert not {
        cell.id for cell in planned(change).cells if cell.strategy_label != "all-labels"
    } & ids(planned())


def test_only_cells_on_changed_data_are_others(planned: Planned) -> None:
    before, after = planned(), planned(contents={"b": "measured again"})
    kept = {cell.modalities for cell in after.cells if cell.id in ids(before)}
    changed = {cell.modalities for cell in after.cells if cell.id not in ids(before)}
    assert (kept, changed) == ({("a",)}, {("a", "b")})


def test_more_repetitions_keep_those_that_were_there(planned: Planned) -> None:
    assert ids(planned()) < ids(planned(("repetitions = 2", "repetitions = 3")))


def test_a_component_s_version_is_part_of_the_identity(
    planned: Planned,
    toys: Registry,
    make_component: Callable[..., Component],
    make_registry: Callable[..., Registry],
) -> None:
    others = [part for part in toys.components if part.name != "linear"]
    provides = frozenset({"proba"})
    newer = make_component(
        Kind.MODEL,
        "linear",
        version=2,
        provides=provides,
        options=toys.find(Kind.MODEL, "linear").descriptor.options,
    )
    assert not ids(planned()) & ids(planned(registry=make_registry(*others, newer)))


def test_a_release_of_a_distribution_is_no_part_of_the_identity(
    planned: Planned, toys: Registry, make_registry: Callable[..., Registry]
) -> None:
    newer = [type(part)(part.descriptor, part.distribution, "9.9") for part in toys.components]
    assert ids(planned(registry=make_registry(*newer))) == ids(planned())


def test_budgets_share_the_reference_in_each_of_their_blocks(planned: Planned) -> None:
    plan = planned(
        ("[[matrix]]", "[budgets.fifth]\ninitial = 0.2\n[[matrix]]"),
        ('budgets = ["tenth"]', 'budgets = ["tenth", "fifth"]'),
    )
    references = [cell for cell in plan.cells if cell.strategy is None]
    assert len(references) == 8  # 2 sets of modalities, 2 budgets, 2 repetitions
    assert len({cell.id for cell in references}) == 4
    assert len({(cell.id, cell.block) for cell in references}) == 8


def test_entries_that_overlap_give_each_cell_once(planned: Planned) -> None:
    again = """budgets = ["tenth"]
        [[matrix]]
        cohorts = ["clinic"]
        modalities = [["a"]]
        models = ["small"]
        strategies = ["random"]
        budgets = ["tenth"]"""
    assert planned(('budgets = ["tenth"]', again)) == planned()


def test_a_model_that_does_not_provide_what_a_strategy_needs_skips_it(planned: Planned) -> None:
    plan = planned(ESD, *BOTH_MODELS)
    assert {cell.model.label for cell in plan.cells if cell.strategy_label == "badge"} == {"big"}
    assert [(skip.what, skip.reason) for skip in plan.skipped] == [
        (
            f"clinic · {modalities} · small · tenth · badge",
            "strategy badge needs embeddings, which model linear does not provide",
        )
        for modalities in ("a", "a+b")
    ]


@pytest.mark.parametrize("kind", [Kind.MODEL, Kind.STRATEGY])
@pytest.mark.parametrize(
    ("limits", "fitting", "reason"),
    [
        ((2, None), ["a+b"], "works with 2 modalities or more; here is 1"),
        ((1, 1), ["a"], "works with 1 modality; here are 2"),
        ((3, 4), [], "works with 3 to 4 modalities; here is 1"),
    ],
    ids=str,
)
def test_a_component_is_skipped_where_it_does_not_work_with_so_many_modalities(
    kind: Kind,
    limits: tuple[int, int | None],
    fitting: list[str],
    reason: str,
    planned: Planned,
    toys: Registry,
    make_component: Callable[..., Component],
    make_registry: Callable[..., Registry],
) -> None:
    picky = make_component(kind, "picky", modalities=limits, provides=frozenset({"proba"}))
    change = ('"linear"', '"picky"') if kind is Kind.MODEL else ('["esd"]', '["picky"]')
    plan = planned(change, registry=make_registry(*toys.components, picky))
    used = [cell for cell in plan.cells if kind is Kind.MODEL or cell.strategy_label == "picky"]
    assert sorted({cell.block[1] for cell in used}) == fitting
    assert f"{kind.value} picky {reason}" in {skip.reason for skip in plan.skipped}


def test_a_model_that_cannot_work_skips_its_reference_too(
    planned: Planned,
    toys: Registry,
    make_component: Callable[..., Component],
    make_registry: Callable[..., Registry],
) -> None:
    picky = make_component(Kind.MODEL, "picky", modalities=(2, None))
    plan = planned(('"linear"', '"picky"'), registry=make_registry(*toys.components, picky))
    assert "clinic · a · small · tenth · all-labels" in {skip.what for skip in plan.skipped}


def test_where_every_cohort_is_skipped_there_is_nothing_but_the_reasons(planned: Planned) -> None:
    optional = "[cohorts.clinic]\noptional = true\n[cohorts.clinic.modalities]"
    plan = planned(
        ("[cohorts.clinic.modalities]", optional),
        ('a = { loader = "grid" }', 'a = { loader = "mylab/scans" }'),
    )
    assert plan.cells == ()
    assert [skip.what for skip in plan.skipped] == ["cohort clinic"]
