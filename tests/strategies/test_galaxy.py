from __future__ import annotations

from typing import Any

import numpy as np

from albench.strategies.hybrid.galaxy import Galaxy, bisect, galaxy, lines

LINE = np.arange(9)


def labels(**at: int) -> Any:
    line = np.full(9, -1)
    for place, label in at.items():
        line[int(place[1:])] = label
    return line


def test_the_shortest_cut_is_halved() -> None:
    assert bisect(LINE, labels(_0=0, _6=1, _8=0), 0) == 7
    assert bisect(LINE, labels(_0=0, _6=1), 0) == 3


def test_labels_of_the_same_side_are_no_cut() -> None:
    assert bisect(LINE, labels(_0=1, _4=2, _8=1), 0) is None


def test_without_room_between_labels_the_nearest_beside_them_is_taken() -> None:
    line = labels(_2=0, _3=0, _4=1, _5=1, _6=1)
    assert bisect(LINE, line, 0) == 1


def test_candidates_stand_by_the_probability_of_the_class() -> None:
    proba = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.9, 0.1, 0.0], [0.4, 0.5, 0.1]])
    assert lines(proba)[0].tolist() == [2, 1, 3, 0]


def test_two_classes_share_a_line() -> None:
    assert lines(np.array([[0.2, 0.8], [0.7, 0.3]])).tolist() == [[1, 0]]


def test_the_first_pick_lies_halfway_between_the_classes(make_pool: Any, rng: Any) -> None:
    share = np.linspace(0.05, 0.95, 9)
    rows = np.concatenate([share, [0.01, 0.99]])
    pool = make_pool(9, labels=[1, 0], proba=np.stack([rows, 1 - rows], axis=1))
    assert Galaxy()(pool, 1, rng) == [4]


def test_picks_go_on_round_the_predicted_boundary(rng: Any) -> None:
    share = np.linspace(0.01, 0.99, 99)
    proba = np.stack([share, 1 - share], axis=1)
    picks = galaxy(proba, np.array([1]), 1, rng)
    many = galaxy(np.concatenate([proba[:1], proba[-1:], proba[1:-1]]), np.array([1, 0]), 20, rng)
    assert len(picks) == 1
    assert np.abs(many + 1 - 49).min() <= 1
    assert np.median(np.abs(many + 1 - 49)) < 15
