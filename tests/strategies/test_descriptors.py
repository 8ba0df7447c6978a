"""What a descriptor of a shipped strategy must have beyond what the conformance kit asks.

How each of them picks is examined by the kit: ``tests/testing/test_everything_that_ships.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.strategies.plugin import albench_strategies

if TYPE_CHECKING:
    from albench.api import Descriptor

DESCRIPTORS = {descriptor.name: descriptor for descriptor in albench_strategies()}


@pytest.mark.parametrize("descriptor", DESCRIPTORS.values(), ids=DESCRIPTORS)
def test_descriptor_is_complete(descriptor: Descriptor) -> None:
    assert descriptor.summary.endswith(".")
    assert descriptor.cost in {"n", "n log n", "n b", "n^2"}
    assert all(option.help for option in descriptor.options)


def test_names_are_unique() -> None:
    assert len(DESCRIPTORS) == len(list(albench_strategies()))
