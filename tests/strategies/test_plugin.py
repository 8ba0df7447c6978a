from __future__ import annotations

import subprocess
import sys

import pytest

from albench.strategies.declaration import strategy
from albench.strategies.hybrid.badge import Badge

HEAVY = ("torch", "scipy", "sklearn")
LIST = """
import sys
from albench.cli import main
assert main(["plugins", "list"]) == 0
print([name for name in sys.argv[1:] if name in sys.modules], file=sys.stderr)
"""


def test_listing_plugins_imports_nothing_heavy() -> None:
    run = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", LIST, *HEAVY], capture_output=True, text=True, check=True
    )
    assert "core/badge" in run.stdout
    assert run.stderr.strip() == "[]"


def test_two_strategies_cannot_share_a_name() -> None:
    class Impostor:
        needs = frozenset[str]()

    with pytest.raises(ValueError, match=rf"Impostor and .*{Badge.__name__} both declare 'badge'"):
        strategy("badge", "Another.")(Impostor)
