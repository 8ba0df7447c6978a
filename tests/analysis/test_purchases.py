"""What purchases are like, against small pools that are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from albench.analysis.purchases import Pool, measures, overlaps

TRAIN = np.arange(10)
CLASSES = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])  # the last two are tested on
SUBJECTS = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])


def told(picks: list[list[int]], pool: Pool, point: str = "0.5") -> dict[str, float]:
    return {one.measure: one.value for one in measures(picks, pool) if one.point == point}


def test_classes_are_compared_with_the_training_part() -> None:
    pool = Pool(TRAIN, CLASSES, np.arange(12))
    # Of four bought two are of the rare class, which is a fifth of the training part.
    mix = told([[0], [8, 1], [9, 2]], pool)
    assert mix["class mix"] == pytest.approx(0.5 - 0.2)
    assert mix["rarest class"] == pytest.approx(0.5 / 0.2)
    assert "subjects" not in mix  # each has one candidate


def test_subjects_are_counted_for_each_candidate_bought() -> None:
    pool = Pool(TRAIN, CLASSES, SUBJECTS)
    assert told([[0], [2, 3], [4, 6]], pool)["subjects"] == 3 / 4


def test_duplicates_are_of_all_that_was_labelled_before() -> None:
    contents = np.arange(12)
    contents[[1, 3]] = contents[[0, 2]]  # 1 is like 0, and 3 like 2
    pool = Pool(TRAIN, CLASSES, SUBJECTS, contents)
    assert told([[0], [1, 2], [3, 4]], pool)["duplicates"] == 2 / 4


def test_distance_is_that_from_the_nearest_labelled_against_the_pool() -> None:
    line = np.arange(12.0)[:, None]
    pool = Pool(TRAIN, CLASSES, SUBJECTS, vectors={"a": line})
    # From 0 the pool is 1 to 9 away, 5 in the mean; then from 0 or 9, 1 to 4 and back.
    far, near = (told(picks, pool, "0.3") for picks in ([[0], [9], [4]], [[0], [1], [2]]))
    assert far["distance"] == pytest.approx((9 / 5 + 4 / (2 * (1 + 2 + 3 + 4) / 8)) / 2)
    assert near["distance"] < 1 < far["distance"]
    assert set(far) == {"class mix", "rarest class", "subjects", "distance"}


def test_each_modality_has_a_distance_of_its_own() -> None:
    line, noise = np.arange(12.0)[:, None], np.random.default_rng(0).normal(size=(12, 3))
    pool = Pool(TRAIN, CLASSES, SUBJECTS, vectors={"a": line, "b": noise})
    alone = Pool(TRAIN, CLASSES, SUBJECTS, vectors={"b": noise})
    both, one = (told([[0], [9], [4]], p, "0.3") for p in (pool, alone))
    assert both["distance in b"] == one["distance"]
    assert both["distance in a"] > 1


def test_points_are_those_that_the_curve_gets_to() -> None:
    pool = Pool(TRAIN, CLASSES, SUBJECTS)
    points = {one.point for one in measures([[0], [1], [2]], pool)}
    assert points == {"0.3", "final"}
    assert not list(measures([[0]], pool))  # nothing was bought
    assert {one.point for one in measures([[0], list(range(1, 10))], pool)} == set()


def test_overlap_is_of_the_smaller_purchase_beside_chance() -> None:
    picks = {"a": [[0], [1, 2], [3, 4]], "b": [[0], [2, 3], [5, 6]]}
    (one, other) = [o for o in overlaps(picks, 10) if o.point == "0.5"]
    assert (one.strategy, one.other, other.strategy) == ("a", "b", "b")
    assert one.share == 2 / 4
    assert one.chance == 4 / 9
