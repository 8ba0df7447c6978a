"""Whether classifiers of a make can learn in lockstep: two of them are trained so, for an epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.errors import NotStackable
from albench.learn.devices import resolved
from albench.learn.estimator import FusionClassifier, weights_and_buffers
from albench.learn.lockstep import Lockstep, Pupil
from albench.learn.network import build_network
from albench.learn.optimisation import Seeds
from albench.learn.store import SampleStore
from albench.seeds import torch_seeded

if TYPE_CHECKING:
    from albench.api import FusionModel, Shapes
    from albench.spec.training import Training

_DRAWS = 7
"""Seeds the samples of the trial, which only have to be of the right shapes."""


def require_stackable(
    model: FusionModel, shapes: Shapes, n_classes: int, training: Training
) -> int:
    """Raise if classifiers of a make cannot learn in lockstep, to the same bits.

    Parameters
    ----------
    model : FusionModel
        The recipe.
    shapes : mapping of str to tuple of int
        Of one sample of each modality; where there is a frozen trunk, before it.
    n_classes : int
        How many classes there are.
    training : Training
        How they are trained; the trial takes as long.

    Returns
    -------
    int
        The bytes of one's weights and buffers.

    Raises
    ------
    NotStackable
        With the reason, by a trial on random samples.
    """
    if resolved("auto").type != "cpu":
        raise NotStackable("on a GPU, digits depend on how many learn together")
    with torch_seeded(0):
        trunks = build_network(model, shapes, n_classes).trunks
    inner = {name: tuple(trunks[name].shape) if name in trunks else s for name, s in shapes.items()}
    rng = np.random.default_rng(_DRAWS)
    n = training.batch_size + training.batch_size // 2 + 1  # a whole batch, and what is left over
    values = {name: rng.normal(size=(n, *s)).astype(np.float32) for name, s in inner.items()}
    store = SampleStore({name: (np.arange(n), part) for name, part in values.items()})
    candidates = np.tile(np.arange(n)[:, None], (1, len(inner)))
    pupils = [
        Pupil(
            FusionClassifier(
                model, shapes, n_classes, store, training=training, seeds=Seeds(weights=number)
            ),
            candidates,
            np.arange(n) % n_classes,
        )
        for number in range(2)
    ]
    lockstep = Lockstep()
    lockstep.fit(pupils)
    if lockstep.reasons:
        raise NotStackable(lockstep.reasons[0])
    state = weights_and_buffers(pupils[0].classifier.module_)
    return sum(values.nbytes for values in state.values())
