"""A shell completes commands, options, benchmarks and folders."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from albench import cli
from albench.commands import COMMANDS
from albench.commands.completion import SHELLS

if TYPE_CHECKING:
    from pathlib import Path

TAB = """
. "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_shtab_albench
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_knows_every_command_and_benchmark(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    words = {word for name in COMMANDS for word in name.split()} | {"quickstart"}
    assert [word for word in sorted(words) if word not in script] == []


@pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("bash") is None, reason="there is no bash"
)
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["albench", "benchm"], {"benchmarks"}),
        (["albench", "plugins", "li"], {"list"}),
        (["albench", "run", "quick"], {"quickstart"}),
        (["albench", "run", "mi"], {"mine.toml"}),
        (["albench", "run", "quickstart", "--reuse"], {"--reuse-edited"}),
        (["albench", "plugins", "list", "--kind", "mo"], {"model"}),
        (["albench", "status", "ru"], {"runs"}),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else "",
)
def test_bash_completes(
    line: list[str], expected: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["completion", "bash"])
    (tmp_path / "albench.bash").write_text(capsys.readouterr().out)
    (tmp_path / "mine.toml").touch()
    (tmp_path / "runs").mkdir()
    done = subprocess.run(  # noqa: S603  # our own script
        ["bash", "-c", TAB, "bash", "./albench.bash", *line],  # noqa: S607  # whichever bash there is
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == expected
