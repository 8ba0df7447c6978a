"""A pattern tells from a file's path whose it is."""

from __future__ import annotations

import pytest

from albench.api import DataError
from albench.loaders.placeholders import fill, names_in, pattern_of

KNOWN = {
    "a folder a class": ("{label}/*.png", "a/b/cat/1.png", {"label": "cat"}),
    "at the top": ("{label}/*.png", "cat/1.png", {"label": "cat"}),
    "within a name": ("CXR_{n}_{label}.png", "CXR_0001_0.png", {"n": "0001", "label": "0"}),
    "the first takes most": ("{kind}_{n}.png", "a_b_7.png", {"kind": "a_b", "n": "7"}),
    "a name twice": ("{n}/{n}.png", "p1/p1.png", {"n": "p1"}),
    "what else is literal": ("{label} (+).png", "F0 (+).png", {"label": "F0"}),
}


@pytest.mark.parametrize("case", KNOWN)
def test_names_stand_for_what_is_in_their_place(case: str) -> None:
    text, path, values = KNOWN[case]
    assert pattern_of(text, "files").values(path) == values


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{label}/*.png", "cat/1.jpg"),
        ("{label}/*.png", "1.png"),
        ("{n}/{n}.png", "p1/p2.png"),
        ("a.png", "axpng"),
        ("{label}.png", "x.png/y"),
    ],
)
def test_another_path_does_not_match(text: str, path: str) -> None:
    assert pattern_of(text, "files").values(path) is None


def test_names_are_listed_once_in_their_order() -> None:
    assert pattern_of("{b}/{a}/{b}.png", "files").names == ("b", "a")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}/*.png", "holds no plain name"),
        ("{a b}/*.png", "holds no plain name"),
        ("{label/*.png", "a brace without its partner"),
        ("label}/*.png", "a brace without its partner"),
    ],
)
def test_a_malformed_pattern_is_refused_with_its_option(text: str, problem: str) -> None:
    with pytest.raises(DataError, match="option 'files': found ") as refused:
        pattern_of(text, "files")
    assert problem in str(refused.value)


def test_a_template_is_filled() -> None:
    assert names_in("{part}/{n}-x") == ["part", "n"]
    assert fill("{part}/{n}-x", {"part": "Val", "n": "7", "other": "?"}) == "Val/7-x"
