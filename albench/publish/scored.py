"""Manifest, cells and scores of a results folder, remembered where its journal is large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.publish.derive import Scored, scored
from albench.publish.read import read
from albench.records.manifest import Manifest
from albench.records.remembered import Memory, RememberedTables

if TYPE_CHECKING:
    from pathlib import Path


def scored_results(results: Path) -> Scored:
    """Return manifest, cells and scores of a results folder.

    Parameters
    ----------
    results : Path
        A run folder, or published results.

    Returns
    -------
    Scored
        Of the latest run's plan.

    Raises
    ------
    RecordsError
        If there is no record of a run, or one that this albench cannot read.
    """
    memory = memory_of(results)
    if (remembered := memory.recall()) is not None:
        return Scored(
            manifest=Manifest.model_validate(remembered.plain["manifest"]),
            **{name: remembered.frames[name] for name in ("cells", "rounds", "scores")},
        )
    scores = scored(read(results))
    remember(memory, scores)
    return scores


def memory_of(results: Path) -> Memory:
    """Return what is remembered of a run folder's scores, for its journal as it is now."""
    return Memory(results, __name__)


def remember(memory: Memory, scores: Scored) -> None:
    """Keep what was derived for the next who asks.

    Parameters
    ----------
    memory : Memory
        Made before the records were read.
    scores : Scored
        Derived from them.
    """
    if scores.manifest.judging.metrics:
        return  # functions of plugins, which may be edited
    frames = {"cells": scores.cells, "rounds": scores.rounds, "scores": scores.scores}
    memory.keep(RememberedTables(frames, {"manifest": scores.manifest.to_json()}))
