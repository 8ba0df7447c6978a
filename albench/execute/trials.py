"""Trials of networks in lockstep, remembered: neither a plan nor a run makes the same one twice."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from albench.atomic_file import write_atomically
from albench.execute.devices import visible_devices
from albench.execute.stacking_verdicts import StackingVerdict, as_tried, verdict_on, verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from albench.execute.stacking_verdicts import Make


class Trials:
    """Answers whether networks learn in lockstep, from earlier trials where they are the same.

    An answer that does not hold any more costs time and no result: whoever trains in lockstep
    compares digits again, for each size of a batch.

    Parameters
    ----------
    cache : Path
        The folder of the cache, in which answers are kept. They may be deleted at any time.
    """

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "lockstep"

    def verdict(self, make: Make) -> StackingVerdict:
        """Return whether networks can learn in lockstep; a trial is made in this process.

        Parameters
        ----------
        make : Make
            Of a model that may do anything when it is built.

        Returns
        -------
        StackingVerdict
            Remembered, if the same has been tried before.
        """
        file = self._file(make)
        remembered = _read(file)
        if remembered is not None:
            return remembered
        verdict = verdict_on(make)
        _keep(file, verdict)
        return verdict

    def reasons(self, makes: Sequence[Make]) -> list[str]:
        """Return why networks cannot learn in lockstep, empty where they can.

        Models may do anything when they are built, so that trials are made in another process.
        """
        files = list(map(self._file, makes))
        answers = {file: _read(file) for file in files}
        new = {file: make for file, make in zip(files, makes, strict=True) if answers[file] is None}
        for file, verdict in zip(new, verdicts(list(new.values())), strict=True):
            answers[file] = verdict
            _keep(file, verdict)
        in_order = [answers[file] for file in files]
        return ["" if verdict is None else verdict.reason for verdict in in_order]

    def _file(self, make: Make) -> Path:
        return self._folder / f"{_key(make)}.json"


def _key(make: Make) -> str:
    decisive = [
        make.code,
        version("torch"),
        bool(visible_devices()),
        make.component.qualified,
        make.plan.options,
        make.plan.files,
        as_tried(make.plan.training).model_dump(mode="json"),
        {name: list(shape) for name, shape in make.shapes.items()},
        make.n_classes,
    ]
    return hashlib.sha256(json.dumps(decisive, default=str).encode()).hexdigest()[:32]


def _read(file: Path) -> StackingVerdict | None:
    with suppress(OSError, ValueError):
        answer: Any = json.loads(file.read_text(encoding="utf-8"))
        return StackingVerdict.of_plain(answer)
    return None


def _keep(file: Path, verdict: StackingVerdict) -> None:
    if not verdict.is_certain:
        return
    with suppress(OSError):  # a cache that cannot be written to costs the next time seconds
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps(asdict(verdict)).encode())
