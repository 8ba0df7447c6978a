"""Tests that share what is expensive run in one process."""

from __future__ import annotations

import os

import pytest


@pytest.mark.xdist_group("grouped")
def test_the_group_of_a_test_is_known_to_whom_hands_them_out(
    request: pytest.FixtureRequest,
) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("all tests run in one process")
    assert request.node.nodeid.endswith("@grouped"), "a run shared by a file is made twice"
