"""What albench does where process groups, timers and other POSIX features lack, or pytest does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import traceback
import warnings
from typing import TYPE_CHECKING

import psutil
import pytest

from albench.errors import InputError
from albench.execute import child, descendants, processes, scratch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POSIX_ONLY = {
    "os": (
        *("fork", "forkpty", "getuid", "geteuid", "getgid", "getpgid", "killpg", "setsid"),
        *("setpgid", "getpgrp", "wait", "WNOHANG", "posix_fallocate", "sched_getaffinity"),
        *("statvfs", "mkfifo", "chown", "nice", "getloadavg", "uname", "O_NONBLOCK"),
    ),
    "signal": (
        *("SIGKILL", "SIGALRM", "SIGHUP", "SIGCHLD", "SIGUSR1", "SIGQUIT", "SIGWINCH", "alarm"),
        *("setitimer", "ITIMER_REAL", "siginterrupt", "pthread_kill", "sigwait", "pause"),
    ),
}
"""What Python lacks on Windows."""

IMPORT_ALL = """
import importlib, os, pkgutil, signal, sys

sys.argv[:] = ["albench"]  # "-c" is how a fork server is started

def modules():
    import albench
    names = [each.name for each in pkgutil.walk_packages(albench.__path__, "albench.")]
    return [name for name in names if name != "albench.__main__"]

names = modules()
for name in names:  # so that what albench imports is there, as on this system
    importlib.import_module(name)
for name in [name for name in sys.modules if name.partition(".")[0] == "albench"]:
    del sys.modules[name]
for module, gone in {gone!r}.items():
    for name in gone:
        vars(sys.modules[module]).pop(name, None)
importlib.import_module({for_pytest!r})
for name in ("pytest", "fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"):
    sys.modules[name] = None
sys.platform = "win32"
failed = []
for name in names:
    try:
        importlib.import_module(name)
    except BaseException as error:
        failed.append(f"{{name}}: {{type(error).__name__}}: {{error}}")
print(len(names), *failed, sep="\\n")
"""


def output_of(code: str, file: Path) -> str:
    """Return what code prints in a process of its own.

    It is a fork where that is safe: torch and all else are imported there already.
    """
    if sys.platform != "linux":
        command = [sys.executable, "-c", code]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # our own code
    with file.open("wb") as output, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside other threads
        pid = os.fork()
        if pid == 0:
            try:
                os.dup2(output.fileno(), 1)
                sys.stdout = os.fdopen(1, "w")
                exec(code, {})  # noqa: S102  # our own code
            except BaseException:  # noqa: BLE001  # it is printed, whatever it is
                traceback.print_exc(file=sys.stdout)
            finally:
                sys.stdout.flush()
                os._exit(0)
        os.waitpid(pid, 0)
    return file.read_text()


def test_every_module_is_imported_where_nothing_of_posix_nor_pytest_is_there(
    tmp_path: Path,
) -> None:
    code = IMPORT_ALL.format(gone=POSIX_ONLY, for_pytest="albench.testing.pytest_mark")
    count, *failed = output_of(code, tmp_path / "printed").strip().splitlines()
    assert count.isdigit(), failed
    assert int(count) > 300
    assert failed == []


@pytest.fixture
def no_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without process groups."""
    for name in ("killpg", "setsid", "WNOHANG"):
        monkeypatch.delattr(f"os.{name}")


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def ends(process: psutil.Process, seconds: float = 10.0) -> bool:
    """Return whether a process ends within some seconds, looking only."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("end", [descendants.kill_group, descendants.terminate_group])
def test_without_groups_a_process_is_ended_by_the_tree_below_it(
    end: Callable[[int], None], no_groups: None
) -> None:
    with subprocess.Popen(  # noqa: S603  # our own code
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        grandchild = psutil.Process(int(parent.stdout.readline()))
        below = descendants.of(parent.pid)
        end(parent.pid)
        descendants.kill(below)
        assert ends(grandchild)
        assert end is descendants.kill_group or ends(psutil.Process(parent.pid))
        parent.kill()


def test_without_groups_who_has_ended_counts_as_ended(no_groups: None) -> None:
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as started:  # noqa: S603  # our own code
        assert not descendants._is_reaped(started.pid)
        ended = psutil.Process(started.pid)
    descendants.lead_group()
    descendants.reap([ended], seconds=5.0)
    assert descendants._is_reaped(ended.pid)


@pytest.mark.parametrize(("system", "mib"), [("linux", 2.0), ("darwin", 2.0 / 1024)])
def test_the_peak_of_memory_is_read_in_the_system_s_own_unit(
    system: str, mib: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        ru_maxrss = 2048

    monkeypatch.setattr("albench.execute.child.resource.getrusage", lambda _: Usage())
    monkeypatch.setattr("albench.execute.child.sys.platform", system)
    assert child.peak_mb() == mib


def test_a_run_on_windows_is_told_what_to_use_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("albench.execute.processes.sys.platform", "win32")
    with pytest.raises(InputError, match="use the Windows Subsystem for Linux"):
        processes.begin()


def test_temporary_files_have_a_folder_where_users_have_no_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.getuid")
    assert scratch._home(str(tmp_path)) == tmp_path / "albench"
    assert scratch._home(str(tmp_path)).is_dir()
