"""Options state what they allow, and descriptors hold only what they were given."""

from __future__ import annotations

from pathlib import Path

import pytest

from albench.api import API_VERSION, Descriptor, Kind, Option

COUNT = Option(name="passes", type=int, default=10, minimum=1, maximum=100)
SHARE = Option(name="dropout", type=float, default=0.5, minimum=0.0, maximum=0.9)
WORD = Option(name="pools", type=str, default="avg", choices=("avg", "max"))
SWITCH = Option(name="frozen", type=bool, default=True)
FILE = Option(name="file", type=Path, required=True)
NAMES = Option(name="columns", type=list)


def word(value: object) -> str:
    return value.name if isinstance(value, Option) else repr(value)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (COUNT, 1),
        (COUNT, 100),
        (SHARE, 0),
        (SHARE, 0.9),
        (WORD, "max"),
        (SWITCH, False),
        (FILE, "data.csv"),
        (FILE, Path("data.csv")),
        (NAMES, ["a", 1, 0.5]),
        (NAMES, []),
        (NAMES, None),  # nothing is what its default is
        (Option(name="free", type=float), 1e300),
    ],
    ids=word,
)
def test_an_allowed_value_gives_no_complaint(option: Option, value: object) -> None:
    assert option.complaint_about(value) is None


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        (COUNT, 0, "found 0, allowed is 1 to 100"),
        (COUNT, 101, "found 101, allowed is 1 to 100"),
        (COUNT, 1.0, "expected a whole number, found 1.0"),
        (COUNT, True, "expected a whole number, found True"),
        (COUNT, "3", "expected a whole number, found '3'"),
        (COUNT, None, "expected a whole number, found None"),
        (SHARE, float("nan"), "found nan, allowed is 0 to 0.9"),
        (SHARE, True, "expected a number, found True"),
        (WORD, "mean", "found 'mean', allowed are 'avg', 'max'"),
        (WORD, 3, "expected a string, found 3"),
        (SWITCH, 1, "expected true or false, found 1"),
        (FILE, 3, "expected a path, found 3"),
        (FILE, None, "expected a path, found None"),
        (NAMES, "a", "expected a list of strings or numbers, found 'a'"),
        (NAMES, [{}], "expected a list of strings or numbers, found [{}]"),
        (Option(name="low", type=int, default=0, minimum=0), -1, "found -1, allowed is 0 to inf"),
        (Option(name="up", type=int, default=0, maximum=0), 1, "found 1, allowed is -inf to 0"),
    ],
    ids=word,
)
def test_a_complaint_says_what_was_found_and_what_is_allowed(
    option: Option, value: object, said: str
) -> None:
    assert option.complaint_about(value) == said


def test_a_descriptor_is_of_this_api_unless_it_says_otherwise() -> None:
    assert Descriptor(name="m", kind=Kind.MODEL, target="x:y", summary="A toy.").api == API_VERSION


def test_a_descriptor_cannot_be_changed() -> None:
    descriptor = Descriptor(name="m", kind=Kind.MODEL, target="x:y", summary="A toy.")
    with pytest.raises(AttributeError):
        descriptor.version = 2  # type: ignore[misc]  # what the test is about
