"""What a run records about its cohorts, by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench import session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_samples_and_candidates_are_counted_by_class(write_spec: Callable[..., Path]) -> None:
    opened = session.open_spec(str(write_spec("first")))
    record = opened.describe()["digits"]
    assert record.class_order == tuple(str(k) for k in range(10))
    assert sum(record.class_candidates["profile"].values()) == record.candidates["profile"]
    # A digit has one sample of each view.
    assert record.class_samples["profile"]["profile"] == record.classes
