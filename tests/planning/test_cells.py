"""A cell is identified by what decides its result, and by nothing else."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albench.planning import Cell, ModelPlan, StrategyPlan
from albench.planning.cells import LATER_TRAINING, canonical
from albench.seeds import Purpose
from albench.spec import BudgetSpec, Training

OPTIONS = {"width": 64, "dropout": 0.5}
MODEL = ModelPlan("small", "core/mmfn", 1, OPTIONS, Training(epochs=30), True)
ESD = StrategyPlan("esd", "core/esd", 1, {"passes": 10})
CELL = Cell(
    cohort="clinic",
    modalities=("a", "b"),
    data="3f2a",
    test=0.2,
    evaluate="subject",
    model=MODEL,
    strategy=ESD,
    budget_label="tenth",
    budget=BudgetSpec().model_dump(exclude={"known"}),
    seed=0,
    repetition=0,
)

DECISIVE: dict[str, Cell] = {
    "cohort": replace(CELL, cohort="other"),
    "modalities": replace(CELL, modalities=("a",)),
    "order of modalities": replace(CELL, modalities=("b", "a")),
    "data": replace(CELL, data="ffff"),
    "test share": replace(CELL, test=0.3),
    "test count": replace(CELL, test=20),
    "evaluation": replace(CELL, evaluate="candidate"),
    "label noise": replace(CELL, label_noise=0.1),
    "annotators": replace(CELL, annotators=({"wrong": 0.1},)),
    "more annotators": replace(CELL, annotators=({"wrong": 0.1}, {"wrong": 0.1})),
    "a split that is given": replace(CELL, split={"given parts": "abc"}),
    "model": replace(CELL, model=replace(MODEL, plugin="lab/mmfn")),
    "model version": replace(CELL, model=replace(MODEL, version=2)),
    "model option": replace(CELL, model=replace(MODEL, options={"width": 32, "dropout": 0.5})),
    "model file": replace(CELL, model=replace(MODEL, files={"weights": "abc"})),
    "training": replace(CELL, model=replace(MODEL, training=Training(epochs=31))),
    "precision": replace(
        CELL, model=replace(MODEL, training=Training(epochs=30, precision="bfloat16"))
    ),
    "standardise": replace(CELL, model=replace(MODEL, standardise=False)),
    "strategy": replace(CELL, strategy=replace(ESD, plugin="core/bald")),
    "strategy version": replace(CELL, strategy=replace(ESD, version=2)),
    "strategy option": replace(CELL, strategy=replace(ESD, options={"passes": 11})),
    "no strategy": replace(CELL, strategy=None),
    "initial": replace(CELL, budget=CELL.budget | {"initial": 0.2}),
    "cold start": replace(CELL, budget=CELL.budget | {"initial": 0}),
    "first subjects": replace(CELL, budget=CELL.budget | {"initial": ["a", "b"]}),
    "reference beside first subjects": replace(
        CELL, strategy=None, budget=CELL.budget | {"initial": ["a", "b"]}
    ),
    "query": replace(CELL, budget=CELL.budget | {"query": 0.2}),
    "a count for a share": replace(CELL, budget=CELL.budget | {"stop": 1}),
    "unit": replace(CELL, budget=CELL.budget | {"of": "subjects"}),
    "first": replace(CELL, budget=CELL.budget | {"first": "stratified"}),
    "seed": replace(CELL, seed=1),
    "repetition": replace(CELL, repetition=1),
}
INDIFFERENT: dict[str, Cell] = {
    "model label": replace(CELL, model=replace(MODEL, label="big")),
    "strategy label": replace(CELL, strategy=replace(ESD, label="mine")),
    "budget label": replace(CELL, budget_label="decimal"),
    "order of options": replace(CELL, model=replace(MODEL, options={"dropout": 0.5, "width": 64})),
    "order of budget": replace(CELL, budget=dict(reversed(CELL.budget.items()))),
}


def test_the_identity_of_a_cell_is_the_same_on_every_machine() -> None:
    assert (CELL.id, CELL.round_zero_id) == ("669b59c358302129", "8b926d0e4418af7a")


def test_a_share_of_no_wrong_labels_leaves_the_identity_as_it_was_before_there_was_one() -> None:
    assert replace(CELL, label_noise=0.0).id == "669b59c358302129"
    assert "label noise" not in CELL.identity()
    assert "split" not in CELL.identity()


@pytest.mark.parametrize("what", DECISIVE)
def test_what_decides_a_result_changes_the_identity(what: str) -> None:
    assert DECISIVE[what].id != CELL.id


def test_no_two_changes_give_one_identity() -> None:
    ids = [cell.id for cell in (CELL, *DECISIVE.values())]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("what", INDIFFERENT)
def test_what_decides_nothing_leaves_the_identity(what: str) -> None:
    assert INDIFFERENT[what].id == CELL.id
    assert INDIFFERENT[what].round_zero_id == CELL.round_zero_id


def test_every_field_is_known_to_decide_or_not_to_decide() -> None:
    tried = {
        field.name
        for field, cell in itertools.product(
            fields(Cell), [*DECISIVE.values(), *INDIFFERENT.values()]
        )
        if getattr(cell, field.name) != getattr(CELL, field.name)
    }
    assert tried == {field.name for field in fields(Cell)}


def test_where_a_file_lies_is_no_part_of_the_identity() -> None:
    cells = [
        replace(
            CELL,
            model=replace(MODEL, options={"weights": path}, files={"weights": "abc"}),
            strategy=replace(ESD, options={"order": path}, files={"order": "def"}),
        )
        for path in ("here/w.pth", "there/w.pth")
    ]
    assert cells[0].id == cells[1].id
    assert cells[0].stream(Purpose.STRATEGY) == cells[1].stream(Purpose.STRATEGY)


def test_an_identity_is_plain_data() -> None:
    assert isinstance(canonical(CELL.identity()), str)
    assert "label" not in canonical(CELL.identity()).replace("first labels", "")


# What is known at the start is in it where a budget says so: results from before stay valid.
@pytest.mark.parametrize("key", sorted(BudgetSpec.model_fields.keys() - {"known"}))
def test_every_field_of_a_budget_is_in_the_identity(key: str) -> None:
    assert CELL.identity()["budget"][key] == getattr(BudgetSpec(), key)


@pytest.mark.parametrize("key", ["query", "stop"])
def test_the_reference_is_shared_by_all_budgets(key: str) -> None:
    reference = replace(CELL, strategy=None)
    other = replace(reference, budget=CELL.budget | {key: 7, "initial": 3, "first": "stratified"})
    assert other.id == reference.id


STARTS_ALIKE = ("strategy", "strategy version", "strategy option", "no strategy", "query")


@pytest.mark.parametrize("what", DECISIVE)
def test_round_0_is_shared_by_all_strategies_and_by_nothing_else(what: str) -> None:
    is_shared = what in (*STARTS_ALIKE, "a count for a share")  # of stop
    assert (DECISIVE[what].round_zero_id == CELL.round_zero_id) is is_shared


def test_round_0_is_not_taken_for_a_cell() -> None:
    assert CELL.round_zero_id != replace(CELL, strategy=None).id


@pytest.mark.parametrize("purpose", [x for x in Purpose if x is not Purpose.STRATEGY])
@pytest.mark.parametrize("what", [*STARTS_ALIKE, *INDIFFERENT])
def test_only_the_strategy_s_own_stream_knows_the_strategy(what: str, purpose: Purpose) -> None:
    cell = (DECISIVE | INDIFFERENT)[what]
    assert cell.stream(purpose, 1) == CELL.stream(purpose, 1)


@pytest.mark.parametrize("what", ["strategy", "strategy option", "no strategy"])
def test_the_strategy_s_own_stream_knows_the_strategy(what: str) -> None:
    assert DECISIVE[what].stream(Purpose.STRATEGY) != CELL.stream(Purpose.STRATEGY)


def test_a_strategy_s_name_in_the_specification_does_not_change_its_stream() -> None:
    other = INDIFFERENT["strategy label"]
    assert other.stream(Purpose.STRATEGY, 3) == CELL.stream(Purpose.STRATEGY, 3)


@pytest.mark.parametrize("what", ["modalities", "model", "training", "initial"])
def test_a_split_is_shared_by_everything_on_the_cohort(what: str) -> None:
    assert DECISIVE[what].stream(Purpose.SPLIT) == CELL.stream(Purpose.SPLIT)


@pytest.mark.parametrize("what", ["cohort", "seed", "repetition"])
@pytest.mark.parametrize("purpose", Purpose)
def test_every_stream_knows_cohort_seed_and_repetition(what: str, purpose: Purpose) -> None:
    assert DECISIVE[what].stream(purpose) != CELL.stream(purpose)


@pytest.mark.parametrize("what", ["model", "strategy", "query", "initial", "label noise"])
def test_label_noise_is_the_same_for_all_models_strategies_and_budgets(what: str) -> None:
    assert DECISIVE[what].stream(Purpose.NOISE) == CELL.stream(Purpose.NOISE)


def test_label_noise_is_shared_by_whatever_has_the_same_first_modality() -> None:
    assert DECISIVE["modalities"].stream(Purpose.NOISE) == CELL.stream(Purpose.NOISE)
    assert DECISIVE["order of modalities"].stream(Purpose.NOISE) != CELL.stream(Purpose.NOISE)


def test_streams_of_different_purposes_and_rounds_differ() -> None:
    seeds = [CELL.stream(purpose, n) for purpose in Purpose for n in range(3)]
    assert len(set(seeds)) == len(seeds)


def test_a_cell_names_its_block_and_its_strategy() -> None:
    assert CELL.block == ("clinic", "a+b", "small", "tenth")
    assert CELL.strategy_label == "esd"
    assert replace(CELL, strategy=None).strategy_label == "all-labels"


PLAIN = st.recursive(
    st.integers() | st.floats(allow_nan=False) | st.text(max_size=3) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=3), PLAIN, max_size=4))
@settings(derandomize=True, deadline=None)
def test_data_have_one_spelling_whatever_the_order_of_their_keys(data: dict[str, Any]) -> None:
    assert canonical(data) == canonical(dict(reversed(data.items())))


FIRST_TRAINING = {
    "epochs": 30,
    "min_updates": 0,
    "batch_size": 32,
    "optimiser": "adam",
    "learning_rate": 1e-3,
    "weight_decay": 0.0,
    "momentum": 0.9,
    "warm_start": False,
    "class_weights": "none",
    "validation": 0.0,
    "patience": 5,
}


def test_the_training_that_the_first_results_had_is_part_of_the_identity_whole() -> None:
    cell = replace(CELL, model=replace(MODEL, training=Training()))
    assert cell.identity()["model"]["training"] == FIRST_TRAINING
    assert (cell.id, cell.round_zero_id) == ("669b59c358302129", "8b926d0e4418af7a")


@pytest.mark.parametrize("key", LATER_TRAINING)
def test_a_later_setting_of_training_is_named_only_where_it_differs(key: str) -> None:
    assert getattr(Training(), key) == LATER_TRAINING[key]
    other = replace(
        CELL, model=replace(MODEL, training=Training().model_copy(update={key: "other"}))
    )
    assert other.identity()["model"]["training"] == FIRST_TRAINING | {key: "other"}
