"""Figures are drawn into files, by another process where there are many."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from albench.reporting import drawing_process
from albench.reporting.drawing_process import claim, draw_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from albench.reporting.content import Figure

PROGRAM = drawing_process.__name__


class Drawer:
    """Draws figures into a folder; used in a ``with`` statement, at whose end all are there.

    Parameters
    ----------
    folder : Path
        Made if there is anything to draw.
    kinds : sequence of str
        The formats of the files.
    beside : bool
        Whether another process draws while this one goes on, which draws what is left at the end.
        It costs that process's start.

    Raises
    ------
    OSError
        At the end, if the other process failed: what it said last.
    """

    def __init__(self, folder: Path, kinds: Sequence[str], *, beside: bool) -> None:
        self._folder, self._kinds = folder, list(kinds)
        self._beside = beside and (os.cpu_count() or 1) > 1
        self._process: subprocess.Popen[str] | None = None
        self._tasks: list[tuple[Path, Figure]] = []

    def __enter__(self) -> Drawer:
        self._scratch = tempfile.TemporaryDirectory(prefix="albench-figures-")
        return self

    def take(self, figure: Figure) -> None:
        """Draw a figure, now or meanwhile.

        Parameters
        ----------
        figure : Figure
            Any.
        """
        if not self._kinds:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._beside:
            draw_files(figure.plot, self._folder / figure.name, self._kinds)
            return
        if self._process is None:
            self._process = self._start()
        pickled = Path(self._scratch.name) / f"{len(self._tasks)}.pickle"
        pickled.write_bytes(pickle.dumps(figure.plot))
        self._tasks.append((pickled, figure))
        task = [str(pickled), str(self._folder / figure.name), self._kinds]
        try:
            print(json.dumps(task), file=self._process.stdin, flush=True)
        except BrokenPipeError:  # it has ended before its time
            self._finish()

    def _start(self) -> subprocess.Popen[str]:
        """Start a fresh interpreter: a fork would carry along the threads of a run."""
        said = (Path(self._scratch.name) / "said").open("w")
        paths = os.pathsep.join(filter(None, sys.path))
        with said:
            return subprocess.Popen(  # noqa: S603  # this interpreter, a module of albench
                [sys.executable, "-P", "-m", PROGRAM],
                stdin=subprocess.PIPE,
                stderr=said,
                text=True,
                env=os.environ | {"PYTHONPATH": paths},
            )

    def _finish(self) -> None:
        """Draw what the other process has not begun, from the end, and wait for the rest."""
        process, self._process = self._process, None
        if process is None:
            return
        for pickled, figure in reversed(self._tasks):
            if process.poll() is None and claim(pickled) is not None:
                draw_files(figure.plot, self._folder / figure.name, self._kinds)
        process.communicate()
        if process.returncode:
            last = (Path(self._scratch.name) / "said").read_text().strip().splitlines()[-1:]
            last_words = " ".join(last) or f"it ended with {process.returncode}"
            raise OSError(f"{self._folder}: the process that draws figures failed: {last_words}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            if self._process is not None:
                self._process.kill()
                self._process.communicate()
            self._scratch.cleanup()
