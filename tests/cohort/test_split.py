"""Splits are stratified and disjoint on subjects; impossible ones are refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedShuffleSplit

from albench.cohort.join import join
from albench.cohort.split import class_quotas, split
from albench.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from albench.api import Modality
    from albench.cohort.join import Cohort

    Make = Callable[..., Modality]

STAGES = (41, 51, 31, 27, 18)
PROPERTY = settings(
    derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def of(make_modality: Make, counts: Sequence[int], samples: int = 1) -> Cohort:
    """Return a cohort with so many subjects of each class."""
    owners = [f"P{i:03}" for i in range(sum(counts))]
    classes = [f"F{number}" for number, count in enumerate(counts) for _ in range(count)]
    labels = dict(zip(owners, classes, strict=True))
    return join("clinic", {"a": make_modality(owners * samples, labels)}, sorted(set(classes)))


def test_the_paper_s_patients_give_34_of_168_for_test(make_modality: Make) -> None:
    assert class_quotas(of(make_modality, STAGES), 0.2).tolist() == [8, 10, 6, 6, 4]


def test_quotas_are_those_of_scikit_learn(make_modality: Make) -> None:
    labels = np.repeat(np.arange(5), STAGES)
    ((_, test),) = StratifiedShuffleSplit(1, test_size=0.2, random_state=0).split(labels, labels)
    ours = class_quotas(of(make_modality, STAGES), 0.2)
    assert ours.tolist() == np.bincount(labels[test]).tolist()


@given(
    st.lists(st.integers(15, 40), min_size=2, max_size=5),
    st.floats(0.2, 0.8) | st.integers(20, 21),
    st.integers(0, 9),
)
@PROPERTY
def test_a_split_is_disjoint_whole_and_stratified(
    make_modality: Make, counts: list[int], test: float, seed: int
) -> None:
    cohort = of(make_modality, counts)
    parts = split(cohort, test, np.random.default_rng(seed))
    both = np.concatenate([parts.train, parts.test])
    assert sorted(both.tolist()) == list(range(sum(counts)))
    n_test = test if isinstance(test, int) else int(np.ceil(round(test * sum(counts), 9)))
    assert len(parts.test) == n_test
    in_test = np.bincount(cohort.labels[parts.test], minlength=len(counts))
    assert np.all(abs(in_test - np.array(counts) * n_test / sum(counts)) < 1)


def test_both_sides_are_sorted(make_modality: Make) -> None:
    parts = split(of(make_modality, STAGES), 0.2, np.random.default_rng(0))
    for part in (parts.train, parts.test):
        assert part.tolist() == sorted(part.tolist())


def test_one_seed_gives_one_split_and_another_another(make_modality: Make) -> None:
    cohort = of(make_modality, STAGES)
    one, same, other = (split(cohort, 0.2, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert one.test.tolist() == same.test.tolist() != other.test.tolist()


def test_a_split_counts_subjects_however_many_samples_they_have(make_modality: Make) -> None:
    one, three = (of(make_modality, STAGES, samples) for samples in (1, 3))
    tests = [split(cohort, 0.2, np.random.default_rng(0)).test for cohort in (one, three)]
    assert tests[0].tolist() == tests[1].tolist()


@pytest.mark.parametrize(
    ("test", "n"),
    [(0.2, 6), (0.21, 7), (6, 6), (1 / 3, 10), (0.1 + 0.2, 9)],
    ids=["a share that floats miss", "rounded up", "a count", "a third", "a sum"],
)
def test_a_share_is_rounded_up_to_whole_subjects(test: float, n: int, make_modality: Make) -> None:
    assert class_quotas(of(make_modality, (15, 15)), test).sum() == n


ONE = "class 'F1': has 1 subject, too few for training and test whatever `test` is: leave it out "
BOTH = "classes 'F0', 'F1': have 5 subjects each, of which a test set of "


@pytest.mark.parametrize(
    ("counts", "test", "said"),
    [
        ((10, 1), 0.5, f'{ONE}with exclude_classes = ["F1"] or min_subjects_per_class = 2'),
        ((10, 2), 1, "class 'F1': has 2 subjects, of which a test set of 1 of 12 would take none"),
        ((5, 5), 1.0, f"{BOTH}10 of 10 would take all"),
        ((5, 5), 11, "have 5 subjects each, of which a test set of 11 of 10 would take all"),
    ],
    ids=["one subject", "none for test", "all for test", "more than there are"],
)
def test_a_split_without_every_class_on_both_sides_is_refused(
    counts: tuple[int, ...], test: float, said: str, make_modality: Make
) -> None:
    cohort = of(make_modality, counts)
    with pytest.raises(DataError) as error:
        split(cohort, test, np.random.default_rng(0))
    assert said in str(error.value)


@pytest.mark.parametrize(("counts", "test"), [((10, 2), 1), ((5, 5), 10), ((40, 2, 3), 0.05)])
def test_a_test_set_that_is_proposed_works(
    counts: tuple[int, ...], test: float, make_modality: Make
) -> None:
    cohort = of(make_modality, counts)
    with pytest.raises(DataError) as error:
        class_quotas(cohort, test)
    proposed = re.search(r"set `test` = (\d+)", str(error.value))
    assert proposed
    assert class_quotas(cohort, int(proposed[1])).sum() == int(proposed[1])


def test_classes_that_are_too_small_for_one_reason_are_told_at_once(make_modality: Make) -> None:
    with pytest.raises(DataError) as error:
        class_quotas(of(make_modality, (20, *[1] * 8)), 0.2)
    (problem,) = map(str, error.value.complaints)
    assert "classes 'F1', 'F2', 'F3', 'F4', 'F5' and 3 more: have 1 subject each" in problem


@pytest.mark.parametrize("step", [1, 0.1], ids=["whole", "fractions"])
def test_measurements_are_recognised_and_told_once(step: float, make_modality: Make) -> None:
    owners = [f"P{i:03}" for i in range(40)]
    labels = {owner: str(round(i * step, 1)) for i, owner in enumerate(owners)}
    cohort = join("clinic", {"a": make_modality(owners, labels)})
    with pytest.raises(DataError) as error:
        class_quotas(cohort, 0.2)
    (problem,) = map(str, error.value.complaints)
    assert "look like measurements and not like classes: 40 different numbers, from 0" in problem


def test_few_numbers_are_classes_and_no_measurements(make_modality: Make) -> None:
    owners = [f"P{i:03}" for i in range(51)]
    labels = {owner: i % 10 if i < 50 else 11 for i, owner in enumerate(owners)}
    with pytest.raises(DataError, match="class '11': has 1 subject"):
        class_quotas(join("clinic", {"a": make_modality(owners, labels)}), 0.5)


def test_a_class_that_nobody_is_of_is_told(make_modality: Make) -> None:
    part = make_modality(["P1", "P2", "P3", "P4"], {"P1": "a", "P2": "b", "P3": "a", "P4": "b"})
    with pytest.raises(DataError, match="class 'c': has 0 subjects"):
        class_quotas(join("clinic", {"a": part}, ["a", "b", "c"]), 0.5)
