"""Label noise is drawn by sample, only in the training part, and alike for all strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.cohort.join import join
from albench.cohort.noise import mislabelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality
    from albench.cohort.join import Cohort

N_SUBJECTS, TEST_SUBJECTS = 300, 60
CLASSES = "abcde"


@pytest.fixture
def parts(make_modality: Callable[..., Modality]) -> dict[str, Modality]:
    """Two modalities of 300 subjects in five classes: three samples each, and two."""
    names = [f"P{i:03}" for i in range(N_SUBJECTS)]
    labels = {name: CLASSES[i % 5] for i, name in enumerate(names)}
    return {"a": make_modality(names * 3, labels), "b": make_modality(names * 2)}


@pytest.fixture
def cohort(parts: dict[str, Modality]) -> Cohort:
    return join("c", parts)


def training(cohort: Cohort) -> np.ndarray:
    """Return the candidates of all but the first subjects."""
    return np.flatnonzero(cohort.candidate_subjects >= TEST_SUBJECTS)


def noisy(cohort: Cohort, share: float = 0.2, seed: int = 0) -> Cohort:
    return mislabelled(cohort, training(cohort), share, np.random.default_rng(seed))


def wrong(cohort: Cohort) -> np.ndarray:
    is_wrong: np.ndarray = cohort.candidate_labels != cohort.true_labels
    return is_wrong


def test_the_share_of_wrong_labels_is_near_what_was_asked(cohort: Cohort) -> None:
    share = np.mean([wrong(noisy(cohort, 0.2, seed))[training(cohort)].mean() for seed in range(9)])
    assert abs(share - 0.2) < 0.02  # 720 samples nine times: the standard error is 0.005


def test_all_candidates_of_a_sample_are_labelled_alike(cohort: Cohort) -> None:
    given = noisy(cohort)
    pairs = set(zip(cohort.candidates[:, 0], given.candidate_labels, strict=True))
    assert len(pairs) == len(set(cohort.candidates[:, 0]))


def test_samples_of_one_subject_go_wrong_independently(cohort: Cohort) -> None:
    labels = noisy(cohort, 0.5).candidate_labels
    kinds = [len(set(labels[cohort.candidate_subjects == i])) for i in range(60, 300)]
    assert max(kinds) == 3


def test_a_wrong_label_is_any_of_the_other_classes_equally_often(cohort: Cohort) -> None:
    counts = np.zeros((5, 5))
    for seed in range(20):
        given = noisy(cohort, 0.5, seed)
        np.add.at(
            counts, (given.true_labels[wrong(given)], given.candidate_labels[wrong(given)]), 1
        )
    assert np.all(np.diag(counts) == 0)
    shares = counts[~np.eye(5, dtype=bool)] / counts.sum()
    assert np.abs(shares - 1 / 20).max() < 0.01


def test_labels_of_the_test_part_and_of_subjects_stay_true(cohort: Cohort) -> None:
    given = noisy(cohort, 0.5)
    assert not wrong(given)[given.candidate_subjects < TEST_SUBJECTS].any()
    assert given.labels.tolist() == cohort.labels.tolist()


def test_one_seed_gives_one_noise_and_another_another(cohort: Cohort) -> None:
    one, same, other = (noisy(cohort, 0.2, seed).candidate_labels.tolist() for seed in (0, 0, 1))
    assert one == same != other


def test_a_sample_goes_wrong_whatever_is_joined_to_its_modality(
    cohort: Cohort, parts: dict[str, Modality]
) -> None:
    alone = noisy(join("c", {"a": parts["a"]}))
    labels = dict(zip(alone.candidates[:, 0], alone.candidate_labels, strict=True))
    expected = [labels[sample] for sample in cohort.candidates[:, 0]]
    assert noisy(cohort).candidate_labels.tolist() == expected


def test_what_is_wrong_at_a_share_is_wrong_at_every_larger_one(cohort: Cohort) -> None:
    few, many = noisy(cohort, 0.1), noisy(cohort, 0.3)
    assert np.all(wrong(many)[wrong(few)])
    assert np.all(few.candidate_labels[wrong(few)] == many.candidate_labels[wrong(few)])


def test_the_cohort_itself_keeps_its_labels(cohort: Cohort) -> None:
    before = cohort.candidate_labels.copy()
    noisy(cohort, 0.5)
    assert cohort.candidate_labels.tolist() == before.tolist()


def test_two_classes_are_exchanged(make_modality: Callable[..., Modality]) -> None:
    labels = {f"P{i}": "ab"[i % 2] for i in range(50)}
    cohort = join("c", {"a": make_modality(labels, labels)})
    given = mislabelled(cohort, np.arange(50), 0.5, np.random.default_rng(0))
    assert wrong(given).any()
    assert np.all(given.candidate_labels[wrong(given)] == 1 - given.true_labels[wrong(given)])
