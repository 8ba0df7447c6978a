# ruff: noqa: N803  # X is scikit-learn's name
"""Training is deterministic, keeps to its seeds, and answers for every class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch import nn

from albench.errors import DataError, PluginError
from albench.learn.optimisation import Seeds
from albench.models.mmfn import Mmfn
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Problems = Callable[..., Any]  # the Problem of conftest, which cannot be imported


@pytest.mark.parametrize("n_modalities", [1, 2, 4])
def test_it_learns_with_any_number_of_modalities(problem: Problems, n_modalities: int) -> None:
    toy = problem(n_modalities, Training(epochs=40 // n_modalities, learning_rate=3e-3))

    proba = toy.fitted().predict_proba_on(toy.test_store, toy.X[toy.test])

    assert (proba.argmax(1) == toy.y[toy.test]).mean() > 0.8


def test_equal_seeds_give_bitwise_equal_networks(problem: Problems) -> None:
    one, two = problem().fitted(), problem().fitted()

    assert one.state_hash() == two.state_hash()


@pytest.mark.parametrize("name", ["weights", "batches", "dropout"])
def test_every_seed_matters(problem: Problems, name: str) -> None:
    seeds = Seeds(**{name: 1})

    assert problem().fitted().state_hash() != problem().fitted(seeds=seeds).state_hash()


def test_first_weights_depend_on_the_weights_seed_alone(problem: Problems) -> None:
    one = problem().classifier(seeds=Seeds(weights=4)).initialize()
    two = problem().classifier(seeds=Seeds(weights=4, batches=1, dropout=2)).initialize()

    assert one.state_hash() == two.state_hash()


def _numpy_state() -> str:
    return str(np.random.get_state())  # noqa: NPY002  # compared, not drawn from


def test_global_generators_are_left_alone(problem: Problems) -> None:
    toy = problem()
    torch.manual_seed(3)
    expected, numpy_state = torch.rand(2), _numpy_state()
    torch.manual_seed(3)

    classifier = toy.fitted()
    classifier.predict_proba(toy.pool)
    list(classifier.dropout_proba(toy.pool, 2, 0))

    assert torch.equal(torch.rand(2), expected)
    assert _numpy_state() == numpy_state


def test_absent_classes_have_columns(problem: Problems) -> None:
    toy = problem()
    X, y = toy.labelled
    classifier = toy.classifier().fit(X[y == 1], y[y == 1])

    proba = classifier.predict_proba(toy.pool)

    assert proba.shape == (len(toy.pool), 3)
    np.testing.assert_allclose(proba.sum(1), 1, atol=1e-6)
    assert (classifier.predict(toy.pool) == 1).all()
    assert classifier.classes_.tolist() == [0, 1, 2]


def test_a_cold_start_forgets_and_a_warm_start_goes_on(problem: Problems) -> None:
    cold, warm = (
        problem(training=Training(epochs=2)),
        problem(training=Training(epochs=2, warm_start=True)),
    )
    hashes: dict[str, list[str]] = {}
    for name, toy in {"cold": cold, "warm": warm}.items():
        classifier = toy.fitted()
        hashes[name] = [classifier.state_hash(), classifier.fit(*toy.labelled).state_hash()]

    assert hashes["cold"][0] == hashes["cold"][1] == hashes["warm"][0] != hashes["warm"][1]


def test_a_checkpoint_goes_on_to_the_same_bytes(problem: Problems) -> None:
    toy = problem(training=Training(epochs=2, warm_start=True))
    unbroken = toy.fitted()
    resumed = toy.classifier()
    resumed.load_state(unbroken.state())

    assert resumed.state_hash() == unbroken.state_hash()
    np.testing.assert_array_equal(resumed.predict_proba(toy.pool), unbroken.predict_proba(toy.pool))
    assert resumed.fit(*toy.labelled).state_hash() == unbroken.fit(*toy.labelled).state_hash()


def test_predictions_follow_new_weights(problem: Problems) -> None:
    toy = problem()
    classifier, other = toy.fitted(), toy.fitted(seeds=Seeds(weights=9))
    before = classifier.predict_proba(toy.pool)

    classifier.load_state(other.state())

    assert np.abs(classifier.predict_proba(toy.pool) - before).max() > 1e-3


def test_a_copy_is_untrained_and_shares_the_store(problem: Problems) -> None:
    classifier = problem().fitted()

    copy = clone(classifier)

    assert not copy.initialized_
    assert copy.store is classifier.store
    assert copy.training == classifier.training


def test_seeds_can_be_set_for_the_next_round(problem: Problems) -> None:
    toy = problem()
    classifier = toy.fitted().set_params(seeds=Seeds(weights=5))

    assert classifier.fit(*toy.labelled).state_hash() == (
        toy.fitted(seeds=Seeds(weights=5)).state_hash()
    )


def test_the_rate_falls_with_every_update_of_a_round(problem: Problems) -> None:
    toy = problem(training=Training(epochs=4, batch_size=32, schedule="cosine"))

    classifier = toy.fitted()

    assert classifier.optimizer_.param_groups[0]["lr"] == pytest.approx(0, abs=1e-12)
    assert classifier.state_hash() != toy.fitted(training=Training(epochs=4)).state_hash()


def test_an_interrupt_is_not_taken_for_the_end_of_training(
    problem: Problems, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    classifier = problem().classifier()
    monkeypatch.setattr(classifier, "train_step", interrupted)

    with pytest.raises(KeyboardInterrupt):
        classifier.fit(*problem().labelled)


def test_balanced_classes_draw_predictions_to_the_rare_class(problem: Problems) -> None:
    toy = problem()
    X, y = toy.labelled
    kept = np.flatnonzero((y != 2) | (np.arange(len(y)) % 5 == 0))
    rare = []
    for class_weights in ("none", "balanced"):
        training = Training(epochs=3, class_weights=class_weights)
        classifier = toy.classifier(training=training).fit(X[kept], y[kept])
        rare.append(classifier.predict_proba(toy.pool)[:, 2].mean())

    assert rare[1] > rare[0] + 0.02


def test_early_stopping_ends_training_on_a_part_of_the_labelled_set(problem: Problems) -> None:
    training = Training(epochs=200, learning_rate=0.02, validation=0.3, patience=2)
    classifier = problem(training=training).fitted()

    losses = [
        np.average(
            [batch["valid_loss"] for batch in epoch["batches"] if "valid_loss" in batch],
            weights=[b["valid_batch_size"] for b in epoch["batches"] if "valid_loss" in b],
        )
        for epoch in classifier.history
    ]

    assert len(losses) < 200
    assert np.argmin(losses) == len(losses) - 3


_STOPPED = Training(epochs=200, learning_rate=0.02, validation=0.3, patience=2)


def test_early_stopping_goes_back_to_the_weights_of_the_best_epoch(problem: Problems) -> None:
    stopped = problem().fitted(training=_STOPPED)
    n_best = len(stopped.history) - _STOPPED.patience

    just_so = problem().fitted(training=_STOPPED.model_copy(update={"epochs": n_best}))

    assert stopped.state_hash() == just_so.state_hash()


def test_a_warm_start_goes_on_from_the_weights_of_the_best_epoch(problem: Problems) -> None:
    toy = problem(training=_STOPPED.model_copy(update={"warm_start": True}))
    first = toy.fitted()
    best = toy.classifier()
    best.load_state(first.state())

    assert first.fit(*toy.labelled).state_hash() == best.fit(*toy.labelled).state_hash()


@pytest.mark.parametrize("rows", [[0], [0, 1], [0, 20], [0, 1, 20], [0, 20, 30]], ids=str)
def test_early_stopping_bears_a_tiny_labelled_set(problem: Problems, rows: list[int]) -> None:
    toy = problem(training=_STOPPED)
    X, y = toy.labelled

    classifier = toy.classifier().fit(X[rows], y[rows])

    assert np.isfinite(classifier.predict_proba(toy.pool)).all()
    alone = len(set(toy.store.subjects(X[rows]))) == 1
    assert (len(classifier.history) == 200) is alone  # one subject leaves nobody to judge by


def test_a_trunk_may_learn_at_a_rate_of_its_own(problem: Problems, tmp_path: Path) -> None:
    trained = problem(n_modalities=1).fitted().module_.streams[0].front
    torch.save(trained.body.state_dict(), tmp_path / "trunk.pth")
    moved = []
    for scale in (0.0, 0.1, 1.0):
        model = Mmfn(
            trunk="small",
            weights_file=tmp_path / "trunk.pth",
            frozen=False,
            width=16,
            trunk_lr_scale=scale,
        )
        classifier = problem(n_modalities=1, model=model).fitted(training=Training(epochs=2))
        weights = classifier.module_.streams[0].front.body.parameters()
        pairs = zip(weights, trained.body.parameters(), strict=True)
        moved.append(max(float((a - b).abs().max().detach()) for a, b in pairs))

    assert moved[0] == 0 < moved[1] < moved[2] / 3


def test_mixed_precision_trains_float32_weights_to_nearly_the_same(problem: Problems) -> None:
    plain = problem().fitted(training=Training(epochs=3))
    mixed = problem().fitted(training=Training(epochs=3, precision="bfloat16"))
    toy = problem()

    difference = np.abs(plain.predict_proba(toy.pool) - mixed.predict_proba(toy.pool)).max()

    assert 0 < difference < 0.02
    assert {value.dtype for value in mixed.module_.state_dict().values()} == {torch.float32}


def test_weights_that_are_no_numbers_are_named(problem: Problems) -> None:
    classifier = problem().fitted()
    assert classifier.odd_weights() == []

    with torch.no_grad():
        classifier.module_.classifier.bias[0] = torch.nan

    assert classifier.odd_weights() == ["classifier.bias"]


def test_an_auxiliary_loss_is_added_in_training(problem: Problems) -> None:
    class Aided(Mmfn):
        def build(self, shapes: Any, n_classes: int) -> Any:
            net = super().build(shapes, n_classes)
            net.auxiliary_loss = lambda targets: net.classifier.weight.square().sum() * 10  # type: ignore[assignment]
            return net

    def weight(model: Mmfn) -> float:
        classifier = problem(model=model).fitted()
        return float(classifier.module_.classifier.weight.detach().square().sum())

    options: dict[str, Any] = {"trunk": "small", "frozen": False, "width": 16}
    assert weight(Aided(**options)) < 0.5 * weight(Mmfn(**options))


@pytest.mark.parametrize(
    ("X", "y", "match"),
    [
        ([[0, 0]], [3], "0 to 2"),
        ([[0, 0]], [-1], "0 to 2"),
        ([[0, 0]], [0, 1], "1 candidates with labels of shape"),
        (np.empty((0, 2)), [], "0 candidates"),
        ([[0, 79]], [0], "'table': sample 79 does not belong"),
        ([[0]], [0], "expected"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(
    problem: Problems, X: Any, y: Any, match: str
) -> None:
    with pytest.raises(DataError, match=match):
        problem().classifier().fit(X, y)


def test_a_model_that_builds_no_fusion_network_is_named(problem: Problems) -> None:
    class Wrong:
        def build(self, shapes: object, n_classes: int) -> nn.Module:
            return nn.Linear(1, 1)

    with pytest.raises(PluginError, match="Wrong built Linear, which lacks trunks, encode"):
        problem(model=Wrong()).fitted()
