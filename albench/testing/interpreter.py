"""A new interpreter, in which nothing has been imported."""

from __future__ import annotations

import os
import subprocess
import sys

from albench.testing.checks import Violation


def answer_of(script: str, *arguments: str) -> str:
    """Return the last line that a script prints in a new interpreter.

    Parameters
    ----------
    script : str
        Our own code.
    *arguments : str
        Its arguments.

    Returns
    -------
    str
        Without the line's end.

    Raises
    ------
    Violation
        If it fails, with the last line of what it had to say.
    """
    # Modules are found where they are found here.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(  # noqa: S603, PLW1510  # our own code; its status is looked at
        command, capture_output=True, env=environment
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
        raise Violation(f"in a new process it ended with status {done.returncode}: {said[-1]}")
    return done.stdout.decode().splitlines()[-1]
