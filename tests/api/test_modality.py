"""A fingerprint depends on content alone: not on memory order, byte order or the machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albench.api import Modality, fingerprint

ARRAY = np.arange(12, dtype=np.float32).reshape(3, 4)
PARTS = st.lists(st.text(max_size=3) | st.binary(max_size=3), max_size=4)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), "e3b0c44298fc1c149afbf4c8996fb924"),
        (("digits", np.arange(3, dtype=np.int64)), "94e88cf7412df3f8c5b63bb0122c271d"),
        ((ARRAY,), "a5291785ad7680fb465e47305946f657"),
        ((np.array(["P1", "P02"]), b"x"), "3373cb73bcf49a8b6249380508fb4d82"),
    ],
    ids=["nothing", "text and integers", "floats", "texts and bytes"],
)
def test_a_fingerprint_is_the_same_on_every_machine(parts: tuple[Any, ...], expected: str) -> None:
    assert fingerprint(*parts) == expected


@pytest.mark.parametrize(
    "same",
    [ARRAY.copy(), np.asfortranarray(ARRAY), ARRAY.astype(">f4"), np.tile(ARRAY, 2)[:, :4]],
    ids=["copy", "memory order", "byte order", "not contiguous"],
)
def test_equal_arrays_have_equal_fingerprints(same: np.ndarray) -> None:
    assert fingerprint(same) == fingerprint(ARRAY)


@pytest.mark.parametrize(
    "other",
    [ARRAY.T, ARRAY.ravel(), ARRAY.astype(np.float64), ARRAY + np.eye(3, 4, dtype=np.float32)],
    ids=["transposed", "shape", "type", "content"],
)
def test_different_arrays_have_different_fingerprints(other: np.ndarray) -> None:
    assert fingerprint(other) != fingerprint(ARRAY)


def test_texts_have_one_fingerprint_whatever_array_holds_them() -> None:
    names = ["P1", "P02"]
    assert fingerprint(np.array(names)) == fingerprint(np.array(names, dtype=object))
    assert fingerprint(np.array(names)) == fingerprint(np.array(names, dtype="<U40"))


@given(PARTS, PARTS)
@settings(derandomize=True, deadline=None, max_examples=80)
def test_parts_do_not_run_into_one_another(one: list[str], other: list[str]) -> None:
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)


def test_a_modality_is_as_long_as_it_has_rows() -> None:
    modality = Modality(
        subjects=np.array(["a", "a", "b"]),
        shape=(2,),
        read=lambda rows: np.zeros((len(rows), 2), np.float32),
        fingerprint="",
    )
    assert len(modality) == 3
