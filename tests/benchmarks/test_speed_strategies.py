"""The speed benchmark of strategies runs on small pools, and its page tells all three figures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "speed" / "strategies.py"
NAMES = ("margin", "k-center", "bald")

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return measured(tmp_path_factory.mktemp("speed") / "page.md", "--only", *NAMES)


def measured(path: Path, *options: str) -> str:
    """Return the page after a run on small pools."""
    command = [sys.executable, str(SCRIPT), "--quick", *options, "--write", str(path)]
    done = subprocess.run(  # noqa: S603  # our own command
        command, check=False, capture_output=True, text=True, timeout=240
    )
    assert done.returncode in (0, 1), done.stderr  # 1 where a target is missed, on a tiny pool
    return path.read_text(encoding="utf-8")


def rows(page: str, title: str) -> dict[str, dict[str, str]]:
    """Return a section's table by strategy."""
    _, _, section = page.partition(f"\n## {title}")
    lines = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    header, _, *body = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {row[0].strip("`"): dict(zip(header, row, strict=True)) for row in body}


@pytest.mark.parametrize("name", NAMES)
def test_a_ratio_to_a_peer_is_told(page: str, name: str) -> None:
    row = rows(page, "Against peers")[name]
    assert row["peer"] in ("scikit-activeml", "baal")
    assert float(row["ratio"]) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the most resident memory")
@pytest.mark.parametrize("name", NAMES)
def test_memory_is_told_in_units_of_the_inputs(page: str, name: str) -> None:
    assert float(rows(page, "Memory")[name]["times what it reads"]) >= 0


@pytest.mark.parametrize("name", NAMES)
def test_an_exponent_is_told(page: str, name: str) -> None:
    assert -2 < float(rows(page, "Growth")[name]["exponent"]) < 3


def test_growth_is_told_from_pools_of_which_as_much_is_read(page: str) -> None:
    sizes = {name: int(row["n"].replace(",", "")) for name, row in rows(page, "Growth").items()}
    assert sizes["margin"] > sizes["k-center"]  # of which it reads the probabilities alone
    assert sizes["margin"] > sizes["bald"]  # which reads several passes


def test_every_target_has_a_verdict(page: str) -> None:
    verdicts = [line for line in page.splitlines() if line.startswith("- ")]
    assert len(verdicts) == 5
    assert all("met" in line or "missed" in line for line in verdicts)


def test_every_part_tells_command_and_versions(page: str) -> None:
    for part in page.split("\n## ")[1:]:
        assert f"--quick --only {' '.join(NAMES)}" in part
        assert "scikit-activeml 1." in part


def test_what_is_not_measured_stays_as_it_was(page: str, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(page, encoding="utf-8")
    after = measured(path, "--part", "memory", "--only", "margin")
    assert set(rows(after, "Memory")) == {"margin"}
    for title in ("Against peers", "Growth"):
        assert rows(after, title) == rows(page, title)
    assert after.count("\n## ") == page.count("\n## ") == 3
