"""Asking a strategy in another process imports no more than the strategy itself does."""

from __future__ import annotations

import subprocess
import sys

import pytest

import albench.testing

SCRIPT = """
import sys
import albench.testing.strategies.across_processes
print(*sorted({"torch", "sklearn", "skorch", "modAL"} & set(sys.modules)))
"""


def test_the_process_in_which_a_strategy_is_asked_imports_no_heavy_library() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True)  # noqa: S603  # our own code
    assert not done.stdout.strip()


def test_the_kit_gives_every_public_name() -> None:
    assert all(getattr(albench.testing, name).__name__ == name for name in albench.testing.__all__)


def test_the_kit_says_which_name_it_does_not_have() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        albench.testing.__getattr__("nothing")
