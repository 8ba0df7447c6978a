# ruff: noqa: N803  # X is scikit-learn's name
"""Factorised prediction gives the same numbers as direct prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn

from albench.learn.sample_vectors import SampleVectors
from albench.learn.store import SampleStore
from albench.models.mmfn import Mmfn
from albench.seeds import torch_seeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Problems = Callable[..., Any]  # the Problem of conftest, which cannot be imported


class _WithNorms(Mmfn):
    """The network with a batch norm before and behind the dropout."""

    def build(self, shapes: Any, n_classes: int) -> Any:
        net = super().build(shapes, n_classes)
        width = net.classifier.in_features
        net.dropout = nn.Sequential(nn.BatchNorm1d(width), net.dropout)  # type: ignore[assignment]
        return net


@pytest.fixture
def normed(problem: Problems) -> Any:
    return problem(model=_WithNorms(trunk="small", frozen=False, width=16))


def _plain(classifier: Any, store: SampleStore, X: NDArray[np.intp]) -> NDArray[Any]:
    """Pass every candidate through the full network, one at a time."""
    classifier.module_.eval()
    with torch.no_grad():
        rows = [classifier.module_(store.gather(row[None])) for row in X]
    return torch.softmax(torch.cat(rows), 1).numpy()


@pytest.mark.parametrize("n_modalities", [1, 2, 4])
def test_probabilities_are_those_of_the_whole_network(problem: Problems, n_modalities: int) -> None:
    toy = problem(n_modalities)
    classifier = toy.fitted()

    np.testing.assert_allclose(
        classifier.predict_proba(toy.pool), _plain(classifier, toy.store, toy.pool), atol=1e-5
    )


def test_another_part_is_predicted_by_the_same_network(problem: Problems) -> None:
    toy = problem()
    classifier, X = toy.fitted(), toy.X[toy.test]

    proba = classifier.predict_proba_on(toy.test_store, X)

    np.testing.assert_allclose(proba, _plain(classifier, toy.test_store, X), atol=1e-5)


def test_dropout_passes_are_those_of_the_whole_network_under_the_same_masks(normed: Any) -> None:
    classifier = normed.fitted()
    passes = list(classifier.dropout_proba(normed.pool, 3, seed=7))

    module = classifier.module_.eval()
    module.dropout[1].train()
    for number, proba in enumerate(passes):
        state = np.random.SeedSequence((7, number)).generate_state(1, np.uint64)[0]
        with torch_seeded(int(state >> np.uint64(1))), torch.no_grad():
            plain = torch.softmax(module(normed.store.gather(normed.pool)), 1)
        np.testing.assert_allclose(proba, plain.numpy(), atol=1e-5)


def test_passes_differ_and_come_again_with_the_seed(problem: Problems) -> None:
    toy = problem()
    classifier = toy.fitted()
    first, second = classifier.dropout_proba(toy.pool, 2, seed=1)

    again = list(classifier.dropout_proba(toy.pool, 2, seed=1))

    assert np.abs(first - second).max() > 1e-3
    np.testing.assert_array_equal(again, [first, second])


def test_the_mean_of_many_passes_nears_the_deterministic_one(problem: Problems) -> None:
    toy = problem()
    classifier = toy.fitted()

    mean = np.mean(list(classifier.dropout_proba(toy.pool, 200, seed=0)), axis=0)

    assert np.abs(mean - classifier.predict_proba(toy.pool)).mean() < 0.05


def test_no_weight_or_buffer_or_mode_changes_in_prediction(normed: Any) -> None:
    classifier = normed.fitted()
    classifier.module_.train()
    classifier.module_.dropout[0].eval()
    before = classifier.state_hash()
    modes = [part.training for part in classifier.module_.modules()]

    classifier.predict_proba(normed.pool)
    list(classifier.dropout_proba(normed.pool, 2, seed=0))
    classifier.embeddings(normed.pool)
    classifier.masked_proba(normed.pool, ["image"])

    assert classifier.state_hash() == before
    assert [part.training for part in classifier.module_.modules()] == modes


def test_modes_are_restored_while_the_caller_holds_a_pass(normed: Any) -> None:
    classifier = normed.fitted()
    passes = classifier.dropout_proba(normed.pool, 2, seed=0)
    modes = [part.training for part in classifier.module_.modules()]

    next(passes)

    assert [part.training for part in classifier.module_.modules()] == modes


def test_each_sample_is_encoded_once_until_the_next_fit(problem: Problems) -> None:
    toy = problem()
    classifier = toy.fitted()
    seen: dict[str, int] = {}
    encode = classifier.module_.encode

    def counting(modality: str, x: torch.Tensor) -> torch.Tensor:
        seen[modality] = seen.get(modality, 0) + len(x)
        vectors: torch.Tensor = encode(modality, x)
        return vectors

    classifier.module_.encode = counting
    classifier.predict_proba(toy.pool)
    list(classifier.dropout_proba(toy.labelled[0], 3, seed=0))
    classifier.embeddings(toy.X[~toy.test])

    assert seen == {"image": 60, "table": 60}


def test_fused_and_stream_embeddings_belong_to_their_candidates(problem: Problems) -> None:
    toy = problem()
    classifier = toy.fitted()
    streams = classifier.stream_embeddings(toy.pool)

    joined = np.concatenate([streams["image"], streams["table"]], axis=1)

    np.testing.assert_array_equal(classifier.embeddings(toy.pool), joined)
    assert joined.shape == (len(toy.pool), 32)


def test_a_masked_modality_stands_at_its_mean_vector(problem: Problems) -> None:
    toy = problem()
    classifier = toy.fitted()
    vectors = classifier.vectors()
    streams = classifier.stream_embeddings(toy.pool)
    filled = {
        "image": torch.from_numpy(streams["image"]),
        "table": torch.from_numpy(vectors["table"]).mean(0).expand(len(toy.pool), -1),
    }

    with torch.no_grad():
        expected = torch.softmax(classifier.module_.eval().fuse(filled), 1).numpy()

    proba = classifier.masked_proba(toy.pool, ["image"])
    np.testing.assert_allclose(proba, expected, atol=1e-6)


def test_masking_none_is_the_plain_answer_and_masking_all_is_one_answer(problem: Problems) -> None:
    toy = problem()
    classifier = toy.fitted()
    plain = classifier.predict_proba(toy.pool)

    np.testing.assert_array_equal(classifier.masked_proba(toy.pool, ["table", "image"]), plain)
    blind = classifier.masked_proba(toy.pool, [])
    assert np.ptp(blind, axis=0).max() < 1e-6


def test_an_empty_pool_has_no_rows(problem: Problems) -> None:
    toy = problem()
    classifier, nobody = toy.fitted(), toy.pool[:0]

    assert classifier.predict_proba(nobody).shape == (0, 3)
    assert [proba.shape for proba in classifier.dropout_proba(nobody, 2, seed=0)] == [(0, 3)] * 2
    assert classifier.embeddings(nobody).shape == (0, 32)


def test_vectors_do_not_depend_on_what_was_asked_first(problem: Problems) -> None:
    toy = problem(1)
    module = toy.fitted().module_
    images = np.random.default_rng(0).random((90, 40, 4000)).astype(np.float32)
    store = SampleStore({"image": (np.arange(90), images[:, :, :100].reshape(90, 1, 40, 100))})
    orders = [np.arange(90), np.array([80, 3, 41]), np.arange(90)[::-1]]

    answers = []
    for order in orders:
        vectors = SampleVectors(module, store, torch.device("cpu"))
        vectors.at({"image": order})
        answers.append(vectors.all("image").numpy())

    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])
