"""The kit works: each fault is caught by the check meant for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from albench.api import Kind
from albench.testing.catalogue import OF_DESCRIPTORS, OF_KIND
from albench.testing.check_report import Status

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_fault_is_caught_by_its_check(fault: Any, examine: Callable[..., Any]) -> None:
    result = examine(fault.target, fault.descriptor, entry=fault.entry).result(fault.check)
    assert result.status is Status.FAILED, result
    assert fault.says in result.reason


@pytest.mark.parametrize("kind", Kind)
def test_every_check_of_a_kind_catches_some_fault(kind: Kind, all_faults: list[Any]) -> None:
    proved = {fault.check for fault in all_faults if fault.descriptor.kind is kind}
    assert not {check.name for check in OF_KIND[kind]} - proved


def test_every_check_of_descriptors_catches_some_fault(all_faults: list[Any]) -> None:
    proved = {fault.check for fault in all_faults}
    assert not {check.name for check in OF_DESCRIPTORS} - proved


@pytest.mark.parametrize("kind", Kind)
def test_what_is_sound_fails_no_check(kind: Kind, sound: Any, examine: Callable[..., Any]) -> None:
    target, descriptor = sound(kind)
    report = examine(target, descriptor).report()
    assert report.ok, report.as_table()
