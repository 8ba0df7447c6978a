"""Every command that takes a slice refuses an impossible one, and nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.cli import main

if TYPE_CHECKING:
    from pathlib import Path

OUT_OF_RANGE = ["3/2", "0/2", "1/0", "-1/2", "1", "one/two", "1/2/3"]
NOTHING = {
    "excluded": (["--cohort", "digits", "--exclude-cohort", "digits"], "leaves no cell"),
    "a repetition beyond the last": (["--repetitions", "99"], "99"),
    "a shard of more than there is": (["--cohort", "digits", "--shard", "5000/5000"], "shard"),
}


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize("shard", OUT_OF_RANGE)
def test_a_shard_out_of_range_is_told_with_what_is_expected(
    shard: str, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "quickstart", f"--shard={shard}"])
    assert end.value.code == 2
    assert f"--shard: found '{shard}', expected" in capfd.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize("why", NOTHING)
def test_a_slice_that_leaves_nothing_is_told_and_nothing_is_written(
    why: str, command: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    options, named = NOTHING[why]
    results = tmp_path / "run"
    assert main([command, "quickstart", "--output", str(results), *options]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert named in line
    assert not results.exists()
