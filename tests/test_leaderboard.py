"""The workflow of a leaderboard works with whatever bundles there are."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

WORKFLOW = Path(__file__).parents[1] / "docs" / "examples" / "leaderboard.yml"


def script() -> str:
    """Return what the workflow has albench do."""
    steps = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["check"]["steps"]
    return "\n".join(step["run"] for step in steps if "albench " in step.get("run", ""))


@pytest.mark.parametrize(
    ("bundles", "said"),
    [
        (
            ["a.zip", "b c.zip"],
            [
                "check|bundles/a.zip|bundles/b c.zip",
                "site|results/ours|bundles/a.zip|bundles/b c.zip|-o|site",
            ],
        ),
        ([], ["site|results/ours|-o|site"]),
    ],
)
def test_a_site_is_built_of_the_bundles_that_are_left(
    bundles: list[str], said: list[str], tmp_path: Path
) -> None:
    (tmp_path / "results" / "ours").mkdir(parents=True)
    (tmp_path / "bundles").mkdir()
    for name in bundles:
        (tmp_path / "bundles" / name).touch()
    albench = tmp_path / "bin" / "albench"
    albench.parent.mkdir()
    albench.write_text('#!/bin/bash\nIFS="|"; echo "$*"\n')
    albench.chmod(0o755)
    path = f"{albench.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603  # words of our own file
        ["bash", "-e", "-c", script()],  # noqa: S607  # as GitHub calls it
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == said
