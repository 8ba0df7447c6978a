"""Each child sees one GPU, the one that fewest others have."""

from __future__ import annotations

import pytest

from albench.engines.gpu_assignment import DevicePool, visible_devices


def test_children_are_spread_over_the_devices() -> None:
    pool = DevicePool(["2", "5"])
    with pool.one() as first, pool.one() as second, pool.one() as third:
        assert first == {"CUDA_VISIBLE_DEVICES": "2"}
        assert second == {"CUDA_VISIBLE_DEVICES": "5"}
        assert third == first
    with pool.one() as again:
        assert again == first


def test_without_a_device_a_child_is_told_of_none() -> None:
    with DevicePool([]).one() as environment:
        assert environment == {}


@pytest.mark.parametrize(
    ("listed", "devices"), [("0,3", ("0", "3")), ("", ()), ("-1", ()), ("MIG-a", ("MIG-a",))]
)
def test_what_the_worker_may_see_is_what_there_is(
    listed: str, devices: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", listed)
    assert visible_devices() == devices
