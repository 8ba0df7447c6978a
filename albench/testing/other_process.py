"""Call functions in another Python process, with another hash seed and no plugin imported.

Starting an interpreter and importing torch takes seconds; forking one that has imported it takes
none. So one process is kept, and each call runs in a fork of it.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from albench.testing.checks import Skip, Violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.testing.specimen import Specimen

Answer = TypeVar("Answer")

HASH_SEEDS = (3, 4)
"""Under these two, the set {"m0", "m1"} has different orders."""

_HEAVY = ("numpy", "scipy.stats", "sklearn.base", "torch")
"""Imported in advance if they are imported here. Each takes a second or more."""

_lock = threading.Lock()
_kept: list[subprocess.Popen[bytes]] = []


def call_in_other_process(
    specimen: Specimen, function: Callable[..., Answer], *arguments: object
) -> Answer:
    """Call a function in another process that can import the specimen, and return its answer.

    The function is one of a module; arguments and answer are pickled. Raises `Skip` if no other
    process can import the specimen, and `Violation`, with the last line of its standard error, if
    the function raises or ends the process.
    """
    if not _is_importable(specimen):
        raise Skip("its target was passed directly, so that no other process can import it")
    question = pickle.dumps((sys.path, dict(os.environ), str(Path.cwd()), function, arguments))
    with _lock:
        status, said, answer = _asked(question)
    if status:
        raise Violation(f"in a new process it ended with status {status}: {said}")
    given: Answer = pickle.loads(answer)  # noqa: S301  # written by our own code, in our own process
    return given


def _is_importable(specimen: Specimen) -> bool:
    """Return whether the descriptor's target leads to the plugin, which may have been passed."""
    target = specimen.load()
    module, _, attribute = specimen.descriptor.target.partition(":")
    names = (getattr(target, part, "") for part in ("__module__", "__qualname__"))
    return tuple(names) == (module, attribute)


def _asked(question: bytes) -> tuple[int, str, bytes]:
    for _ in range(2):  # the kept process may have been killed
        process = _process()
        try:
            status, said, answer = _exchanged(process, question)
        except (OSError, EOFError, pickle.UnpicklingError):
            _kept.remove(process)
            continue
        if not hasattr(os, "fork"):
            _end(_kept.pop())  # it has imported the plugin, and would remember
        return status, said, answer
    raise Violation("no new process can be started, or something kills it")


def _process() -> subprocess.Popen[bytes]:
    if not _kept:
        _kept.append(_started())
        atexit.register(_end, _kept[0])
    return _kept[0]


def _started() -> subprocess.Popen[bytes]:
    hash_seed = HASH_SEEDS[list({"m0", "m1"}) == ["m0", "m1"]]
    own = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": str(hash_seed)}
    command = [sys.executable, "-m", __name__, *(name for name in _HEAVY if name in sys.modules)]
    return subprocess.Popen(  # noqa: S603  # our own code
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | own
    )


def _exchanged(process: subprocess.Popen[bytes], question: bytes) -> tuple[int, str, bytes]:
    assert process.stdin is not None  # noqa: S101  # for the type checker: they were asked for
    assert process.stdout is not None  # noqa: S101  # as above
    pickle.dump(question, process.stdin)
    process.stdin.flush()
    status, said, answer = pickle.load(process.stdout)  # noqa: S301  # as above
    return status, said, answer


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()
    process.wait()


def serve() -> None:
    """Answer calls until the input ends; this runs in the other process."""
    for name in sys.argv[1:]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # keep what plugins print out of the answers
    with contextlib.suppress(EOFError):
        while True:
            pickle.dump(_answered(pickle.load(questions)), answers)  # noqa: S301  # as above
            answers.flush()


def _answered(question: bytes) -> tuple[int, str, bytes]:
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as answer:
        if not hasattr(os, "fork"):
            status = _answer(question, said, answer)
        elif (pid := os.fork()) == 0:
            os._exit(_answer(question, said, answer))
        else:
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        lines = _content(said).decode(errors="replace").strip().splitlines() or ["nothing"]
        return status, lines[-1], _content(answer)


def _answer(question: bytes, said: IO[bytes], answer: IO[bytes]) -> int:
    os.dup2(said.fileno(), 2)
    try:
        path, environment, folder, called, arguments = pickle.loads(question)  # noqa: S301  # as above
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        answer.write(pickle.dumps(called(*arguments)))
        answer.flush()
    except BaseException:  # noqa: BLE001  # it is reported, whatever it is
        traceback.print_exc()
        sys.stderr.flush()
        return 1
    return 0


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


if __name__ == "__main__":
    serve()
