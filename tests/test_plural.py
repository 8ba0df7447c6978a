"""A count and its noun agree."""

from __future__ import annotations

import pytest

from albench.plural import plural


@pytest.mark.parametrize(
    ("n", "expected"), [(0, "0 cells"), (1, "1 cell"), (2, "2 cells"), (384, "384 cells")]
)
def test_only_one_is_singular(n: int, expected: str) -> None:
    assert plural(n, "cell") == expected


@pytest.mark.parametrize(("n", "expected"), [(1, "1 entry was"), (2, "2 entries were")])
def test_irregular_words_are_given(n: int, expected: str) -> None:
    assert plural(n, "entry was", "entries were") == expected
