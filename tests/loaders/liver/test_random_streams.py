import numpy as np

from albench.loaders.liver.random_streams import generator, pick, shuffled


def test_equal_names_give_equal_streams_and_others_do_not() -> None:
    first, again, other = (
        generator(*names).random(4) for names in [(0, "a", 1), (0, "a", 1), (0, "a", 2)]
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_shuffle_is_a_permutation_that_never_changes() -> None:
    # Written down: who has how many images must be the same with every NumPy.
    assert shuffled(6, "video", 0) == SHUFFLED
    assert sorted(shuffled(50, "x")) == list(range(50))


SHUFFLED = [1, 4, 3, 5, 2, 0]


def test_picks_are_about_equally_likely() -> None:
    picks = [pick("abc", number) for number in range(600)]
    assert all(150 < picks.count(letter) < 250 for letter in "abc")
