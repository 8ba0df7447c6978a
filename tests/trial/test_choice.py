"""Which cells fit into a time limit."""

from __future__ import annotations

from albench.trial.choice import affordable, cheapest

A, B, C = (("digits", "f", "small", budget) for budget in ("low", "middle", "high"))
TEN = range(10)


def test_all_repetitions_run_where_there_is_time() -> None:
    assert affordable({A: 1.0, B: 2.0}, TEN, set(), 30.0) == ([A, B], list(TEN))


def test_whole_repetitions_are_left_out_first() -> None:
    assert affordable({A: 1.0, B: 2.0}, TEN, set(), 20.9) == ([A, B], list(range(6)))


def test_the_dearest_blocks_are_left_out_where_only_so_a_verdict_is_possible() -> None:
    assert affordable({A: 1.0, B: 2.0, C: 9.0}, TEN, set(), 20.0) == ([A, B], list(range(6)))
    assert affordable({A: 1.0, B: 2.0, C: 9.0}, TEN, set(), 7.0) == ([A], list(range(7)))


def test_all_blocks_stay_where_no_verdict_is_possible() -> None:
    assert affordable({A: 1.0, B: 2.0}, TEN, set(), 4.0) == ([A, B], [0])
    assert affordable({A: 1.0, B: 2.0}, TEN, set(), 0.5) == ([A, B], [])


def test_fewer_repetitions_than_a_verdict_takes_are_enough_where_there_are_no_more() -> None:
    assert affordable({A: 1.0}, range(2), set(), 2.0) == ([A], [0, 1])


def test_what_is_done_takes_no_time() -> None:
    done = {(block, repetition) for block in (A, B) for repetition in range(6)}
    assert affordable({A: 1.0, B: 2.0}, TEN, done, 6.5) == ([A, B], list(range(8)))
    assert affordable({A: 1.0, B: 2.0}, TEN, done, -1.0) == ([A, B], [])


def test_a_first_look_takes_the_cheapest_blocks_and_one_at_least() -> None:
    costs = {C: 9.0, A: 1.0, B: 2.0}
    assert cheapest(costs, 100.0) == [A, B, C]
    assert cheapest(costs, 3.5) == [A, B]
    assert cheapest(costs, 0.1) == [A]
