"""Plans of the toys' specification."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.cohort.join import join
from albench.plan import Plan, make, resolve
from albench.plan.matrix import modality_sets

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality
    from albench.registry import Registry
    from albench.spec import Specification

LABELS = {"P1": "F0", "P2": "F1", "P3": "F0", "P4": "F1"}


@pytest.fixture
def planned(
    parse: Callable[..., Specification], make_modality: Callable[..., Modality], toys: Registry
) -> Callable[..., Plan]:
    """Plan the toys' specification, or another, with some of its text changed.

    Every modality has four subjects; `contents` gives one of them other data.
    """

    def plan(
        *changes: tuple[str, str],
        registry: Registry = toys,
        contents: dict[str, str] | None = None,
    ) -> Plan:
        resolved = resolve(parse(*changes), registry)
        cohorts = {}
        for name, chosen in modality_sets(resolved):
            data = {key: (contents or {}).get(key, key) for key in chosen}
            parts = {key: make_modality(LABELS, LABELS, data[key]) for key in chosen}
            cohorts[name, chosen] = join(name, parts)
        return make(resolved, cohorts)

    return plan
