"""Margins: the specification's, or one test subject."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from albench.analysis.equivalence import margins

COHORTS: Any = {"a": SimpleNamespace(test_subjects=50), "b": SimpleNamespace(test_subjects=0)}


def test_one_test_subject_is_the_margin() -> None:
    margin_of = margins(COHORTS, None)
    assert margin_of["a"] == 0.02
    assert math.isnan(margin_of["b"])


def test_the_specification_says_another() -> None:
    assert margins(COHORTS, 0.01) == {"a": 0.01, "b": 0.01}
