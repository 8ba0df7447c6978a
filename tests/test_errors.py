"""Errors of input hold every complaint, each with its place."""

from __future__ import annotations

import pickle

import pytest

from albench import errors
from albench.errors import AlbenchError, Complaint, DataError, InputError


def test_a_complaint_is_read_as_place_and_problem() -> None:
    assert str(Complaint("x.csv, line 2", "found 'a'")) == "x.csv, line 2: found 'a'"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("one thing", "one thing"),
        (["one", Complaint("here", "another")], "one\nhere: another"),
    ],
    ids=["a text", "several"],
)
def test_an_error_is_read_as_its_complaints(given: str | list[str], read: str) -> None:
    assert str(DataError(given)) == read


def test_a_text_is_one_complaint() -> None:
    assert InputError("one thing").complaints == ("one thing",)


@pytest.mark.parametrize("given", ["one thing", ["one", "two"], [Complaint("here", "odd")]])
def test_an_error_crosses_processes(given: str | list[str | Complaint]) -> None:
    error = DataError(given)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (type(again), str(again), again.complaints) == (
        DataError,
        str(error),
        error.complaints,
    )


def test_every_error_has_one_root() -> None:
    classes = [x for x in vars(errors).values() if isinstance(x, type) and issubclass(x, Exception)]
    assert classes
    assert all(issubclass(error, AlbenchError) for error in classes)
