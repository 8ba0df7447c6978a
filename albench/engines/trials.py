"""Trials of networks in lockstep, remembered, so that a plan builds none twice."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from albench.atomic_file import write_atomically
from albench.execute.devices import visible_devices
from albench.execute.stackable import UNKNOWN, reasons
from albench.source_digest import source_digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from albench.execute.stackable import Make

TRIAL = "albench.learn.stackable"


class Trials:
    """Answers why networks learn one by one, from earlier trials where they are the same.

    Parameters
    ----------
    folder : Path
        Where answers are kept; made when there is one. It may be deleted at any time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def reasons(self, makes: Sequence[Make], sources: Sequence[str]) -> list[str]:
        """Return why networks cannot learn in lockstep.

        Parameters
        ----------
        makes : sequence of Make
            Of models that may do anything when they are built.
        sources : sequence of str
            The digest of each model's source.

        Returns
        -------
        list of str
            Of each; empty where they can.
        """
        files = [
            self._folder / f"{_key(make, source)}.json"
            for make, source in zip(makes, sources, strict=True)
        ]
        answers = {file: _read(file) for file in files}
        new = {file: make for file, make in zip(files, makes, strict=True) if answers[file] is None}
        for file, reason in zip(new, reasons(list(new.values())), strict=True):
            answers[file] = reason
            if reason != UNKNOWN:
                _keep(file, reason)
        return [answers[file] or "" for file in files]


def _key(make: Make, source: str) -> str:
    decisive = [
        source,
        source_digest(TRIAL).value,
        version("torch"),
        bool(visible_devices()),
        make.component.qualified,
        make.plan.options,
        make.plan.files,
        make.plan.training.model_dump(mode="json"),
        {name: list(shape) for name, shape in make.shapes.items()},
        make.n_classes,
    ]
    return hashlib.sha256(json.dumps(decisive, default=str).encode()).hexdigest()[:32]


def _read(file: Path) -> str | None:
    with suppress(OSError, ValueError):
        answer: Any = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(answer, dict) and isinstance(answer.get("reason"), str):
            return str(answer["reason"])
    return None


def _keep(file: Path, reason: str) -> None:
    with suppress(OSError):  # a cache that cannot be written to costs the next plan seconds
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps({"reason": reason}).encode())
