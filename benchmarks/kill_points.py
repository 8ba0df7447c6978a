"""Kills at named points of albench's own code, in whichever process gets there first.

A process whose ``PYTHONPATH`` holds the folder that `install` has filled watches its own calls, and
kills itself by SIGKILL at the first that is the point. One kill a folder: the next process that
gets there goes on. The points are named by functions, so that albench needs no hook for this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

POINTS = {
    "before-claim": ("leases.py", "claim"),
    "mid-round": ("conversation.py", "_sell"),
    "journal-append": ("journal.py", "_write"),
    "before-checkpoint": ("cell_supervisor.py", "forget"),
    "cache-publish": ("cache.py", "_place_text"),
}
"""File and function of each; a journal's line is torn in two before the kill."""

CLAIM_WITHOUT_LEASES = ("cell_supervisor.py", "cell")
"""What begins a cell where no leases are."""

_HOOK = """
import os, signal, sys, threading

FILE, NAME, HIT = {file!r}, {name!r}, {hit!r}


def profile(function):
    threading.setprofile(function)
    sys.setprofile(function)


def watch(frame, event, argument):
    code = frame.f_code
    if event != "call" or code.co_name != NAME or os.path.basename(code.co_filename) != FILE:
        return
    if "albench" not in code.co_filename:
        return
    try:
        os.close(os.open(HIT, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        profile(None)
        return
    if NAME == "_write":
        line = frame.f_locals["line"]
        frame.f_locals["self"]._file.write(line[: len(line) // 2])
    os.kill(os.getpid(), signal.SIGKILL)


class Importing:
    \"\"\"Begins to watch when the file is imported: watched from the start, torch takes long.\"\"\"

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith("albench.") and name.rpartition(".")[2] + ".py" == FILE:
            profile(watch)


if not os.path.exists(HIT):
    sys.meta_path.insert(0, Importing)
"""


def install(folder: Path, point: str, *, has_leases: bool) -> tuple[str, Path]:
    """Write what kills at a point into a folder.

    Parameters
    ----------
    folder : Path
        New.
    point : str
        One of `POINTS`.
    has_leases : bool
        Whether cells are claimed by leases.

    Returns
    -------
    path : str
        For ``PYTHONPATH``.
    hit : Path
        There once a process has been killed.
    """
    is_bare_claim = point == "before-claim" and not has_leases
    file, name = CLAIM_WITHOUT_LEASES if is_bare_claim else POINTS[point]
    folder.mkdir(parents=True)
    hit = folder / "hit"
    text = _HOOK.format(file=file, name=name, hit=str(hit))
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    return str(folder), hit
