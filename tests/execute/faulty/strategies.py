"""Strategies that end, flood, fork, patch and close: each must cost its own cell and no other.

A fault is a function ``(pool, n, rng) -> picks``; `FAULTS` names what a record must say of it. Of
faults of one kind, one is in every run of the tests; each of the others names what shows its kind.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import os
import pickle
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from albench.errors import AlbenchError

Picks = Any  # many are none
Fault = Callable[..., Picks]


@dataclass(frozen=True)
class Expected:
    """What the record must say: a status, and a pattern that the reason matches."""

    status: str
    reason: str = ""
    like: str = ""
    """What shows the same kind in every run: another fault, or a test."""


FAULTS: dict[str, Expected] = {}
_FUNCTIONS: dict[str, Fault] = {}


def fault(status: str, reason: str = "", like: str = "") -> Callable[[Fault], Fault]:
    """Announce a fault under its function's name."""

    def announce(function: Fault) -> Fault:
        name = function.__name__.replace("_", "-")
        FAULTS[name] = Expected(status, reason, like)
        _FUNCTIONS[name] = function
        return function

    return announce


class Strategy:
    """Whatever fault its option names."""

    needs = frozenset[str]()

    def __init__(self, fault: str, folder: str = "") -> None:
        self.fault, self.folder = fault, folder
        if fault == "exits-when-built":
            sys.exit("no")
        if fault == "has-no-memory-when-built":
            raise MemoryError("none")

    def __call__(self, pool: Any, n: int, rng: np.random.Generator) -> Picks:
        return _FUNCTIONS[self.fault](self, pool, n)


def first(n: int) -> Picks:
    return np.arange(n)


def note(self: Strategy, pid: int) -> None:
    """Write down a process that must not outlive the run."""
    (Path(self.folder) / f"{self.fault}-{pid}").touch()


# -- ends --


@fault("error", "SystemExit: no")
def exits_when_built(self: Strategy, pool: Any, n: int) -> Picks:
    return first(n)


@fault("oom", "MemoryError: none", like="exits-when-built")
def has_no_memory_when_built(self: Strategy, pool: Any, n: int) -> Picks:
    return first(n)


@fault("error", "SystemExit: 0")
def exits_with_zero(self: Strategy, pool: Any, n: int) -> Picks:
    sys.exit(0)


@fault("error", "KeyboardInterrupt")
def interrupts(self: Strategy, pool: Any, n: int) -> Picks:
    raise KeyboardInterrupt


@fault("error", "GeneratorExit", like="exits-with-zero")
def ends_a_generator(self: Strategy, pool: Any, n: int) -> Picks:
    raise GeneratorExit


@fault("error", "Sudden: boo", like="exits-with-zero")
def raises_a_base_exception(self: Strategy, pool: Any, n: int) -> Picks:
    raise type("Sudden", (BaseException,), {})("boo")


@fault(
    "error",
    "Mute: its text cannot be shown, since that raises ValueError",
    like="exits-when-it-is-shown",
)
def raises_without_a_text(self: Strategy, pool: Any, n: int) -> Picks:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError("no text")

    raise Mute


@fault("error", "Muter: its text cannot be shown, since that raises SystemExit")
def exits_when_it_is_shown(self: Strategy, pool: Any, n: int) -> Picks:
    class Muter(Exception):
        def __str__(self) -> str:  # noqa: PLE0307
            sys.exit(0)

    raise Muter


@fault("error", "RuntimeError: ", like="test_commands.py")
def raises_a_lone_surrogate(self: Strategy, pool: Any, n: int) -> Picks:
    raise RuntimeError("\udcff\x1b[31m\x00 odd")


@fault("error", r"RuntimeError: x{100,}")
def raises_a_long_text(self: Strategy, pool: Any, n: int) -> Picks:
    raise RuntimeError("x" * 10_000_000)


@fault("error", "mine")
def raises_albench_s_error_of_its_own(self: Strategy, pool: Any, n: int) -> Picks:
    class Own(AlbenchError):
        def __init__(self, one: str, two: str) -> None:
            super().__init__(one + two)

    raise Own("mi", "ne")


@fault("oom", "MemoryError")
def has_no_memory(self: Strategy, pool: Any, n: int) -> Picks:
    np.ones(2**50)


@fault("error", "RecursionError", like="forbids-recursion")
def recurses(self: Strategy, pool: Any, n: int) -> Picks:
    return recurses(self, pool, n)


@fault(
    "crashed", "ended with exit status 0 and no result", like="leaves-and-a-child-holds-its-line"
)
def leaves_with_zero(self: Strategy, pool: Any, n: int) -> Picks:
    os._exit(0)


@fault(
    "crashed", "ended with exit status 255 and no result", like="leaves-and-a-child-holds-its-line"
)
def leaves_with_255(self: Strategy, pool: Any, n: int) -> Picks:
    os._exit(255)


@fault("crashed", r"killed by SIGABRT.*in aborts \(strategies.py:\d+\)")
def aborts(self: Strategy, pool: Any, n: int) -> Picks:
    os.abort()


@fault(
    "crashed", r"killed by SIGSEGV.*strategies.py:\d+|killed by SIGSEGV.*string_at", like="aborts"
)
def reads_address_zero(self: Strategy, pool: Any, n: int) -> Picks:
    ctypes.string_at(0)


@fault("crashed", "killed by SIGKILL", like="aborts")
def kills_itself(self: Strategy, pool: Any, n: int) -> Picks:
    os.kill(os.getpid(), signal.SIGKILL)


@fault("crashed", "killed by SIGTERM")
def terminates_itself(self: Strategy, pool: Any, n: int) -> Picks:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(600)


@fault("crashed", "killed by SIGALRM", like="terminates-itself")
def sets_an_alarm(self: Strategy, pool: Any, n: int) -> Picks:
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(600)


@fault("crashed", "ended with exit status 5", like="leaves-a-daemon")
def leaves_in_a_thread(self: Strategy, pool: Any, n: int) -> Picks:
    threading.Timer(0.05, os._exit, (5,)).start()
    time.sleep(600)


# -- hangs and hoards --


@fault("timeout", "after the limit of")
def stops_itself(self: Strategy, pool: Any, n: int) -> Picks:
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(600)


@fault("timeout", "after the limit of")
def ignores_signals_and_sleeps(self: Strategy, pool: Any, n: int) -> Picks:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(600)


@fault("timeout", "after the limit of", like="test_supervise.py")
def keeps_the_interpreter(self: Strategy, pool: Any, n: int) -> Picks:
    re.match("(a+)+$", "a" * 40 + "b")


@fault("oom", "stopped at .* MiB of memory.*the limit is 1000 MiB")
def hoards(self: Strategy, pool: Any, n: int) -> Picks:
    kept = []
    while True:
        kept.append(np.ones(2**22))
        time.sleep(0.02)


@fault("oom", "MemoryError|cannot allocate")
def takes_its_own_memory_away(self: Strategy, pool: Any, n: int) -> Picks:
    resource.setrlimit(resource.RLIMIT_AS, (2**20, 2**20))
    raise MemoryError(np.ones(2**24))


# -- floods, files and descriptors --


@fault("ok")
def floods_its_output(self: Strategy, pool: Any, n: int) -> Picks:
    os.write(1, b"x" * 20_000_000)
    os.write(2, b"\x1b[2J\x00" * 1_000_000)
    return first(n)


@fault("ok", like="closes-its-output")
def puts_nothing_in_the_place_of_its_output(self: Strategy, pool: Any, n: int) -> Picks:
    sys.stdout = sys.stderr = None
    return first(n)


@fault("ok")
def closes_its_output(self: Strategy, pool: Any, n: int) -> Picks:
    sys.stdout.close()
    sys.stderr.close()
    os.closerange(0, 3)
    return first(n)


@fault(
    "crashed",
    "closed its line to albench|ended with exit status",
    like="closes-every-descriptor-and-sleeps",
)
def closes_every_descriptor(self: Strategy, pool: Any, n: int) -> Picks:
    os.closerange(0, 256)
    return first(n)


@fault("crashed", "closed its line to albench and went on")
def closes_every_descriptor_and_sleeps(self: Strategy, pool: Any, n: int) -> Picks:
    os.closerange(0, 256)
    time.sleep(600)


def write_everywhere(content: bytes) -> None:
    for number in range(3, 256):
        try:
            os.set_blocking(number, False)
            os.write(number, content)
        except OSError:
            continue


@fault(
    "crashed",
    "wrote to its line to albench what is not a message",
    like="writes-a-pickle-everywhere",
)
def writes_nine_bytes_everywhere(self: Strategy, pool: Any, n: int) -> Picks:
    write_everywhere(b"nine bits")
    return first(n)


@fault(
    "crashed",
    "wrote to its line to albench what is not a message",
    like="announces-a-frame-that-would-fill-the-memory",
)
def writes_a_length_everywhere(self: Strategy, pool: Any, n: int) -> Picks:
    write_everywhere(b"albench1" + b"\xff" * 60)
    return first(n)


@fault("crashed", "wrote to its line to albench what is not a message")
def writes_a_pickle_everywhere(self: Strategy, pool: Any, n: int) -> Picks:
    class Runs:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.system, (f"touch {folder}/ran",)

    folder = self.folder
    content = pickle.dumps(Runs())
    write_everywhere(len(content).to_bytes(4, "big") + content)
    return first(n)


@fault("error", "Too many open files|OSError")
def forbids_itself_files(self: Strategy, pool: Any, n: int) -> Picks:
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    return Path("/dev/null").read_text()


@fault("ok")
def clears_its_environment(self: Strategy, pool: Any, n: int) -> Picks:
    os.environ.clear()
    os.chdir("/")
    return first(n)


# -- processes --


def sleep_apart(self: Strategy, leaves_group: bool) -> None:
    """Fork a process that holds everything open."""
    if os.fork() == 0:
        if leaves_group:
            os.setsid()
        note(self, os.getpid())
        time.sleep(600)
        os._exit(0)
    time.sleep(0.3)


@fault("ok", like="leaves-a-child-in-a-group-of-its-own")
def leaves_a_child(self: Strategy, pool: Any, n: int) -> Picks:
    sleep_apart(self, leaves_group=False)
    return first(n)


@fault("ok")
def leaves_a_child_in_a_group_of_its_own(self: Strategy, pool: Any, n: int) -> Picks:
    sleep_apart(self, leaves_group=True)
    return first(n)


@fault("crashed", "ended with exit status 0 and no result")
def leaves_and_a_child_holds_its_line(self: Strategy, pool: Any, n: int) -> Picks:
    sleep_apart(self, leaves_group=False)
    os._exit(0)


@fault("crashed", "ended with exit status 4 and no result")
def leaves_and_an_escaped_child_holds_its_line(self: Strategy, pool: Any, n: int) -> Picks:
    sleep_apart(self, leaves_group=True)
    os._exit(4)


@fault("crashed", "ended with exit status 6 and no result")
def leaves_a_daemon(self: Strategy, pool: Any, n: int) -> Picks:
    if os.fork() == 0:
        os.setsid()
        sleep_apart(self, leaves_group=True)
        os._exit(0)
    time.sleep(0.5)
    os._exit(6)


@fault("ok")
def starts_a_program(self: Strategy, pool: Any, n: int) -> Picks:
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    started = subprocess.Popen(command, start_new_session=True)  # noqa: S603
    note(self, started.pid)
    return first(n)


@fault("ok")
def returns_twice(self: Strategy, pool: Any, n: int) -> Picks:
    os.fork()
    return first(n)


@fault("ok", like="returns-twice")
def raises_in_a_copy(self: Strategy, pool: Any, n: int) -> Picks:
    if os.fork() == 0:
        raise RuntimeError("in the copy")
    return first(n)


@fault("ok", like="sleeps-at-its-end")
def never_ends_a_thread(self: Strategy, pool: Any, n: int) -> Picks:
    threading.Thread(target=time.sleep, args=(600,)).start()
    return first(n)


@fault("ok")
def sleeps_at_its_end(self: Strategy, pool: Any, n: int) -> Picks:
    atexit.register(time.sleep, 600)
    return first(n)


@fault("crashed", "fork server.* ended while it ran, when it ran alone as well")
def kills_its_parent(self: Strategy, pool: Any, n: int) -> Picks:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)


# -- what albench itself does --


def replace_in(module: str, name: str, by: object) -> None:
    """Put something in the place of one of albench's own functions."""
    owner: Any = importlib.import_module(f"albench.execute.{module}")
    *owners, last = name.split(".")
    for part in owners:
        owner = getattr(owner, part)
    setattr(owner, last, by)


@fault(
    "invalid-query",
    "bought 15 candidates where 10 were asked",
    like="buys-twice-by-replacing-the-check",
)
def buys_more_by_replacing_the_check(self: Strategy, pool: Any, n: int) -> Picks:
    replace_in("checked_strategy", "checked_picks", lambda answer, *_: np.asarray(answer))
    return first(n + 5)


@fault("invalid-query", "bought a candidate twice")
def buys_twice_by_replacing_the_check(self: Strategy, pool: Any, n: int) -> Picks:
    replace_in("checked_strategy", "checked_picks", lambda answer, *_: np.asarray(answer))
    return np.zeros(n, dtype=int)


@fault("error", "test probabilities are .* expected", like="scores-with-no-probabilities")
def replaces_the_scoring(self: Strategy, pool: Any, n: int) -> Picks:
    replace_in("held_out", "HeldOut.proba", lambda *_: np.ones((3, 2), dtype=np.float32))
    return first(n)


@fault("error", "test probabilities are negative, or a row does not sum to one")
def scores_with_no_probabilities(self: Strategy, pool: Any, n: int) -> Picks:
    from albench.execute.held_out import HeldOut

    real = HeldOut.proba
    replace_in("held_out", "HeldOut.proba", lambda *given: real(*given) * 2)
    return first(n)


@fault("error", "AttributeError: gone")
def replaces_the_training(self: Strategy, pool: Any, n: int) -> Picks:
    def broken(*_: object) -> None:
        raise AttributeError("gone")

    replace_in("active_cell", "ActiveCell.teach", broken)
    return first(n)


@fault("crashed", "ended with exit status", like="leaves-a-daemon")
def replaces_the_line(self: Strategy, pool: Any, n: int) -> Picks:
    replace_in("child", "ChildLine.send", lambda *_: sys.exit(3))
    return first(n)


def own_line() -> Any:
    from albench.execute.child import ChildLine

    return next(each for each in gc.get_objects() if isinstance(each, ChildLine))


@fault("error", "ended before its time: 1 of 3 rounds are there")
def says_that_it_is_done(self: Strategy, pool: Any, n: int) -> Picks:
    from albench.execute.frames import Message

    own_line().send(Message("value", {"value": None, "peak_mb": 1.0}))
    return first(n)


@fault("error", "out of turn", like="says-that-it-is-done")
def ends_its_round_itself(self: Strategy, pool: Any, n: int) -> Picks:
    from albench.execute.frames import Message

    own_line().send(Message("round", {"round": 1}))
    return first(n)


@fault("error", "RecursionError|maximum recursion")
def forbids_recursion(self: Strategy, pool: Any, n: int) -> Picks:
    sys.setrecursionlimit(60)
    return recurses(self, pool, n)


@fault("crashed", "a frame of .* bytes is announced")
def announces_a_frame_that_would_fill_the_memory(self: Strategy, pool: Any, n: int) -> Picks:
    header = b"albench1" + (2**33 - 1).to_bytes(8, "big") + bytes(32)
    os.write(own_line()._outgoing, header)
    time.sleep(60)
    return first(n)


@fault("ok")
def puts_a_folder_where_its_checkpoint_belongs(self: Strategy, pool: Any, n: int) -> Picks:
    log = Path("/proc/self/fd/1").readlink()
    if pool.round == 1:
        (log.parents[1] / "checkpoints" / f"{log.stem}.checkpoint" / "full").mkdir(parents=True)
    return first(n)
