"""A logistic head is scikit-learn's own solution, and goes through the same learner."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from albench.api import DataError, needs
from albench.learn.estimator import FusionClassifier
from albench.learn.learner import Learner
from albench.learn.pool_views import QueryRound, candidate_view
from albench.learn.store import SampleStore, Scaling
from albench.models.logistic import Logistic
from albench.spec.training import Training

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_ROWS, WIDTHS = 120, {"a": 5, "b": 3}


def vectors() -> dict[str, NDArray[np.float32]]:
    rng = np.random.default_rng(3)
    shift = (np.arange(N_ROWS) % 3)[:, None]
    return {
        name: (rng.normal(size=(N_ROWS, width)) + 0.6 * shift).astype(np.float32) * 20
        for name, width in WIDTHS.items()
    }


CANDIDATES = np.tile(np.arange(N_ROWS)[:, None], (1, 2))
LABELS = np.arange(N_ROWS) % 3


def classifier(n_classes: int = 3, **training: Any) -> FusionClassifier:
    values = vectors()
    store = SampleStore(
        {name: (np.arange(N_ROWS), rows) for name, rows in values.items()},
        scalings={name: Scaling.of(rows) for name, rows in values.items()},
    )
    shapes = {name: (width,) for name, width in WIDTHS.items()}
    return FusionClassifier(
        Logistic(), shapes, n_classes, store, training=Training(**training), device="cpu"
    )


def standardised() -> NDArray[np.float64]:
    rows = np.hstack(list(vectors().values())).astype(np.float64)
    scaled: NDArray[np.float64] = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    return scaled


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("weights", ["none", "balanced"])
def test_probabilities_are_those_of_scikit_learns_own_fit(n_classes: int, weights: str) -> None:
    labelled = np.flatnonzero(n_classes > LABELS)[:50]
    own = classifier(n_classes, class_weights=weights).fit(CANDIDATES[labelled], LABELS[labelled])
    balance = None if weights == "none" else "balanced"
    theirs = LogisticRegression(tol=1e-6, max_iter=1000, class_weight=balance)
    theirs.fit(standardised()[labelled], LABELS[labelled])
    np.testing.assert_allclose(
        own.predict_proba(CANDIDATES), theirs.predict_proba(standardised()), atol=1e-4
    )


def test_embeddings_are_the_standardised_vectors_side_by_side() -> None:
    own = classifier().fit(CANDIDATES, LABELS)
    np.testing.assert_allclose(own.embeddings(CANDIDATES), standardised(), atol=1e-4)


def test_one_class_alone_is_certain_and_finite() -> None:
    ones = np.flatnonzero(LABELS == 1)[:4]
    own = classifier().fit(CANDIDATES[ones], LABELS[ones])
    np.testing.assert_array_equal(own.predict_proba(CANDIDATES[:2]), [[0, 1, 0]] * 2)
    assert own.odd_weights() == []


def test_a_class_without_a_label_has_no_probability() -> None:
    some = np.flatnonzero(LABELS != 1)[:20]
    proba = classifier().fit(CANDIDATES[some], LABELS[some]).predict_proba(CANDIDATES)
    assert not proba[:, 1].any()
    assert proba[:, 0].min() > 0


@pytest.mark.parametrize("first", [[0, 1, 2, 3], [0, 3, 6]], ids=["all classes", "one class"])
def test_a_warm_start_ends_where_a_cold_one_does(first: list[int]) -> None:
    warm, cold = classifier(warm_start=True), classifier()
    warm.fit(CANDIDATES[first], LABELS[first])
    for start in (warm, cold):
        start.fit(CANDIDATES[:60], LABELS[:60])
    np.testing.assert_allclose(
        warm.predict_proba(CANDIDATES), cold.predict_proba(CANDIDATES), atol=1e-4
    )


def test_a_warm_start_takes_fewer_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []
    fit = LogisticRegression.fit

    def counted(self: Any, *given: Any, **named: Any) -> Any:
        fit(self, *given, **named)
        steps.append(int(self.n_iter_.max()))
        return self

    monkeypatch.setattr(LogisticRegression, "fit", counted)
    own = classifier(warm_start=True)
    own.fit(CANDIDATES, LABELS)
    own.fit(CANDIDATES, LABELS)
    assert steps[1] < steps[0] / 2


@pytest.mark.parametrize("warm", [True, False])
def test_a_learner_that_goes_on_from_a_checkpoint_gives_the_same_bytes(warm: bool) -> None:
    whole = Learner(classifier(warm_start=warm))
    whole.fit(CANDIDATES[:20], LABELS[:20])
    state = whole.estimator.state()
    resumed = Learner(classifier(warm_start=warm))
    resumed.adopt(CANDIDATES[:20], LABELS[:20], state)
    for learner in (whole, resumed):
        learner.teach(CANDIDATES[20:40], LABELS[20:40])
    assert whole.estimator.state_hash() == resumed.estimator.state_hash()


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

    own = classifier().fit(CANDIDATES[:30], LABELS[:30])
    before = own.state_hash()
    first = members(1)
    assert all(not np.array_equal(one, other) for one, other in pairwise(first))
    np.testing.assert_array_equal(first, members(1))
    assert not np.array_equal(first, members(2))
    assert own.state_hash() == before


def test_images_are_refused() -> None:
    with pytest.raises(DataError, match="'scan' has samples of shape"):
        Logistic().build({"scan": (1, 8, 8)}, 2)


def test_gradients_reach_its_weights() -> None:
    head = Logistic().build({"a": (2,)}, 2)
    head({"a": torch.ones(3, 2)})[:, 0].sum().backward()
    assert head.classifier.weight.grad is not None
