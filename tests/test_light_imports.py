"""Help and listings answer without what makes them slow; judged by modules, not by time."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("torch", "torchvision", "sklearn", "scipy", "pandas", "matplotlib", "skorch", "modAL")

UNTRIED = """
from albench.execute import stacking_verdicts, trials
trials.verdicts = lambda makes: [trials.StackingVerdict(stacking_verdicts.UNKNOWN)] * len(makes)
"""
"""Whether networks learn in lockstep is tried in a process that imports torch: for seconds."""

RUN = """
import sys
from albench.cli import main
{first}
for arguments in {commands!r}:
    try:
        main(arguments)
    except SystemExit as end:
        assert not end.code, end.code
    print("imported:", *arguments, "|", *sorted(set({heavy!r}) & set(sys.modules)))
{last}
"""

LIGHT = (
    ["--help"],
    ["--version"],
    ["run", "--help"],
    ["plugins", "list"],
    ["plugins", "list", "--json"],
    ["plugins", "show", "core/esd"],
    ["plugins", "doctor"],
    ["benchmarks"],
    ["completion", "bash"],
)
READ_RECORDS = """
import albench.records.tables, albench.records.provenance
albench.records.provenance.provenance()
print("imported: records |", *{"torch"} & set(sys.modules))
"""


def imported_by(
    *commands: list[str],
    heavy: tuple[str, ...] = HEAVY,
    first: str = "",
    last: str = "",
    folder: Path | None = None,
) -> dict[str, str]:
    """Return what has been imported after each command, which one process runs in turn."""
    code = RUN.format(commands=commands, heavy=heavy, first=first, last=last)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)  # noqa: S603  # our own code
    told = [line for line in done.stdout.splitlines() if line.startswith("imported: ")]
    parts = [line.removeprefix("imported: ").partition(" |") for line in told]
    return {said: imported.strip() for said, _, imported in parts}


def test_light_commands_import_nothing_heavy_and_records_are_read_without_torch() -> None:
    imported = imported_by(*LIGHT, last=READ_RECORDS)
    assert imported == dict.fromkeys([*map(" ".join, LIGHT), "records"], "")


def test_a_plan_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    arguments = ["plan", "quickstart", "--exclude-cohort", "liver"]  # that draws with SciPy
    heavy = (*HEAVY, "scipy.stats")
    # Elsewhere there may be a run, whose results are read with pandas.
    imported = imported_by(arguments, heavy=heavy, first=UNTRIED, folder=tmp_path)
    assert imported == {" ".join(arguments): "scipy"}
