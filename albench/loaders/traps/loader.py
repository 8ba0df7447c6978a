"""The loaders ``trap`` and ``trap-pair``: cohorts with a known best behaviour, made on the spot."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from albench.api import Modality, fingerprint
from albench.loaders.traps.descriptors import VERSION
from albench.loaders.traps.modality_traps import OTHERS, good
from albench.loaders.traps.pool_traps import WORLDS

if TYPE_CHECKING:
    from albench.loaders.traps.world import World

CLASSES = ("A", "B")


def load(*, kind: str = "duplicates", rows: int = 480, seed: int = 0) -> Modality:
    """Return a modality with a trap in its rows.

    Parameters
    ----------
    kind : str
        Which one; see `albench.loaders.traps.pool_traps`.
    rows : int
        How many.
    seed : int
        Decides all of them.

    Returns
    -------
    Modality
        Vectors; the rows of the trap are marked.
    """
    world = WORLDS[kind](rows, _generator(kind, seed))
    return _modality(world, f"trap {kind}", rows, seed)


def load_pair(
    *, kind: str = "dead", view: str = "good", rows: int = 480, seed: int = 0
) -> Modality:
    """Return one of two modalities of the same subjects, of which the other one is a trap.

    `kind` says what is wrong with the other one, see `albench.loaders.traps.modality_traps`; `view`
    is ``"good"`` or ``"other"``. Rows and seed are those of `load`. Modalities are of vectors; the
    good one's are the same for all kinds.
    """
    world = good(rows, _generator("good", seed))
    if view == "other":
        world = OTHERS[kind](world.classes, _generator(kind, seed))
    return _modality(world, f"trap-pair {kind} {view}", rows, seed)


def _generator(name: str, seed: int) -> np.random.Generator:
    digest = hashlib.sha256(f"{name} {seed}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def _modality(world: World, name: str, rows: int, seed: int) -> Modality:
    digits = len(str(len(world.owners)))
    subjects = np.array([f"{owner:0{digits}d}" for owner in world.owners.tolist()])
    labels = [CLASSES[number] for number in world.classes.tolist()]
    # Rounded, so that the last bits of a machine's logarithm do not make other data.
    features = world.features.round(4).astype(np.float32)
    return Modality(
        subjects=subjects,
        shape=features.shape[1:],
        read=partial(np.take, features, axis=0),
        fingerprint=fingerprint(name, str(VERSION), str(rows), str(seed), features, subjects),
        labels=dict(zip(subjects.tolist(), labels, strict=True)),
        marks=world.marks,
        note="Simulated, to try strategies where the best behaviour is known.",
    )
