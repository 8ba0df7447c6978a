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
from typing import IO, TYPE_CHECKING

from albench.testing.checks import Violation

if TYPE_CHECKING:
    from albench.testing.specimen import Specimen

HASH_SEEDS = (3, 4)
"""Under these two, the set {"m0", "m1"} has different orders."""

_HEAVY = ("numpy", "scipy.stats", "sklearn.base", "torch")
"""Imported in advance if they are imported here. Each takes a second or more."""

_LENGTH = 8
_lock = threading.Lock()
_kept: list[subprocess.Popen[bytes]] = []


def is_importable(specimen: Specimen) -> bool:
    """Return whether another process can import the plugin.

    Parameters
    ----------
    specimen : Specimen
        Its target may have been passed directly.

    Returns
    -------
    bool
        Whether the descriptor's target leads to it.
    """
    target = specimen.load()
    module, _, attribute = specimen.descriptor.target.partition(":")
    names = (getattr(target, part, "") for part in ("__module__", "__qualname__"))
    return tuple(names) == (module, attribute)


def call_in_other_process(function: str, *arguments: object) -> object:
    """Call a function in another process.

    Parameters
    ----------
    function : str
        Its location, as ``module:name``.
    *arguments : object
        Its arguments; they are pickled.

    Returns
    -------
    object
        The return value.

    Raises
    ------
    Violation
        If it raises or ends the process, with the last line of its standard error.
    """
    question = pickle.dumps((sys.path, dict(os.environ), str(Path.cwd()), function, arguments))
    with _lock:
        status, said, answer = _asked(question)
    if status:
        raise Violation(f"in a new process it ended with status {status}: {said}")
    return pickle.loads(answer)  # noqa: S301  # written by our own code, in our own process


def _asked(question: bytes) -> tuple[int, str, bytes]:
    if not hasattr(os, "fork"):
        return _once(question)
    for _ in range(2):  # the kept process may have been killed
        process = _process()
        try:
            _send(process.stdin, question)
            status, said, answer = pickle.loads(_received(process.stdout))  # noqa: S301  # as above
        except (OSError, EOFError):
            _kept.remove(process)
            continue
        return status, said, answer
    raise Violation("no new process can be started, or something kills it")


def _process() -> subprocess.Popen[bytes]:
    if not _kept:
        process = _started([name for name in _HEAVY if name in sys.modules])
        atexit.register(_end, process)
        _kept.append(process)
    return _kept[0]


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()
    process.wait()


def _once(question: bytes) -> tuple[int, str, bytes]:
    """Start an interpreter for one call, where processes cannot be forked."""
    process = _started([])
    written, _ = process.communicate(len(question).to_bytes(_LENGTH, "big") + question)
    status, said, answer = pickle.loads(written[_LENGTH:])  # noqa: S301  # as above
    return status, said, answer


def _started(imported: list[str]) -> subprocess.Popen[bytes]:
    hash_seed = HASH_SEEDS[list({"m0", "m1"}) == ["m0", "m1"]]
    own = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": str(hash_seed)}
    command = [sys.executable, "-m", __name__, *imported]
    return subprocess.Popen(  # noqa: S603  # our own code
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | own
    )


def _send(stream: IO[bytes] | None, message: bytes) -> None:
    assert stream is not None  # noqa: S101  # for the type checker: it was asked for
    stream.write(len(message).to_bytes(_LENGTH, "big") + message)
    stream.flush()


def _received(stream: IO[bytes] | None) -> bytes:
    assert stream is not None  # noqa: S101  # as above
    length = int.from_bytes(_exactly(stream, _LENGTH), "big")
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], n: int) -> bytes:
    read = stream.read(n)
    if len(read) < n:
        raise EOFError
    return read


def serve() -> None:
    """Answer calls until the input ends; this runs in the other process."""
    for name in sys.argv[1:]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # keep what plugins print out of the answers
    with contextlib.suppress(EOFError):
        while True:
            _send(answers, pickle.dumps(_answered(_received(questions))))


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
        path, environment, folder, function, arguments = pickle.loads(question)  # noqa: S301  # as above
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        module, _, name = function.partition(":")
        called = getattr(importlib.import_module(module), name)
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
