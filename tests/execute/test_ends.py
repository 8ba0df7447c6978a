"""How commands end: status 0 only if they did what they promise, else a one-line message."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from albench import session
from albench.cli import main
from albench.engines import recorder
from albench.errors import InputError
from albench.execute import preparation
from albench.execute.lock import FolderLock, require_writable
from albench.execute.reuse import successes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    WriteSpec = Callable[..., Path]
    Started = Callable[..., subprocess.Popen[str]]


PLAIN = """
name = "plain"
repetitions = 1
[cohorts.digits]
test = 0.9
[cohorts.digits.modalities]
profile = { loader = "digits", options = { view = "profile" } }
[models.m]
plugin = "mmfn"
options = { width = 8, hidden = 8 }
training = { epochs = 1, min_updates = 3 }
[budgets.b]
initial = 20
query = 10
stop = 30
[[matrix]]
cohorts = ["digits"]
models = ["m"]
strategies = ["margin"]
budgets = ["b"]
"""
"""Three cells of parts that ship with albench."""


def started(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    return launched([sys.executable, "-m", "albench", *arguments], **options)


def launched(command: Sequence[object], **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  # our own command
        list(map(str, command)),
        stderr=subprocess.PIPE,
        text=True,
        **{"stdout": subprocess.PIPE, **options},
    )


@pytest.fixture
def shortly_started(short_command: tuple[str, ...]) -> Started:
    """Start a run whose report is not what is tested."""
    return lambda *arguments, **options: launched([*short_command, *arguments], **options)


def fork_server_of(process: subprocess.Popen[str]) -> psutil.Process:
    while process.poll() is None:
        for child in psutil.Process(process.pid).children():
            if "forkserver" in " ".join(child.cmdline()):
                return child
        time.sleep(0.02)
    pytest.fail(f"it ended without a fork server:\n{process.communicate()[1]}")


def is_there(path: str) -> Callable[[Path], bool]:
    """Return what tells whether a results folder holds such a file."""
    return lambda results: any(results.glob(path))


STAGES = {
    "while it imports": lambda _: True,
    "in round 0": is_there("work/logs/start-*"),
    "after round 0": is_there("work/starts/*"),
}


@pytest.mark.sweep
@pytest.mark.parametrize(
    "stage",
    [
        pytest.param(stage, marks=[pytest.mark.sweep] * (stage != "after round 0"))
        for stage in STAGES
    ],
)
def test_a_run_whose_fork_server_is_killed_goes_on_with_a_new_one(
    stage: str, write_spec: WriteSpec, shortly_started: Started, tmp_path: Path
) -> None:
    results = tmp_path / "out"
    process = shortly_started("run", write_spec("margin"), "--output", results)
    server = fork_server_of(process)
    while not STAGES[stage](results) and process.poll() is None:
        time.sleep(0.02)
    server.kill()
    output, error = process.communicate(timeout=200)
    assert "Traceback" not in error
    assert process.returncode == 0, error
    assert "3 cells done" in output
    assert (results / "report" / "index.html").is_file()


def test_a_run_whose_fork_server_is_killed_again_and_again_says_so(
    write_spec: WriteSpec, shortly_started: Started, tmp_path: Path
) -> None:
    process = shortly_started("run", write_spec("margin"), "--output", tmp_path / "out")
    stop = threading.Event()

    def kill_servers() -> None:
        while not stop.is_set():
            try:
                for child in psutil.Process(process.pid).children():
                    if "forkserver" in " ".join(child.cmdline()):
                        child.kill()
            except psutil.Error:
                continue
            time.sleep(0.02)

    killing = threading.Thread(target=kill_servers)
    killing.start()
    _, error = process.communicate(timeout=200)
    stop.set()
    killing.join()
    assert process.returncode == 1
    assert "Traceback" not in error
    assert "no process can be started" in error or "fork server" in error


@dataclass(frozen=True)
class Unread:
    """A run in a folder for temporary files with a long name, whose output nobody reads."""

    results: Path
    temporary: Path
    status: int
    error: str


@pytest.fixture(scope="module")
def unread(tmp_path_factory: pytest.TempPathFactory) -> Unread:
    folder = tmp_path_factory.mktemp("unread")
    temporary = folder / ("long" * 25)
    temporary.mkdir()
    spec, results = folder / "plain.toml", folder / "out"
    spec.write_text(PLAIN)
    reading, writing = os.pipe()
    os.close(reading)
    environment = os.environ | {"TMPDIR": str(temporary)}
    process = started("run", spec, "--output", results, stdout=writing, env=environment)
    os.close(writing)
    _, error = process.communicate(timeout=200)
    return Unread(results, temporary, process.returncode, error)


@pytest.mark.sweep
@pytest.mark.xdist_group("unread")  # one run for both
def test_a_reader_that_leaves_changes_nothing_but_what_is_read(unread: Unread) -> None:
    assert (unread.status, "Traceback" in unread.error) == (0, False)
    assert len(successes(unread.results)) == 3
    assert (unread.results / "report" / "index.html").is_file()


@pytest.mark.sweep
@pytest.mark.xdist_group("unread")
def test_a_folder_for_temporary_files_may_have_a_long_name(unread: Unread) -> None:
    assert unread.status == 0, unread.error
    assert [entry for entry in unread.temporary.rglob("*") if not entry.is_dir()] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_an_output_that_takes_nothing_is_a_failure() -> None:
    with Path("/dev/full").open("w") as full:
        process = started("plugins", "list", stdout=full)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert error == "albench: No space left on device\n"


def test_text_that_an_output_cannot_show_is_escaped() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    process = started("plugins", "show", "random-class", env=environment)
    output, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")
    assert "L\\xfcth et al." in output


@pytest.mark.usefixtures("short_reports")
def test_a_second_run_into_a_folder_is_told_who_is_there(
    write_spec: WriteSpec, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "out"
    with FolderLock(results, ["albench", "run", "toy"]) as lock:
        lock.acquire()
        assert main(["run", str(write_spec("margin")), "--output", str(results)]) == 2
        error = capfd.readouterr().err
    assert f"is in use by process {os.getpid()}" in error
    assert "albench run toy" in error
    assert not (results / "journal").exists()
    assert main(["run", str(write_spec("margin")), "--output", str(results)]) == 0


def test_a_lock_whose_note_is_damaged_is_told_all_the_same(tmp_path: Path) -> None:
    with FolderLock(tmp_path, []) as lock:
        lock.acquire()
        (tmp_path / "work" / "holder.json").write_text(json.dumps([1]))
        with pytest.raises(InputError, match="in use by another process"):
            FolderLock(tmp_path, []).acquire()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write to")
def test_a_folder_that_cannot_be_written_to_is_told_before_anything_is_prepared(
    write_spec: WriteSpec, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(write_spec("margin")), "--output", "/proc/self/out"]) == 2
    captured = capfd.readouterr()
    assert captured.err.startswith("albench: /proc/self/out: cannot be written to: ")
    assert "preparing" not in captured.out


def test_a_full_disk_is_told_before_anything_is_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="cannot be written to: No space left on device"):
        require_writable(tmp_path / "not" / "there")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sweep
def test_what_a_killed_run_left_in_the_temporary_folder_is_cleared_by_the_next(
    write_spec: WriteSpec, shortly_started: Started, tmp_path: Path
) -> None:
    home = Path(tempfile.mkdtemp(dir="/tmp"))  # short: see the test of long names
    environment = os.environ | {"TMPDIR": str(home)}
    arguments = ("run", write_spec("margin"), "--output", tmp_path / "out")
    process = shortly_started(*arguments, env=environment)
    fork_server_of(process)
    process.kill()
    process.communicate()
    mine = home / f"albench-{os.getuid()}"
    (left,) = mine.iterdir()
    process = shortly_started(*arguments, env=environment)
    process.communicate(timeout=200)
    assert process.returncode == 0
    assert not left.exists()
    assert [entry for entry in home.rglob("*") if entry != mine] == []
    left.mkdir()  # as a run leaves it that is killed while it draws the page
    (left / "lock").touch()
    process = shortly_started(*arguments, env=environment)
    output, _ = process.communicate(timeout=200)
    assert "3 reused" in output
    assert not left.exists()
    shutil.rmtree(home)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("asked", ["--help", "--version"])
def test_help_that_cannot_be_written_is_a_failure(asked: str) -> None:
    with Path("/dev/full").open("w") as full:
        process = started(asked, stdout=full)
        _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (1, "albench: No space left on device\n")


ENDINGS = {
    "os._exit(0)": "ProcessExit: it called os._exit(0)",
    "sys.exit(0)": "SystemExit: 0",
    "raise GeneratorExit": "GeneratorExit",
    "raise type('Own', (BaseException,), {})('x')": "Own: x",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_announcement_that_ends_the_process_is_a_row_and_no_end(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = announced(tmp_path, "rude", f"import os, sys\n{ending}\n")
    process = started("plugins", "doctor", env=os.environ | {"PYTHONPATH": str(site)})
    output, error = process.communicate(timeout=60)
    assert process.returncode == 1, error
    assert ENDINGS[ending] in output


def announced(folder: Path, name: str, source: str) -> Path:
    """Write a distribution whose entry point is a module of this source; return its folder."""
    site = folder / "site"
    record = site / f"{name}-1.0.dist-info"
    record.mkdir(parents=True)
    (site / f"{name}.py").write_text(source)
    (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text(f"[albench]\n{name} = {name}\n")
    return site


LOADER = """
import os, sys
from albench.api import Descriptor, Kind, hookimpl

@hookimpl
def albench_loaders():
    return [Descriptor(name="ends", kind=Kind.LOADER, target="rude:ends", summary="Ends.")]

def ends():
    {ending}
"""


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param(ending, marks=[pytest.mark.sweep] * (not ending.endswith("exit(0)")))
        for ending in ENDINGS
    ],
)
def test_a_loader_that_ends_the_process_is_a_sentence(ending: str, tmp_path: Path) -> None:
    site = announced(tmp_path, "rude", LOADER.format(ending=ending))
    spec = tmp_path / "rude.toml"
    spec.write_text(
        'name = "rude"\nrepetitions = 1\n[cohorts.c.modalities]\nm = { loader = "rude/ends" }\n'
        '[models.n]\nplugin = "mmfn"\n[budgets.b]\ninitial = 4\nquery = 2\nstop = 8\n'
        '[[matrix]]\ncohorts = ["c"]\nmodels = ["n"]\nstrategies = ["random"]\n'
        'budgets = ["b"]\n'
    )
    process = started("plan", spec, env=os.environ | {"PYTHONPATH": str(site)})
    _, error = process.communicate(timeout=60)
    assert process.returncode == 2, error
    assert ENDINGS[ending] in error
    assert "Traceback" not in error


@pytest.mark.usefixtures("short_reports")
def test_a_log_that_cannot_be_opened_costs_nothing(
    write_spec: WriteSpec, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spec, results = str(write_spec("margin")), tmp_path / "out"
    assert main(["run", spec, "--output", str(results)]) == 0
    logs = list((results / "work" / "logs").glob("*.log"))
    for log in logs:
        log.unlink()
        log.mkdir()
    shutil.rmtree(results / "journal")
    (results / "journal").mkdir()
    assert logs
    capfd.readouterr()
    assert main(["run", spec, "--output", str(results)]) == 0
    assert "Traceback" not in capfd.readouterr().err


def test_a_run_that_was_overtaken_runs_nothing_again(
    write_spec: WriteSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = session.open_spec(str(write_spec("margin")))
    results, real = tmp_path / "out", preparation.prepare_all
    ran: list[int] = []

    def overtaken(*arguments: Any) -> Any:
        prepared = real(*arguments)
        monkeypatch.setattr(session, "prepare_all", real)
        session.run(opened, results, 2, ["albench"], lambda *_: None, lambda _: None)
        return prepared

    monkeypatch.setattr(session, "prepare_all", overtaken)
    monkeypatch.setattr(session, "require_untouched", lambda: None)  # this test has replaced one
    monkeypatch.setattr(recorder, "require_untouched", lambda: None)
    session.run(
        opened, results, 2, ["albench"], lambda left, _: ran.append(len(left)), lambda _: None
    )
    assert ran == [0]
