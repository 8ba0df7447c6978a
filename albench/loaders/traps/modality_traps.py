"""Traps in a modality: one that separates the classes, beside a misleading one.

Each is a function of a number of rows, or of the class of each row, and of a generator that draws
the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.loaders.traps.world import N_FEATURES, World, first_share

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Classes = NDArray[np.intp]


def good(n: int, rng: np.random.Generator) -> World:
    """Return the modality that separates the classes on every row, by a winding boundary.

    A row is a subject; nothing is marked.
    """
    features = rng.normal(0, 1.5, (n, N_FEATURES))
    classes = (features[:, 1] > np.sin(2 * features[:, 0])).astype(np.intp)
    return World(features=features, classes=classes, owners=np.arange(n))


def dead(classes: Classes, rng: np.random.Generator) -> World:  # noqa: ARG001  # as the others
    """Return a modality that always says the same, as an unplugged sensor.

    It is of ones, and the generator draws nothing; nothing is marked, as no row differs from
    another.
    """
    features = np.ones((len(classes), N_FEATURES))
    return World(features=features, classes=classes, owners=np.arange(len(classes)))


def noisy(classes: Classes, rng: np.random.Generator) -> World:
    """Return a modality of noise that knows nothing of the classes and is loud on some rows.

    Marked ``loud``: a fifth of the rows, with eight times the others' deviation. They are as easy
    or hard as any other by the good modality.
    """
    n = len(classes)
    is_loud = _scattered(n, 0.2, rng)
    features = rng.normal(size=(n, N_FEATURES)) * np.where(is_loud, 8.0, 1.0)[:, np.newaxis]
    return World(features=features, classes=classes, owners=np.arange(n), marks={"loud": is_loud})


def leaking(classes: Classes, rng: np.random.Generator) -> World:
    """Return a modality that gives the label away on some rows, and is noise on all others.

    Marked ``leaked``: two fifths of the rows. They lie in one tight clump a class, as pictures do
    that carry their diagnosis as a caption. A label of such a row teaches the leak, not the good
    modality's boundary.
    """
    n = len(classes)
    is_leaked = _scattered(n, 0.4, rng)
    features = rng.normal(size=(n, N_FEATURES))
    tight = rng.normal(0, 0.05, (n, N_FEATURES))
    tight[:, 0] += 3.0 * (2 * classes - 1)
    features[is_leaked] = tight[is_leaked]
    return World(
        features=features, classes=classes, owners=np.arange(n), marks={"leaked": is_leaked}
    )


def _scattered(n: int, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    scattered: NDArray[np.bool_] = rng.permutation(first_share(n, share))
    return scattered


OTHERS: dict[str, Callable[[Classes, np.random.Generator], World]] = {
    "dead": dead,
    "leaking": leaking,
    "noisy": noisy,
}
