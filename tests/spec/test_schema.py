"""A specification is validated: what it may contain, and the messages for what it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.spec import Specification

    Parse = Callable[..., Specification]


def test_defaults_are_filled_in(parse: Parse) -> None:
    benchmark = parse().benchmark
    assert (benchmark.seed, benchmark.cohorts["clinic"].test) == (0, 0.2)
    assert benchmark.models["small"].training.epochs == 30
    assert benchmark.budgets["tenth"].stop == 1.0


def test_a_benchmark_is_frozen(parse: Parse) -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse().benchmark.seed = 3


@pytest.mark.parametrize(
    ("written", "kind"), [("20", int), ("1", int), ("0.1", float), ("1.0", float)]
)
def test_a_whole_number_is_a_count_and_a_number_with_a_point_a_share(
    written: str, kind: type, parse: Parse
) -> None:
    budget = parse(("initial = 0.1", f"initial = {written}")).benchmark.budgets["tenth"]
    assert isinstance(budget.initial, kind)
    assert budget.initial == float(written)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (
            "1.5",
            "a share must be above 0 and at most 1 (write a count without a point) (found 1.5)",
        ),
        ("0.0", "a share must be above 0"),
        ("-0.1", "a share must be above 0"),
        ("nan", "a share must be above 0"),
        ("inf", "a share must be above 0"),
        ("0", "a count must be at least 1 (found 0)"),
        ("-3", "a count must be at least 1"),
        ("true", "must be a count (a whole number) or a share (0.05 is 5 %) (found True)"),
        ("'10 %'", "must be a count (a whole number) or a share"),
        ("[1]", "must be a count (a whole number) or a share"),
    ],
)
@pytest.mark.parametrize("key", ["budgets.tenth.query", "cohorts.clinic.test"])
def test_an_amount_that_is_neither_count_nor_share_is_refused(
    key: str, amount: str, said: str, parse: Parse
) -> None:
    table, _, name = key.rpartition(".")
    text = f"[{table}]\n{name} = {amount}"
    change = (
        ("[budgets.tenth]\ninitial = 0.1", text)
        if name == "query"
        else ("[cohorts.clinic.modalities]", f"{text}\n[cohorts.clinic.modalities]")
    )
    with pytest.raises(SpecError) as error:
        parse(change)
    assert f"{key}: {said}" in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("repetitions = 2", "repetitions = 0"), "repetitions: input should be greater than or"),
        (("repetitions = 2", "repetitions = 2.0"), "repetitions: input should be a valid integer"),
        (("repetitions = 2", "repetitions = '2'"), "repetitions: input should be a valid integer"),
        (("repetitions = 2", "repetitions = true"), "repetitions: input should be a valid integer"),
        (("repetitions = 2", ""), "repetitions: is missing"),
        (('name = "toy"', "name = 3"), "name: input should be a valid string (found 3)"),
        (('name = "toy"', 'name = "a b"'), "name: found 'a b'; a name is letters, digits"),
        (('name = "toy"', 'name = "../up"'), "name: found '../up'; a name is"),
        (('name = "toy"', 'name = ""'), "name: found ''; a name is"),
        (('name = "toy"', 'name = "toy"\nseed = -1'), "seed: input should be greater than or"),
        (("[models.small]", "[models.'a b']"), "models.a b: found 'a b'; a name is"),
        (('plugin = "linear"', ""), "models.small.plugin: is missing"),
        (('plugin = "linear"', "plugin = 3"), "models.small.plugin: input should be a valid str"),
        (('plugin = "linear"', "plugin = ''"), "models.small.plugin: string should have at least"),
        (('models = ["small"]', "models = []"), "matrix[0].models: list should have at least 1"),
        (('models = ["small"]', 'models = "small"'), "matrix[0].models: input should be a valid"),
        (('strategies = ["esd"]', "strategies = [1]"), "matrix[0].strategies[0]: input should be"),
        (('strategies = ["esd"]', 'strategies = ["a", "a"]'), "strategies: names 'a' twice"),
        (('[["a"], ["a", "b"]]', "[]"), "matrix[0].modalities: list should have at least 1"),
        (('[["a"], ["a", "b"]]', "[[]]"), "matrix[0].modalities[0]: list should have at least 1"),
        (('[["a"], ["a", "b"]]', '[["a", "a"]]'), "matrix[0].modalities[0]: names 'a' twice"),
        (('[["a"], ["a", "b"]]', '[["a"], ["a"]]'), "matrix[0].modalities: names ['a'] twice"),
        (('[["a"], ["a", "b"]]', '["a"]'), "matrix[0].modalities[0]: input should be a valid list"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_value_is_refused(change: tuple[str, str], said: str, parse: Parse) -> None:
    with pytest.raises(SpecError) as error:
        parse(change)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ("epochs = 0", "epochs: input should be greater than or equal to 1"),
        ("epochs = 1.5", "epochs: must be a whole number"),
        ("epochs = true", "epochs: must be a whole number"),
        ("learning_rate = 0", "learning_rate: input should be greater than 0"),
        ("learning_rate = nan", "learning_rate: input should be a finite number"),
        ("validation = 1.0", "validation: input should be less than 1"),
        ("optimiser = 'sdg'", "optimiser: input should be 'adam', 'adamw' or 'sgd' (found 'sdg')"),
        (
            "precision = 'float16'",
            "precision: input should be 'float32' or 'bfloat16' (found 'float16')",
        ),
        ("patience = 0", "patience: input should be greater than or equal to 1"),
        ("validate_from = 1", "validate_from: input should be greater than or equal to 2"),
        ("schedule = 'linear'", "schedule: input should be 'constant' or 'cosine'"),
        ("warm_updates = 'new'", "warm_updates: input should be 'full' or 'bought'"),
        ("shrink = 0", "shrink: input should be greater than 0"),
        ("perturb = -1", "perturb: input should be greater than or equal to 0"),
        ("reestimate_batch_norm = 1", "reestimate_batch_norm: input should be a valid boolean"),
        ("warm_start = 1", "warm_start: input should be a valid boolean"),
        ("epoch = 3", "epoch: unknown key; did you mean 'epochs'? Allowed are: batch_size, class_"),
    ],
    ids=str,
)
def test_a_wrong_training_is_refused(training: str, said: str, parse: Parse) -> None:
    with pytest.raises(SpecError) as error:
        parse(('plugin = "linear"', f'plugin = "linear"\n[models.small.training]\n{training}'))
    assert f"models.small.training.{said}" in str(error.value)


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ("shrink = 0.5", "shrink has no effect without warm_start = true"),
        ("perturb = 0.1", "perturb has no effect without warm_start = true"),
        ("warm_updates = 'bought'", "warm_updates has no effect without warm_start = true"),
        ("validate_from = 20", "validate_from has no effect without validation above 0"),
    ],
)
def test_a_setting_of_training_without_effect_is_refused(
    training: str, said: str, parse: Parse
) -> None:
    with pytest.raises(SpecError) as error:
        parse(('plugin = "linear"', f'plugin = "linear"\n[models.small.training]\n{training}'))
    assert f"models.small.training: {said}" in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("evaluate = 'patient'", "evaluate: input should be 'subject' or 'candidate'"),
        ("label_noise = 0.6", "label_noise: input should be less than or equal to 0.5 (found 0.6)"),
        ("label_noise = -0.1", "label_noise: input should be greater than or equal to 0"),
        ("optional = 'yes'", "optional: input should be a valid boolean"),
        ("classes = [0.5, 1.5]", "classes[0]: must be text or a whole number"),
        ("classes = ['F0']", "classes: list should have at least 2 items"),
        ("classes = []", "classes: list should have at least 2 items"),
        ("classes = ['F0', 'F1', 'F0']", "classes: names 'F0' twice"),
        ("test_size = 0.2", "test_size: unknown key; did you mean 'test'?"),
    ],
    ids=str,
)
def test_a_wrong_cohort_is_refused(text: str, said: str, parse: Parse) -> None:
    heading = "[cohorts.clinic.modalities]"
    with pytest.raises(SpecError) as error:
        parse((heading, f"[cohorts.clinic]\n{text}\n{heading}"))
    assert f"cohorts.clinic.{said}" in str(error.value)


@pytest.mark.parametrize(
    ("modality", "said"),
    [
        ("a = {}", "modalities.a.loader: is missing"),
        ("a = 'grid'", "modalities.a: input should be a valid dictionary"),
        ("a = { loader = 1 }", "modalities.a.loader: input should be a valid string"),
        ("a = { loader = 'grid', option = {} }", "modalities.a.option: unknown key; did you mean"),
        ("a = { loader = 'grid', options = 3 }", "modalities.a.options: input should be a valid"),
    ],
    ids=str,
)
def test_a_wrong_modality_is_refused(modality: str, said: str, parse: Parse) -> None:
    with pytest.raises(SpecError) as error:
        parse(('a = { loader = "grid" }', modality))
    assert f"cohorts.clinic.{said}" in str(error.value)


@pytest.mark.parametrize("table", ["cohorts", "models", "budgets", "matrix"])
def test_a_specification_without_one_of_its_tables_is_refused(table: str, parse: Parse) -> None:
    empty = "matrix = []" if table == "matrix" else f"{table} = {{}}"
    with pytest.raises(SpecError, match=rf"{table}: (list|dictionary) should have at least 1"):
        parse(text=f'name = "toy"\nrepetitions = 1\n{empty}\n')


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('cohorts = ["clinic"]', 'cohorts = ["clinc"]'), "cohorts: 'clinc' is not among the coh"),
        (('models = ["small"]', 'models = ["smal"]'), "models: 'smal' is not among the models; d"),
        (('budgets = ["tenth"]', 'budgets = ["x"]'), "budgets: 'x' is not among the budgets. The"),
        (('["a", "b"]', '["a", "c"]'), "modalities: 'c' is not among the modalities of cohort 'c"),
    ],
    ids=["cohort", "model", "budget", "modality"],
)
def test_a_matrix_that_names_what_is_not_there_is_refused(
    change: tuple[str, str], said: str, parse: Parse
) -> None:
    with pytest.raises(SpecError) as error:
        parse(change)
    assert f"matrix[0].{said}" in str(error.value)


@pytest.mark.parametrize(
    ("written", "initial"),
    [
        ("0", 0),
        ("'one per class'", "1 per class"),
        ("'12 per class'", "12 per class"),
        ("['P2', 'P1']", ["P1", "P2"]),
        ("[2, 10]", ["10", "2"]),
    ],
    ids=str,
)
def test_a_budget_begins_in_many_ways(written: str, initial: object, parse: Parse) -> None:
    budget = parse(("initial = 0.1", f"initial = {written}")).benchmark.budgets["tenth"]
    assert budget.initial == initial


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0.0", "initial: a share must be above 0"),
        ("-1", "initial: a count must be at least 1"),
        ("false", "initial: must be a count"),
        ("'0 per class'", 'initial: as text it is a count per class: "one per class"'),
        ("'P1'", "(to name subjects, write a list)"),
        ("[]", "initial: a list of first subjects holds names"),
        ("[1.5]", "initial: a list of first subjects holds names"),
        ("['1', 1]", "initial: a list of first subjects names each once"),
        ("0\nfirst = 'random'", "first has no effect with initial = 0: remove it"),
        ("['P1']\nfirst = 'stratified'", "first has no effect with initial = ['P1']"),
    ],
    ids=str,
)
def test_a_budget_that_begins_with_nothing_sensible_is_refused(
    written: str, said: str, parse: Parse
) -> None:
    with pytest.raises(SpecError) as error:
        parse(("initial = 0.1", f"initial = {written}"))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("budget", "is_possible"),
    [
        ("initial = 20\nstop = 20", True),
        ("initial = 20\nstop = 19", False),
        ("initial = 0.2\nstop = 0.1", False),
        ("initial = 20\nstop = 0.1", True),  # it depends on the cohort
    ],
)
def test_a_budget_that_stops_before_it_begins_is_refused(
    budget: str, is_possible: bool, parse: Parse
) -> None:
    change = ("initial = 0.1", budget)
    if is_possible:
        assert parse(change).benchmark.budgets
        return
    with pytest.raises(SpecError, match="which is below initial"):
        parse(change)
