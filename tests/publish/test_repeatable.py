"""The command of published results can be repeated by others."""

from __future__ import annotations

from pathlib import Path

import pytest

from albench.publish.repeatable import repeatable

HERE = Path("/home/ann/lab")


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ("run a.toml --output /tmp/x --jobs 2", "run a.toml --jobs 2"),
        ("run a.toml --output=/tmp/x", "run a.toml"),
        ("run a.toml --out ../x --from /data/old", "run a.toml"),
        (
            "run a.toml --output runs/b --from results/a",
            "run a.toml --output runs/b --from results/a",
        ),
        ("run /home/ann/lab/my/a.toml", "run my/a.toml"),
        ("run /home/ann/a.toml", "run a.toml"),
        ("run a.toml --replay /data/old --model m", "run a.toml --replay old --model m"),
        ("run a.toml --engine dask --scheduler tcp://10.0.0.5:8786", "run a.toml --engine dask"),
        ("run 'my file.toml' --strategy 'core/*'", "run 'my file.toml' --strategy 'core/*'"),
        ("run 'half", "run 'half"),
    ],
)
def test_a_command_names_no_place_that_others_lack(recorded: str, shown: str) -> None:
    assert repeatable(recorded, HERE) == shown
