"""Traps in the pool: rows that mislead strategies which look at single rows, or only at density.

Each is a function of the number of rows and of the generator that draws them. Unless it says so, a
row is a subject.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.loaders.traps.world import N_FEATURES, World, alternating, first_share, two_classes

if TYPE_CHECKING:
    from collections.abc import Callable

N_GROUPS = 8
"""Of copies."""

N_FRAMES = 12
"""Of one subject's video."""


def duplicates(n: int, rng: np.random.Generator) -> World:
    """Return two classes far apart, and near-copies of a few rows in the gap between them.

    Marked ``copy``: all rows of a group of copies but its first; a little less than a fifth. A
    group is of one class: one purchase reveals the whole group.
    """
    n_copies = n // (5 * N_GROUPS)  # of each original
    n_alone = n - n_copies * N_GROUPS
    groups = alternating(N_GROUPS)
    originals = two_classes(groups, 0.0, rng)
    originals[:, 0] = np.where(groups, 1, -1) * rng.uniform(0.1, 0.6, N_GROUPS)
    group = np.repeat(np.arange(N_GROUPS), n_copies)
    copies = originals[group] + rng.normal(0, 0.02, (len(group), N_FEATURES))
    classes = np.concatenate([alternating(n_alone), groups[group]])
    features = np.concatenate([two_classes(classes[:n_alone], 2.5, rng), copies])
    is_copy = np.concatenate([np.zeros(n_alone, dtype=bool), np.arange(len(group)) % n_copies > 0])
    return World(features=features, classes=classes, owners=np.arange(n), marks={"copy": is_copy})


def outliers(n: int, rng: np.random.Generator) -> World:
    """Return two classes far apart, and junk far away along their boundary with labels by chance.

    Marked ``outlier``: the junk, 15 % of the rows. Its labels say nothing about other rows.
    """
    is_junk = first_share(n, 0.15)
    classes = np.where(is_junk, rng.integers(0, 2, n), alternating(n))
    features = two_classes(classes, 2.5, rng)
    n_junk = int(is_junk.sum())
    features[is_junk, 0] = rng.normal(0, 0.3, n_junk)
    features[is_junk, 1:] = rng.choice([-5.0, 5.0], (n_junk, 1)) + rng.normal(0, 0.3, (n_junk, 1))
    return World(
        features=features, classes=classes, owners=np.arange(n), marks={"outlier": is_junk}
    )


def xor(n: int, rng: np.random.Generator) -> World:
    """Return four corners of a square, opposite ones of one class, one of them small.

    Marked ``hidden``: the small corner, 4 % of the rows and further out. A model that knows the
    other three corners is sure that it belongs to the other class.
    """
    shares = np.array([0.46, 0.71, 0.96])
    corner = np.searchsorted(np.rint(shares * n), np.arange(n), side="right")
    centres = np.array([[-2.0, -2.0], [2.0, -2.0], [-2.0, 2.0], [2.5, 2.5]])
    features = rng.normal(0, 0.6, (n, N_FEATURES))
    features[:, :2] += centres[corner]
    classes = np.isin(corner, [1, 2]).astype(np.intp)
    return World(
        features=features, classes=classes, owners=np.arange(n), marks={"hidden": corner == 3}
    )


def imbalance(n: int, rng: np.random.Generator) -> World:
    """Return a frequent class in three dense clouds and a rare one spread out beside them.

    Marked ``rare``: the rows of the rare class, 15 %.
    """
    is_rare = first_share(n, 0.15)
    centres = np.array([[-2.0, 0.0], [0.0, -2.0], [-2.0, -3.0]])
    features = rng.normal(0, 0.5, (n, N_FEATURES))
    features[:, :2] += centres[np.arange(n) % len(centres)]
    features[is_rare] = rng.normal(0, 1.5, (int(is_rare.sum()), N_FEATURES))
    features[is_rare, 0] += 3.0
    return World(
        features=features,
        classes=is_rare.astype(np.intp),
        owners=np.arange(n),
        marks={"rare": is_rare},
    )


def frames(n: int, rng: np.random.Generator) -> World:
    """Return two classes of subjects, each with a video of `N_FRAMES` frames that hardly differ.

    Rows are rounded down to whole videos. Nothing is marked: what counts is how many subjects the
    labels are spread over.
    """
    n_subjects = n // N_FRAMES
    owners = np.repeat(np.arange(n_subjects), N_FRAMES)
    classes = alternating(n_subjects)
    features = two_classes(classes, 1.0, rng)[owners]
    features += rng.normal(0, 0.1, features.shape)
    return World(features=features, classes=classes[owners], owners=owners)


WORLDS: dict[str, Callable[[int, np.random.Generator], World]] = {
    "duplicates": duplicates,
    "frames": frames,
    "imbalance": imbalance,
    "outliers": outliers,
    "xor": xor,
}
