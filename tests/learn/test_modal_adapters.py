# ruff: noqa: N803  # X is modAL's name
"""modAL's strategies work in albench, and albench's in modAL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from modAL.batch import uncertainty_batch_sampling
from modAL.models import ActiveLearner
from modAL.uncertainty import entropy_sampling, margin_sampling, uncertainty_sampling
from scipy.stats import entropy
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from albench.api import needs, top
from albench.errors import QueryFault
from albench.learn.learner import Learner
from albench.learn.modal_adapters import ModalStrategy, as_modal_strategy

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api import PoolView

    Problems = Callable[..., Any]  # the Problem of conftest, which cannot be imported


class _MostEntropy:
    needs = frozenset({needs.PROBA})

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        return top(entropy(pool.proba, axis=1), n, rng)


class _FarthestFromLabelled:
    needs = frozenset({needs.EMBEDDINGS})

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        gaps = pool.embeddings[:, None] - pool.labelled_embeddings[None]
        return top(np.square(gaps).sum(2).min(1), n, rng)


class _Passes:
    needs = frozenset({needs.DROPOUT_PROBA})

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        return top(-next(pool.dropout_proba(1)).max(1), n, rng)


def _rng() -> np.random.Generator:
    return np.random.default_rng(0)


def _iris(strategy: Any) -> tuple[ActiveLearner, NDArray[Any]]:
    X, y = load_iris(return_X_y=True)
    labelled = np.arange(0, 150, 10)
    learner = ActiveLearner(
        LogisticRegression(max_iter=500),
        query_strategy=as_modal_strategy(strategy, _rng()),
        X_training=X[labelled],
        y_training=np.array(["a", "b", "c"])[y[labelled]],
    )
    return learner, np.delete(X, labelled, axis=0)


def _score(function: Any, proba: NDArray[Any]) -> NDArray[Any]:
    ordered = np.sort(proba, axis=1)
    scores: dict[Any, NDArray[Any]] = {
        uncertainty_sampling: 1 - ordered[:, -1],
        margin_sampling: ordered[:, -2] - ordered[:, -1],
        entropy_sampling: entropy(proba, axis=1),
    }
    return scores[function]


@pytest.mark.parametrize("function", [uncertainty_sampling, margin_sampling, entropy_sampling])
def test_modals_functions_pick_the_best_by_their_own_score(
    problem: Problems, function: Any
) -> None:
    toy = problem()
    learner = Learner(toy.fitted(), ModalStrategy(function))
    learner.fit(*toy.labelled)
    score = _score(function, learner.estimator.predict_proba(toy.pool))

    positions, _ = learner.query(toy.pool, 6, rng=_rng())

    np.testing.assert_allclose(np.sort(score[positions]), np.sort(score)[-6:])
    assert len(set(positions)) == 6


def test_ties_are_broken_by_the_generator_and_not_by_position(problem: Problems) -> None:
    def flat(classifier: Any, X: NDArray[Any], n_instances: int) -> NDArray[np.intp]:
        return np.arange(n_instances)

    toy = problem()
    learner = Learner(toy.fitted(), ModalStrategy(flat))
    learner.fit(*toy.labelled)

    picks = [learner.query(toy.pool, 5, rng=np.random.default_rng(seed))[0] for seed in (0, 0, 1)]

    np.testing.assert_array_equal(picks[0], picks[1])
    assert set(picks[0]) != set(picks[2])
    assert set(picks[0]) != set(range(5))


def test_functions_that_draw_from_numpys_global_generator_are_seeded(problem: Problems) -> None:
    toy = problem()
    learner = Learner(toy.fitted(), ModalStrategy(uncertainty_sampling, {"random_tie_break": True}))
    learner.fit(*toy.labelled)
    before = str(np.random.get_state())  # noqa: NPY002  # compared

    one, two = (learner.query(toy.pool, 5, rng=_rng())[0] for _ in range(2))

    np.testing.assert_array_equal(one, two)
    assert str(np.random.get_state()) == before  # noqa: NPY002  # compared


def test_functions_that_measure_distances_are_given_embeddings(problem: Problems) -> None:
    toy = problem()
    strategy = ModalStrategy(uncertainty_batch_sampling, features=True)
    learner = Learner(toy.fitted(), strategy)
    learner.fit(*toy.labelled)

    positions, _ = learner.query(toy.pool, 4, rng=_rng())

    assert strategy.needs == {"proba", "embeddings"}
    assert len(set(positions)) == 4


def test_the_older_form_with_instances_is_understood(problem: Problems) -> None:
    def older(classifier: Any, X: NDArray[Any], n_instances: int) -> Any:
        return np.arange(n_instances), X[:n_instances]

    toy = problem()
    learner = Learner(toy.fitted(), ModalStrategy(older))
    learner.fit(*toy.labelled)

    assert len(learner.query(toy.pool, 3, rng=_rng())[0]) == 3


def test_a_function_may_ask_about_part_of_the_pool_or_the_labelled_set(problem: Problems) -> None:
    asked = {}

    def curious(classifier: Any, X: NDArray[Any], n_instances: int) -> NDArray[np.intp]:
        asked["part"] = classifier.predict_proba(X[3:5]) - classifier.predict_proba(X)[3:5]
        asked["known"] = classifier.predict_proba(classifier.X_training)
        return np.arange(n_instances)

    toy = problem()
    learner = Learner(toy.fitted(), ModalStrategy(curious))
    learner.fit(*toy.labelled)
    learner.query(toy.pool, 1, rng=_rng())

    assert not asked["part"].any()
    np.testing.assert_array_equal(asked["known"], learner.estimator.predict_proba(toy.labelled[0]))


def test_no_query_of_nothing_reaches_the_function(problem: Problems) -> None:
    toy = problem()
    learner = Learner(toy.fitted(), ModalStrategy(entropy_sampling))
    learner.fit(*toy.labelled)

    assert len(learner.query(toy.pool[:0], 3, rng=_rng())[0]) == 0
    assert len(learner.query(toy.pool, 0, rng=_rng())[0]) == 0
    assert len(learner.query(toy.pool[:2], 3, rng=_rng())[0]) == 2


def test_what_are_no_indices_is_a_fault(problem: Problems) -> None:
    toy = problem()
    learner = Learner(toy.fitted(), ModalStrategy(lambda *_, **__: np.array([0.5])))
    learner.fit(*toy.labelled)

    with pytest.raises(QueryFault, match="expected indices"):
        learner.query(toy.pool, 1, rng=_rng())


def test_probabilities_of_unknown_rows_are_a_fault(problem: Problems) -> None:
    def inventive(classifier: Any, X: NDArray[Any], n_instances: int) -> Any:
        return classifier.predict_proba(X + 1000)

    toy = problem()
    learner = Learner(toy.fitted(), ModalStrategy(inventive))
    learner.fit(*toy.labelled)

    with pytest.raises(QueryFault, match="rows it was not given"):
        learner.query(toy.pool, 1, rng=_rng())


def test_an_albench_strategy_picks_in_a_plain_modal_learner_as_modals_own_does() -> None:
    learner, pool = _iris(_MostEntropy())

    positions, rows = learner.query(pool, n_instances=7)

    expected = entropy_sampling(learner, pool, n_instances=7)
    assert set(positions) == set(expected)
    np.testing.assert_array_equal(rows, pool[positions])


def test_the_rows_of_a_plain_learner_are_its_embeddings() -> None:
    learner, pool = _iris(_FarthestFromLabelled())
    gaps = pool[:, None] - learner.X_training[None]

    positions, _ = learner.query(pool, n_instances=1)

    assert positions[0] == np.square(gaps).sum(2).min(1).argmax()


def test_what_a_plain_learner_cannot_offer_is_said() -> None:
    learner, pool = _iris(_Passes())

    with pytest.raises(QueryFault, match="dropout passes, which LogisticRegression cannot"):
        learner.query(pool, n_instances=1)


def test_a_modal_learner_over_a_fusion_classifier_offers_everything(problem: Problems) -> None:
    toy = problem()
    learner = ActiveLearner(
        toy.classifier(),
        query_strategy=as_modal_strategy(_Passes(), _rng()),
        X_training=toy.labelled[0],
        y_training=toy.labelled[1],
    )

    positions, candidates = learner.query(toy.pool, n_instances=3)

    np.testing.assert_array_equal(candidates, toy.pool[positions])


def test_what_the_docs_show_runs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
    section = page.partition("## Query functions of modAL")[2].partition("\n## ")[0]
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", section, re.DOTALL):
        exec(block, names)  # noqa: S102  # of our own documentation
    assert len(set(names["picks"])) == 5
