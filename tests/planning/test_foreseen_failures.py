"""Cells that would fail are skipped at planning time, with the key to change."""

from __future__ import annotations

import pickle
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench import registry
from albench.api import Descriptor, Kind
from albench.cohort.join import join
from albench.errors import SpecError
from albench.learn.estimator import FusionClassifier
from albench.learn.store import SampleStore
from albench.learn.validation import validation_mask
from albench.planning import foreseen_failures, make, query_price, resolve, single_batches
from albench.planning.few_labels import FewLabels, refusal
from albench.planning.foreseen_failures import _left
from albench.planning.single_batches import takes_one
from albench.registry import Component
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.api import Modality
    from albench.planning import Plan
    from albench.spec import Specification

    Foreseen = Callable[..., Plan]

SPECIFICATION = """
    name = "toy"
    repetitions = 3
    [cohorts.clinic.modalities]
    a = { loader = "digits" }
    [models.net]
    plugin = "dlre"
    options = { channels = 2, dropout = 0.5 }
    training = { batch_size = 32, validation = 0.0 }
    [budgets.few]
    initial = 1
    query = 1
    [[matrix]]
    cohorts = ["clinic"]
    models = ["net"]
    strategies = ["random"]
    budgets = ["few"]
"""


def _answer_here(_: FewLabels, question: bytes) -> str:
    return refusal(*pickle.loads(question))  # noqa: S301  # written by this process


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Ask networks here, and not in a process each, which imports torch for seconds."""
    if "asks_a_process" not in request.node.name:
        monkeypatch.setattr(foreseen_failures, "learns_from_one", takes_one)
        monkeypatch.setattr(FewLabels, "_answer", _answer_here)


@pytest.fixture
def foreseen(
    parse: Callable[..., Specification], make_modality: Callable[..., Modality]
) -> Foreseen:
    """Plan with what ships, over twenty subjects with so many samples of a shape each."""

    def plan(
        *changes: tuple[str, str], shape: tuple[int, ...] = (1, 8, 8), samples: int = 1
    ) -> Plan:
        owners = [f"P{number:02}" for number in range(20)]
        labels = {owner: f"F{number % 2}" for number, owner in enumerate(owners)}
        resolved = resolve(parse(*changes, text=SPECIFICATION), registry.discover())
        parts = {"a": make_modality(owners * samples, labels, shape=shape)}
        return make(resolved, {("clinic", ("a",)): join("clinic", parts)})

    return plan


def reasons(plan: Plan) -> dict[str, str]:
    """Return why each strategy is skipped."""
    return {skip.what.rpartition(" · ")[2]: skip.reason for skip in plan.skipped}


INITIAL = ("initial = 1", "initial = 2")


def test_a_model_that_needs_two_is_not_started_with_one(foreseen: Foreseen) -> None:
    reason_of = reasons(foreseen())
    assert set(reason_of) == {"random"}  # the reference has all labels
    assert "core/dlre cannot learn from one candidate" in reason_of["random"]
    assert "raise budgets.few.initial" in reason_of["random"]
    assert reasons(foreseen(INITIAL)) == {}


def test_a_share_that_comes_to_one_is_found_too(foreseen: Foreseen) -> None:
    assert "random" in reasons(foreseen(("initial = 1", "initial = 0.1")))


def test_it_asks_a_process_whether_a_model_takes_one(foreseen: Foreseen) -> None:
    assert "core/dlre cannot learn from one candidate" in reasons(foreseen())["random"]


RUDE = """
import os, sys

class Model:
    def build(self, shapes, n_classes):
        {ending}
"""


@pytest.mark.parametrize(
    "ending",
    [
        "os._exit(0)",
        *(
            pytest.param(end, marks=pytest.mark.sweep)
            for end in ("os.abort()", "raise GeneratorExit")
        ),
    ],
)
def test_a_model_that_ends_its_process_is_not_judged_and_ends_nothing_else(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rude_model.py").write_text(RUDE.format(ending=ending))
    monkeypatch.syspath_prepend(str(tmp_path))
    descriptor = Descriptor(name="r", kind=Kind.MODEL, target="rude_model:Model", summary="R.")
    plan: Any = SimpleNamespace(options={})
    assert single_batches.learns_from_one(Component(descriptor, "rude", "1"), plan, {"a": (3,)}, 2)


def test_a_batch_size_of_one_skips_the_reference_too(foreseen: Foreseen) -> None:
    reason_of = reasons(foreseen(INITIAL, ("batch_size = 32", "batch_size = 1")))
    assert set(reason_of) == {"all-labels", "random"}
    assert "set models.net.training.batch_size to 2 or more" in reason_of["all-labels"]


@pytest.mark.parametrize(
    "change",
    [{"shape": (1, 32, 32)}, {"shape": (3,)}],
    ids=["maps of several pixels", "vectors"],
)
def test_what_can_learn_from_one_stays(foreseen: Foreseen, change: dict[str, Any]) -> None:
    assert reasons(foreseen(**change)) == {}
    assert reasons(foreseen(("batch_size = 32", "batch_size = 1"), **change)) == {}


def test_a_model_without_batch_normalisation_stays(foreseen: Foreseen) -> None:
    assert reasons(foreseen(("channels = 2", "channels = 2, batch_norm = false"))) == {}


def test_one_subject_with_several_candidates_stays(foreseen: Foreseen) -> None:
    by_subject = ("initial = 1", 'of = "subjects"\ninitial = 1')
    assert "random" in reasons(foreseen(by_subject))
    assert reasons(foreseen(by_subject, samples=2)) == {}


def test_a_validation_part_that_leaves_one_subject_is_told(foreseen: Foreseen) -> None:
    reason_of = reasons(foreseen(INITIAL, ("validation = 0.0", "validation = 0.2")))
    assert set(reason_of) == {"random"}
    assert reason_of["random"] == (
        "validation on a share of 0.2 leaves 1 of 2 subjects to train on in round 0, needed are "
        "2: raise budgets.few.initial to 3 subjects, or lower models.net.training.validation"
    )
    three = ("initial = 1", "initial = 3")
    assert reasons(foreseen(three, ("validation = 0.0", "validation = 0.2"))) == {}


@pytest.mark.parametrize(
    ("initial", "validate_from", "is_skipped"), [(2, 20, False), (2, 3, False), (3, 3, True)]
)
def test_nobody_is_held_out_of_few_who_are_labelled(
    foreseen: Foreseen, initial: int, validate_from: int, is_skipped: bool
) -> None:
    held_out = f"validation = 0.5, validate_from = {validate_from}"
    start = ("initial = 1", f"initial = {initial}")
    reason_of = reasons(foreseen(start, ("validation = 0.0", held_out)))
    assert list(reason_of) == ["random"] * is_skipped
    if is_skipped:
        assert "raise budgets.few.initial to 4 subjects" in reason_of["random"]


def test_one_labelled_subject_is_never_held_out(foreseen: Foreseen) -> None:
    by_subject = ("initial = 1", 'of = "subjects"\ninitial = 1')
    held_out = ("validation = 0.0", "validation = 0.2")
    assert reasons(foreseen(by_subject, held_out, samples=2)) == {}


def test_a_validation_part_that_takes_nearly_all_skips_the_reference(foreseen: Foreseen) -> None:
    reason_of = reasons(foreseen(INITIAL, ("validation = 0.0", "validation = 0.99")))
    assert set(reason_of) == {"all-labels", "random"}
    assert reason_of["all-labels"].endswith("needed are 2: lower models.net.training.validation")


@pytest.mark.parametrize(("seed", "is_skipped"), [(0, True), (3, False)])
def test_candidates_of_too_few_subjects_are_found_in_any_repetition(
    foreseen: Foreseen, seed: int, is_skipped: bool
) -> None:
    # Four candidates are of three or of four subjects: it depends on the draw.
    seeded = ("repetitions = 3", f"repetitions = 3\nseed = {seed}")
    four = ("initial = 1", "initial = 4")
    plan = foreseen(seeded, four, ("validation = 0.0", "validation = 0.5"), samples=40)
    assert ("random" in reasons(plan)) == is_skipped


def test_passes_with_dropout_that_are_all_the_same_are_told(foreseen: Foreseen) -> None:
    bald = ('["random"]', '["bald"]')
    reason_of = reasons(foreseen(INITIAL, bald, ("dropout = 0.5", "dropout = 0.0")))
    assert set(reason_of) == {"bald"}
    assert "set models.net.options.dropout above 0" in reason_of["bald"]
    assert reasons(foreseen(INITIAL, bald)) == {}


def test_a_square_of_a_large_pool_is_told_with_its_price(
    foreseen: Foreseen, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = (
        INITIAL,
        ('["random"]', '["probcover", "switch"]'),
        ("repetitions = 3", "repetitions = 3\n[limits]\ncell_seconds = 1e-9"),
    )
    monkeypatch.setattr(query_price, "EXACT", 10)
    assert reasons(foreseen(*changes)) == {}  # both are bounded
    monkeypatch.setattr(query_price, "BOUNDED", "never")
    told = reasons(foreseen(*changes))
    assert set(told) == {"probcover", "switch"}
    assert "a query on 16 candidates would take about" in told["probcover"]
    assert told["switch"].startswith("strategy typiclust compares all pairs")


@pytest.mark.parametrize("fewest", [2, 7])
@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.75, 0.9, 0.99])
def test_the_part_that_is_left_is_what_training_leaves(share: float, fewest: int) -> None:
    training = Training(validation=share, validate_from=fewest)
    for n in range(1, 30):
        apart = validation_mask(np.arange(n), share, np.random.default_rng(0), fewest)
        assert _left(n, training) == n - apart.sum()


MODELS: dict[str, dict[str, Any]] = {
    "dlre": {"plugin": "dlre", "channels": 2},
    "dlre without": {"plugin": "dlre", "channels": 2, "batch_norm": False},
    "small trunk": {"plugin": "mmfn", "trunk": "small", "frozen": False},
    "small trunk, frozen": {"plugin": "mmfn", "trunk": "small"},
    "resnet18": {"plugin": "resnet50", "trunk": "resnet18", "frozen": False, "weights": "random"},
}


@pytest.mark.parametrize("side", [8, 32])
@pytest.mark.parametrize("kind", MODELS)
def test_what_is_foreseen_is_what_happens(
    parse: Callable[..., Specification], kind: str, side: int
) -> None:
    if kind == "resnet18" and side < 32:
        pytest.skip("its trunk takes no smaller images")
    options = MODELS[kind] | {}
    plugin = options.pop("plugin")
    options_text = ", ".join(
        f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
        for key, value in options.items()
    )
    changes = (
        ('"dlre"', f'"{plugin}"'),
        ("{ channels = 2, dropout = 0.5 }", f"{{ {options_text} }}"),
    )
    resolved = resolve(parse(*changes, text=SPECIFICATION), registry.discover())
    component, plan = resolved.models["net"].component, resolved.models["net"].plan
    shapes = {"a": (3, side, side)}
    model = component.load()(**component.arguments(plan.options))
    trunk = model.build(shapes, 2).trunks.get("a")
    values = np.zeros((1, *(shapes["a"] if trunk is None else trunk.shape)), dtype=np.float32)
    store = SampleStore({"a": (np.array([0]), values)}, subjects=np.array([0]))
    classifier = FusionClassifier(
        model, shapes, 2, store, training=Training(epochs=1), device="cpu"
    )
    if takes_one(component, plan, shapes, 2):
        classifier.fit(np.array([[0]]), np.array([0]))
    else:
        with pytest.raises(ValueError, match="more than 1 value per channel"):
            classifier.fit(np.array([[0]]), np.array([0]))


LOGISTIC = (
    ('plugin = "dlre"', 'plugin = "logistic"'),
    ("options = { channels = 2, dropout = 0.5 }", ""),
    ("training = { batch_size = 32, validation = 0.0 }", "training = { warm_start = true }"),
)


def test_a_model_of_vectors_is_not_started_on_images(foreseen: Foreseen) -> None:
    reason_of = reasons(foreseen(*LOGISTIC))
    assert set(reason_of) == {"all-labels", "random"}
    assert "takes vectors, and a has images" in reason_of["random"]
    assert "loader embeddings" in reason_of["random"]
    assert reasons(foreseen(*LOGISTIC, shape=(8,))) == {}


def test_a_strategy_of_dropout_is_skipped_with_a_model_that_has_none(foreseen: Foreseen) -> None:
    plan = foreseen(*LOGISTIC, ('["random"]', '["bald", "entropy", "qbc-kl"]'), shape=(8,))
    assert set(reasons(plan)) == {"bald"}
    assert "dropout_proba, which model logistic does not provide" in reasons(plan)["bald"]


FOREST = (
    ('plugin = "dlre"', 'plugin = "sklearn"'),
    (
        "{ channels = 2, dropout = 0.5 }",
        '{ classifier = "sklearn.ensemble.RandomForestClassifier" }',
    ),
    ("training = { batch_size = 32, validation = 0.0 }", ""),
)


def test_a_classifier_has_what_its_vectors_and_refits_can_give(foreseen: Foreseen) -> None:
    asked = ('["random"]', '["bald", "entropy", "qbc-kl", "badge", "k-center"]')
    plan = foreseen(*FOREST, asked, shape=(8,))
    assert set(reasons(plan)) == {"bald"}
    assert "dropout_proba, which model sklearn does not provide" in reasons(plan)["bald"]


def classifier(name: str, parameters: str = "") -> tuple[tuple[str, str], ...]:
    given = f", parameters = {{ {parameters} }}" if parameters else ""
    options = f'{{ classifier = "sklearn.{name}"{given} }}'
    return FOREST[0], (FOREST[1][0], options), FOREST[2]


NEIGHBOURS = "neighbors.KNeighborsClassifier"
CALIBRATED = "calibration.CalibratedClassifierCV"


@pytest.mark.parametrize(
    ("model", "initial", "said"),
    [
        (classifier(NEIGHBOURS), "2", "n_neighbors"),
        (classifier(NEIGHBOURS), "0", "n_neighbors"),  # two in the next round
        (classifier(NEIGHBOURS), "5", ""),
        (classifier(NEIGHBOURS, "n_neighbors = 1"), "2", ""),
        (classifier(CALIBRATED), '"4 per class"', "(4 + 4 by class)"),
        (classifier(CALIBRATED), '"5 per class"', ""),
        (classifier("linear_model.LogisticRegressionCV"), '"one per class"', "(1 + 1 by class)"),
        (FOREST, "2", ""),
    ],
)
def test_a_classifier_that_wants_more_labels_is_skipped_with_the_key_to_change(
    foreseen: Foreseen, model: tuple[tuple[str, str], ...], initial: str, said: str
) -> None:
    changes = (*model, ("initial = 1", f"initial = {initial}"), ("query = 1", "query = 2"))
    reason_of = reasons(foreseen(*changes, shape=(8,)))
    assert set(reason_of) == ({"random"} if said else set())
    assert said in reason_of.get("random", "")
    if said:
        key = "query" if initial == "0" else "initial"
        assert f"raise budgets.few.{key}, or change models.net.options" in reason_of["random"]


@pytest.mark.sweep
def test_it_asks_a_process_whether_a_classifier_learns(foreseen: Foreseen) -> None:
    changes = (*classifier(NEIGHBOURS), ("initial = 1", "initial = 2"))
    assert "n_neighbors" in reasons(foreseen(*changes, shape=(8,)))["random"]


def test_a_rare_class_among_many_labels_is_foreseen(parse: Callable[..., Specification]) -> None:
    changes = classifier("discriminant_analysis.QuadraticDiscriminantAnalysis")
    model = resolve(parse(*changes, text=SPECIFICATION), registry.discover()).models["net"]
    few = FewLabels()
    asked = (model.component, model.plan, {"a": (4,)})
    assert "only 1 sample" in few.problem(*asked, (1, 1000))
    assert few.problem(*asked, (9, 1000)) == ""


def test_a_classifier_that_learns_from_nothing_is_not_judged(foreseen: Foreseen) -> None:
    wants_more = classifier(NEIGHBOURS, "n_neighbors = 400")
    assert reasons(foreseen(*wants_more, INITIAL, shape=(8,))) == {}


@pytest.mark.parametrize("key", ["warm_start = true", 'class_weights = "balanced"', "epochs = 3"])
def test_a_classifier_has_its_settings_among_its_options(foreseen: Foreseen, key: str) -> None:
    options = FOREST[1][1]
    change = (options, f"{options}\ntraining = {{ {key} }}")
    with pytest.raises(SpecError, match=r"has no effect: .* has its settings among its options"):
        foreseen(*FOREST, change, shape=(8,))


def test_training_that_a_solver_does_not_heed_is_refused(foreseen: Foreseen) -> None:
    change = ("warm_start = true", "epochs = 3")
    with pytest.raises(SpecError, match=r"logistic is fitted by a solver"):
        foreseen(*LOGISTIC, change, shape=(8,))


COLD = (("initial = 1", "initial = 0"), ("query = 1", "query = 4"))
MANY = ('strategies = ["random"]', 'strategies = ["typiclust", "margin", "switch", "at-random"]')
AT_RANDOM = (
    "[[matrix]]",
    """[strategies.at-random]
    plugin = "switch"
    options = { before = "random" }
    [[matrix]]""",
)


def test_a_cold_start_is_for_what_needs_no_model(foreseen: Foreseen) -> None:
    skipped = reasons(foreseen(*COLD, *LOGISTIC, MANY, AT_RANDOM, shape=(5,)))
    assert list(skipped) == ["margin"]
    assert "needs proba" in skipped["margin"]
    assert "raise budgets.few.initial" in skipped["margin"]


def test_a_cold_start_of_a_network_is_not_for_its_embeddings(foreseen: Foreseen) -> None:
    skipped = reasons(foreseen(*COLD, MANY, AT_RANDOM))
    assert list(skipped) == ["typiclust", "margin", "switch"]
    assert "embeddings, which model dlre does not have before" in skipped["typiclust"]


def test_a_cold_start_that_buys_one_for_a_batch_norm_names_the_query(foreseen: Foreseen) -> None:
    skipped = reasons(foreseen(("initial = 1", "initial = 0")))
    assert "raise budgets.few.query until there are 2" in skipped["random"]
    assert "in round 1" in skipped["random"]


@pytest.mark.parametrize("initial", ['"one per class"', '["P01", "P02"]'])
def test_two_first_labels_of_any_kind_are_enough_for_a_batch_norm(
    foreseen: Foreseen, initial: str
) -> None:
    assert not reasons(foreseen(("initial = 1", f"initial = {initial}")))
