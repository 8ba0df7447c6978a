"""Run the smoke benchmark twice, with different numbers of jobs, and compare all but the times.

``python benchmarks/smoke.py FOLDER``: exit status 1 if a cell failed or the records differ.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from albench.cli import main
from albench.records import journal, tables

SPEC = Path(__file__).parent / "smoke.toml"


def essences(results: Path) -> dict[str, tuple[Any, ...]]:  # what `tables.essence` gives
    """Return what of each cell must be equal, and fail if a cell did not succeed."""
    records = tables.gather(journal.read(results / "journal"))
    planned = {cell.cell for cell in records.run.cells}
    if planned != set(records.finished):
        sys.exit(f"{results}: {len(planned - set(records.finished))} cells are missing")
    return {cell: tables.essence(end) for cell, end in records.finished.items()}


def compare(folder: Path) -> None:
    """Run twice into a folder and compare."""
    shutil.rmtree(folder, ignore_errors=True)
    for jobs in ("1", "2"):
        output = str(folder / jobs)
        if main(["run", str(SPEC), "--output", output, "--jobs", jobs]) != 0:
            sys.exit(f"the smoke benchmark failed with --jobs {jobs}")
    first, second = essences(folder / "1"), essences(folder / "2")
    different = [cell for cell in first if first[cell] != second.get(cell)]
    if different:
        sys.exit(f"{len(different)} of {len(first)} cells differ between --jobs 1 and 2")
    print(f"{len(first)} cells equal, but for times, with --jobs 1 and 2")


if __name__ == "__main__":
    compare(Path(sys.argv[1]))
