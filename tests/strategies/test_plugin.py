from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "scipy", "sklearn", "albench.strategies.uncertainty")


def test_announcing_imports_nothing_heavy() -> None:
    code = (
        "import sys; from albench.strategies.plugin import albench_strategies; "
        f"albench_strategies(); print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    run = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
