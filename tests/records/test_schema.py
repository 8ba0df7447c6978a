"""Results are plain data that come back as they were, bit for bit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from albench.records.schema import CellStatus, Finished, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

FLOATS = arrays(np.float32, array_shapes(min_dims=2, max_dims=2), elements=st.floats(width=32))


@given(FLOATS)
@settings(derandomize=True, deadline=None)
def test_a_packed_array_comes_back_bit_for_bit(values: np.ndarray) -> None:
    again = unpack(pack(values))
    assert (again.shape, again.tobytes()) == (values.shape, values.tobytes())


@pytest.mark.parametrize(
    "values",
    [
        np.arange(6, dtype=">f4").reshape(2, 3),
        np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
        np.arange(12, dtype=np.float32).reshape(2, 6)[:, ::2],
        np.empty((0, 3), dtype=np.float32),
    ],
    ids=["byte order", "memory order", "slices", "no rows"],
)
def test_an_array_is_packed_whatever_its_memory_looks_like(values: np.ndarray) -> None:
    np.testing.assert_array_equal(unpack(pack(values)), values, strict=False)
    assert unpack(pack(values)).shape == values.shape


def test_an_unpacked_array_can_be_worked_on() -> None:
    again = unpack(pack(np.zeros((2, 2), dtype=np.float32)))
    again[0] = 1
    assert again.dtype == np.float32


@pytest.mark.parametrize("status", [x for x in CellStatus if x not in ("missing", "skipped")])
def test_an_end_comes_back_from_a_journal_s_line_as_it_was(
    status: CellStatus, finished: Callable[..., Finished]
) -> None:
    end = finished("c1", status)
    assert Finished.from_json(json.loads(json.dumps(end.to_json()))) == end


def test_marks_come_back_from_a_journal_s_line_as_they_were(marked: Finished) -> None:
    assert Finished.from_json(json.loads(json.dumps(marked.to_json()))) == marked


def test_a_failure_keeps_the_rounds_before_it(
    finished: Callable[..., Finished], make_round: Callable[..., object]
) -> None:
    end = finished("c1", CellStatus.TIMEOUT, rounds=[make_round(0)])
    again = Finished.from_json(json.loads(json.dumps(end.to_json())))
    assert [entry.round for entry in again.rounds] == [0]
