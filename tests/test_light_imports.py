"""Help and listings answer without what makes them slow; judged by modules, not by time."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("torch", "torchvision", "sklearn", "scipy", "pandas", "matplotlib", "skorch", "modAL")

RUN = """
import sys
from albench.cli import main
try:
    main({arguments!r})
except SystemExit as end:
    assert not end.code, end.code
print("imported:", *sorted(set({heavy!r}) & set(sys.modules)))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["run", "--help"],
        ["plugins", "list"],
        ["plugins", "list", "--json"],
        ["plugins", "show", "core/esd"],
        ["plugins", "doctor"],
        ["benchmarks"],
        ["completion", "bash"],
    ],
    ids=" ".join,
)
def test_a_light_command_imports_nothing_heavy(arguments: list[str]) -> None:
    code = RUN.format(arguments=arguments, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  # our own code
    assert done.stdout.splitlines()[-1] == "imported:"


def test_a_plan_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    arguments = ["plan", "quickstart", "--exclude-cohort", "liver"]  # that draws with SciPy
    code = RUN.format(arguments=arguments, heavy=(*HEAVY, "scipy.stats"))
    command = [sys.executable, "-c", code]
    # Elsewhere there may be a run, whose results are read with pandas.
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)  # noqa: S603  # our own code
    assert done.stdout.splitlines()[-1] == "imported: scipy"


def test_records_are_read_without_torch() -> None:
    code = "import sys, albench.records.tables, albench.records.provenance as p; p.provenance();"
    code += "print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  # our own code
    assert done.stdout.strip() == "False"
