"""A classifier of scikit-learn's kind goes through the same learner as a network."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from albench.api import DataError, needs
from albench.learn.estimator import FusionClassifier
from albench.learn.learner import Learner
from albench.learn.optimisation import Seeds
from albench.learn.pool_views import QueryRound, candidate_view
from albench.learn.store import SampleStore, Scaling
from albench.models.fitted_classifier import Sklearn

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_ROWS, WIDTHS = 120, {"a": 5, "b": 3}
CANDIDATES = np.tile(np.arange(N_ROWS)[:, None], (1, 2))
LABELS = np.arange(N_ROWS) % 3

CLASSIFIERS: dict[str, tuple[str, dict[str, Any]]] = {
    "logistic regression": ("sklearn.linear_model.LogisticRegression", {"C": 0.5}),
    "random forest": ("sklearn.ensemble.RandomForestClassifier", {"n_estimators": 10}),
    "gradient boosting": ("sklearn.ensemble.GradientBoostingClassifier", {"n_estimators": 5}),
    "nearest neighbours": ("sklearn.neighbors.KNeighborsClassifier", {"n_neighbors": 3}),
    "gaussian process": ("sklearn.gaussian_process.GaussianProcessClassifier", {}),
}


def vectors() -> dict[str, NDArray[np.float32]]:
    rng = np.random.default_rng(3)
    shift = (np.arange(N_ROWS) % 3)[:, None]
    return {
        name: (rng.normal(size=(N_ROWS, width)) + 0.6 * shift).astype(np.float32) * 20
        for name, width in WIDTHS.items()
    }


def standardised() -> NDArray[np.float64]:
    rows = np.hstack(list(vectors().values())).astype(np.float64)
    scaled: NDArray[np.float64] = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    return scaled


def classifier(which: str, n_classes: int = 3, seed: int = 0) -> FusionClassifier:
    values = vectors()
    store = SampleStore(
        {name: (np.arange(N_ROWS), rows) for name, rows in values.items()},
        scalings={name: Scaling.of(rows) for name, rows in values.items()},
    )
    path, parameters = CLASSIFIERS[which]
    return FusionClassifier(
        Sklearn(classifier=path, parameters=parameters),
        {name: (width,) for name, width in WIDTHS.items()},
        n_classes,
        store,
        seeds=Seeds(weights=seed),
        device="cpu",
    )


def test_probabilities_are_those_of_scikit_learns_own_fit() -> None:
    own = classifier("logistic regression")
    own.fit(CANDIDATES[:50], LABELS[:50])
    theirs = LogisticRegression(C=0.5)
    theirs.fit(standardised()[:50], LABELS[:50])
    np.testing.assert_allclose(
        own.predict_proba(CANDIDATES), theirs.predict_proba(standardised()), atol=1e-4
    )


def test_a_forest_is_scikit_learns_forest_of_the_same_seed() -> None:
    own = classifier("random forest").fit(CANDIDATES[:50], LABELS[:50])
    seed = own.module_.state_dict()["seed"].item()
    theirs = RandomForestClassifier(n_estimators=10, random_state=seed)
    rows = own.embeddings(CANDIDATES).astype(np.float64)
    theirs.fit(rows[:50], LABELS[:50])
    np.testing.assert_allclose(own.predict_proba(CANDIDATES), theirs.predict_proba(rows), atol=1e-6)


def test_the_first_weights_seed_is_the_random_state() -> None:
    def proba(seed: int) -> NDArray[np.float32]:
        own = classifier("random forest", seed=seed).fit(CANDIDATES[:50], LABELS[:50])
        return own.predict_proba(CANDIDATES)

    np.testing.assert_array_equal(proba(1), proba(1))
    assert not np.array_equal(proba(1), proba(2))


@pytest.mark.parametrize("which", CLASSIFIERS)
def test_a_class_without_a_label_has_no_probability(which: str) -> None:
    some = np.flatnonzero(LABELS != 1)[:20]
    proba = classifier(which).fit(CANDIDATES[some], LABELS[some]).predict_proba(CANDIDATES)
    assert not proba[:, 1].any()
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("which", CLASSIFIERS)
def test_one_class_alone_is_certain(which: str) -> None:
    ones = np.flatnonzero(LABELS == 1)[:4]
    own = classifier(which).fit(CANDIDATES[ones], LABELS[ones])
    np.testing.assert_array_equal(own.predict_proba(CANDIDATES[:2]), [[0, 1, 0]] * 2)


@pytest.mark.parametrize("which", CLASSIFIERS)
def test_a_learner_that_goes_on_from_a_checkpoint_gives_the_same_bytes(which: str) -> None:
    whole = Learner(classifier(which))
    whole.fit(CANDIDATES[:20], LABELS[:20])
    resumed = Learner(classifier(which))
    resumed.adopt(CANDIDATES[:20], LABELS[:20], whole.estimator.state())
    assert whole.estimator.state_hash() == resumed.estimator.state_hash()
    np.testing.assert_array_equal(
        resumed.estimator.predict_proba(CANDIDATES), whole.estimator.predict_proba(CANDIDATES)
    )
    for learner in (whole, resumed):
        learner.teach(CANDIDATES[20:40], LABELS[20:40])
    assert whole.estimator.state_hash() == resumed.estimator.state_hash()


def test_the_hash_tells_labelled_sets_apart() -> None:
    own = classifier("random forest")
    hashes = [own.fit(CANDIDATES[:n], LABELS[:n]).state_hash() for n in (20, 21)]
    assert hashes[0] != hashes[1]


def test_members_of_a_committee_are_bootstraps_that_the_seed_decides() -> None:
    def members(seed: int) -> list[NDArray[np.float32]]:
        view = candidate_view(
            own,
            {needs.COMMITTEE_PROBA},
            pool=CANDIDATES[30:],
            labelled=CANDIDATES[:30],
            labels=LABELS[:30],
            round=QueryRound(committee_seed=seed),
        )
        return list(view.committee_proba(3))

    own = classifier("random forest").fit(CANDIDATES[:30], LABELS[:30])
    before = own.state_hash()
    first = members(1)
    assert all(not np.array_equal(one, other) for one, other in pairwise(first))
    np.testing.assert_array_equal(first, members(1))
    assert not np.array_equal(first, members(2))
    assert own.state_hash() == before


def test_embeddings_are_the_standardised_vectors_side_by_side() -> None:
    own = classifier("random forest").fit(CANDIDATES, LABELS)
    np.testing.assert_allclose(own.embeddings(CANDIDATES), standardised(), atol=1e-4)


def test_too_few_labels_for_a_classifier_are_told_with_what_to_do() -> None:
    with pytest.raises(DataError, match=r"KNeighborsClassifier cannot learn from 2 candidates.*"):
        classifier("nearest neighbours").fit(CANDIDATES[:2], LABELS[:2])


def test_images_are_refused() -> None:
    model = Sklearn(classifier="sklearn.naive_bayes.GaussianNB")
    with pytest.raises(DataError, match="'scan' has samples of shape"):
        model.build({"scan": (1, 8, 8)}, 2)
