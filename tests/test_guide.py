"""The guide works to the letter: its files are written and its commands run, one by one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench.api import Kind
from albench.cli import main
from albench.registry import discover

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs/your-strategy-in-ten-minutes.md"

BLOCK = re.compile(
    r"(?:^`(?P<file>[^`\n]+)`:\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)

# The new environment sees the packages of this one, and pip asks no index for anything. The first
# is done by a .pth file, since a venv made from a venv sees neither's packages.
OFFLINE = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # as pip reads it: no isolation
    "PIP_NO_DEPS": "1",
    "PIP_NO_INDEX": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
}


def steps(text: str) -> Iterator[tuple[str | None, str]]:
    """Yield each file with its content, and each command with None before it."""
    for block in BLOCK.finditer(text):
        if block["language"] == "bash":
            yield from ((None, line) for line in block["text"].splitlines())
        else:
            assert block["file"], f"a block of {block['language']} without the name of its file"
            yield block["file"], block["text"]


class Shell:
    """A shell that goes on where its last command left it: folder and variables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            ["bash"],  # noqa: S607  # the one on the path
            cwd=folder,
            env={**os.environ, **OFFLINE, "ALBENCH_CACHE": str(folder / "cache")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> str:
        """Return what a command prints; it must end well."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f'{command}\necho "@ended $? $PWD"\n')
        self.process.stdin.flush()
        lines: list[str] = []
        for line in self.process.stdout:
            if match := re.search(r"@ended (\d+) (.*)\n$", line):
                self.folder = Path(match[2])
                assert match[1] == "0", f"{command}: status {match[1]}\n{''.join(lines)}"
                return "".join(lines)
            lines.append(line)
        raise AssertionError(f"{command}: the shell ended\n{''.join(lines)}")


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    assert shell.process.stdin
    assert shell.process.stdout
    shell.process.stdin.close()
    shell.process.stdout.close()
    shell.process.wait()


def let_it_see_this_environment(venv: Path) -> None:
    here = sysconfig.get_path("purelib")
    there = venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    (there / "outer.pth").write_text(f"import site; site.addsitedir({here!r})\n")


@pytest.mark.sweep
@pytest.mark.timeout(900)
def test_the_guide_leads_to_a_report_with_the_new_strategy(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "albench").symlink_to(ROOT)
    shell.run(f"python() {{ '{sys.executable}' \"$@\"; }}")  # until a venv is active
    outputs = {}
    for file, text in steps(GUIDE.read_text(encoding="utf-8")):
        if file:
            assert (shell.folder / file).parent.is_dir()
            (shell.folder / file).write_text(text, encoding="utf-8")
        else:
            outputs[text] = shell.run(text)
        if text.startswith("python -m venv"):
            let_it_see_this_environment(tmp_path / "venv")
            shell.run("unset -f python")
    assert "rare-doubt/rare-doubt" in outputs["albench plugins show rare-doubt"]
    assert "0 failed" in outputs["albench run compare.toml"]
    answer = next(
        output for command, output in outputs.items() if command.startswith("albench try")
    )
    assert re.search(r"^rare-doubt/rare-doubt .* random: ", answer, re.MULTILINE)
    assert re.search(r"^margin +[+−]0\.\d+", answer, re.MULTILINE)
    assert "place: " in answer
    report = (shell.folder / "runs/compare/report/report.md").read_text(encoding="utf-8")
    assert {"random", "margin", "badge", "rare-doubt"} <= set(re.findall(r"[\w-]+", report))


@pytest.mark.usefixtures("untried_networks")
def test_the_files_of_the_guide_are_a_plugin_and_a_benchmark_that_can_be_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {file: text for file, text in steps(GUIDE.read_text(encoding="utf-8")) if file}
    for file, text in files.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    record = tmp_path / "src" / "albench_rare_doubt-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: albench-rare-doubt\nVersion: 1.0\n"
    )
    (record / "entry_points.txt").write_text("[albench]\nrare = albench_rare_doubt.plugin\n")
    monkeypatch.syspath_prepend(str(record.parent))
    discover.cache_clear()
    try:
        assert main(["plugins", "show", "rare-doubt"]) == 0
        strategy = discover().find(Kind.STRATEGY, "rare-doubt")
        assert callable(strategy.load()(**strategy.arguments({})))
        assert main(["plan", str(tmp_path / "compare.toml")]) == 0
    finally:
        discover.cache_clear()
    assert "skipped" not in capsys.readouterr().out


def test_the_guide_installs_nothing_from_a_path_that_only_we_have() -> None:
    commands = [text for file, text in steps(GUIDE.read_text(encoding="utf-8")) if not file]
    assert len(commands) > 10
    assert not [command for command in commands if re.search(r"(^|\s)/", command)]
