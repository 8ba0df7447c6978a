"""A child's end, whatever it is, is a status; nothing outlives a run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from albench.execute.frames import Message
from albench.execute.listen import Monologue
from albench.execute.processes import context
from albench.execute.run import PRELOAD
from albench.execute.supervise import MAX_LOG_BYTES, Job, Outcome, supervise

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TARGETS = """
import os, re, sys, time
from albench.execute.frames import Message

def returns(payload, line):
    print("said in the child")
    return payload + line.ask(Message("how many")).plain["n"]

def balks(payload, line):
    from albench.errors import DataError
    raise DataError(["first complaint", "second complaint"])

def exhausts(payload, line):
    raise MemoryError("no more")

def exits(payload, line):
    raise SystemExit(0)

def floods(payload, line):
    for _ in range(400):
        print("x" * 50_000, flush=True)
    time.sleep(1.0)

def holds_the_lock(payload, line):
    re.match("(a+)+$", "a" * 40 + "b")

def has_children(payload, line):
    import subprocess
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    line.send(Message("started", {"pid": child.pid}))
    time.sleep(600)
"""


class Hears(Monologue):
    """Keeps what it hears, and answers with a number."""

    def __init__(self) -> None:
        self.heard: list[Message] = []

    def answer(self, message: Message) -> Message | None:
        self.heard.append(message)
        return Message("so many", {"n": 1}) if message.kind == "how many" else None

    def pids(self) -> list[int]:
        return [pid for message in self.heard for pid in [message.plain.get("pid")] if pid]


@pytest.fixture
def do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Return a function that supervises one of the targets above."""
    (tmp_path / "child_targets.py").write_text(dedent(TARGETS))
    monkeypatch.syspath_prepend(str(tmp_path))

    def run(name: str, payload: object = None, seconds: float = 60.0, **settings: Any) -> Outcome:
        job = Job(f"child_targets:{name}", payload, tmp_path / "log", seconds)
        return supervise(job, context(PRELOAD), **settings)

    return run


def test_a_result_and_messages_come_back_and_output_goes_to_the_log(
    do: Callable[..., Outcome], tmp_path: Path
) -> None:
    outcome = do("returns", 1, conversation=Hears())
    assert (str(outcome.status), outcome.value) == ("ok", 2)
    assert "said in the child" in (tmp_path / "log").read_text()


def test_all_complaints_of_an_input_error_come_back(do: Callable[..., Outcome]) -> None:
    outcome = do("balks")
    assert outcome.complaints == ("first complaint", "second complaint")


def test_a_memory_error_is_out_of_memory(do: Callable[..., Outcome]) -> None:
    assert do("exhausts").status == "oom"


def test_an_exit_is_no_success(do: Callable[..., Outcome]) -> None:
    assert do("exits").status == "error"


def test_a_flood_of_output_does_not_fill_the_disk(
    do: Callable[..., Outcome], tmp_path: Path
) -> None:
    assert do("floods").status == "ok"
    assert (tmp_path / "log").stat().st_size <= MAX_LOG_BYTES + 50_001


@pytest.mark.sweep
def test_a_child_that_never_gives_the_interpreter_back_is_stopped(
    do: Callable[..., Outcome],
) -> None:
    assert do("holds_the_lock", seconds=5.0).status == "timeout"


@pytest.mark.sweep
def test_what_a_child_started_ends_with_it(do: Callable[..., Outcome]) -> None:
    hears = Hears()
    do("has_children", seconds=5.0, conversation=hears)
    _wait_until_gone(hears.pids()[0])


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "child_targets.py").write_text(dedent(TARGETS))
    script = dedent(f"""
        from pathlib import Path
        from albench.execute.processes import context
        from albench.execute.listen import Monologue
        from albench.execute.supervise import Job, supervise

        class Tells(Monologue):
            def answer(self, message):
                print(message.plain["pid"], flush=True)

        if __name__ == "__main__":
            job = Job("child_targets:has_children", None, Path({str(tmp_path / "log")!r}), 600)
            supervise(job, context([]), Tells())
    """)
    (tmp_path / "parent.py").write_text(script)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, str(tmp_path / "parent.py")]
    with subprocess.Popen(  # noqa: S603  # our own script
        command, stdout=subprocess.PIPE, env=environment, text=True
    ) as parent:
        assert parent.stdout is not None
        grandchild = psutil.Process(int(parent.stdout.readline()))
        child = grandchild.ppid()
        parent.kill()
    _wait_until_gone(child)
    _wait_until_gone(grandchild.pid)


def _wait_until_gone(pid: int) -> None:
    for _ in range(200):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.1)
    pytest.fail(f"process {pid} is still there")
