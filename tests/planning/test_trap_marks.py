"""A trap's mark must be one that its cohort has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from albench.cohort.join import Cohort, join
from albench.planning.trap_marks import unknown_marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality
    from albench.spec import Benchmark, Specification

TRAP = '[[traps]]\ncohort = "clinic"\nbest = "b"\nfall = "buys-more"\nmark = "{}"\n'


def trapped(parse: Callable[..., Specification], mark: str, noise: str = "") -> Benchmark:
    table = TRAP.format(mark)
    changes = [("[budgets.tenth]", f"{table}[budgets.tenth]")]
    if noise:
        changes.append(("[cohorts.clinic.modalities]", f"{noise}\n[cohorts.clinic.modalities]"))
    return parse(*changes).benchmark


def marked(make_modality: Callable[..., Modality]) -> dict[tuple[str, tuple[str, ...]], Cohort]:
    modality = make_modality(["P1", "P2"])
    modality = replace(
        modality, labels={"P1": "a", "P2": "b"}, marks={"failed": np.array([True, False])}
    )
    return {("clinic", ("b",)): join("clinic", {"b": modality}, None)}


def test_a_mark_that_the_cohort_has_is_known(
    parse: Callable[..., Specification], make_modality: Callable[..., Modality]
) -> None:
    for mark in ("failed", "b failed"):
        assert not list(unknown_marks(trapped(parse, mark), marked(make_modality)))


def test_a_mark_that_nothing_has_is_told_with_those_there_are(
    parse: Callable[..., Specification], make_modality: Callable[..., Modality]
) -> None:
    (complaint,) = unknown_marks(trapped(parse, "copy"), marked(make_modality))
    assert str(complaint) == (
        "traps[0].mark: no sample of cohort clinic is marked 'copy'; marks: any mark, b failed, "
        "failed"
    )


def test_a_cohort_that_is_not_in_use_is_not_judged(parse: Callable[..., Specification]) -> None:
    assert not list(unknown_marks(trapped(parse, "copy"), {}))
