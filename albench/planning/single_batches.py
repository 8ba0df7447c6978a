"""Whether a network can learn from a batch of one candidate.

That is asked in a process of its own: a model is a plugin's, and may do anything when it is built.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

from albench.seeds import torch_seeded

if TYPE_CHECKING:
    from albench.api.model import Network, Shapes
    from albench.planning.cells import ModelPlan
    from albench.registry import Component


_PATIENCE_SECONDS = 120
_REFUSAL = b"no"


def learns_from_one(component: Component, plan: ModelPlan, shapes: Shapes, n_classes: int) -> bool:
    """Return whether a model's network takes a batch of one in training mode.

    Batch normalisation has no variance there once maps are of one pixel, and torch refuses it.
    Whether that comes to pass depends on layers and shapes, so the network is built and tried.

    Parameters
    ----------
    component : Component
        The model.
    plan : ModelPlan
        Its options.
    shapes : mapping of str to tuple of int
        The shape of one sample of each modality.
    n_classes : int
        The number of classes.

    Returns
    -------
    bool
        False if it takes a batch of two, but not of one. A model that cannot be built, takes
        neither, or ends its process is not judged here: the run reports what is wrong with it.
    """
    try:
        done = subprocess.run(  # noqa: S603  # our own code
            [sys.executable, "-m", __name__],
            input=pickle.dumps((component, plan, dict(shapes), n_classes)),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.stdout != _REFUSAL


def takes_one(component: Component, plan: ModelPlan, shapes: Shapes, n_classes: int) -> bool:
    """Return in this process what `learns_from_one` asks another."""
    try:
        model = component.load()(**component.arguments(plan.options))
        with torch_seeded(0):
            network: Network = model.build(shapes, n_classes)
    except Exception:  # noqa: BLE001  # whatever a plugin raises here, the run reports
        return True
    with torch_seeded(0):
        return _takes(network, shapes, 1) or not _takes(network, shapes, 2)


def _takes(network: Network, shapes: Shapes, n: int) -> bool:
    import torch  # here, since planning is light unless a batch of one is in sight

    try:
        # Streams behind a frozen trunk are given its outputs.
        inner = {name: getattr(network.trunks.get(name), "shape", shapes[name]) for name in shapes}
        samples = {name: torch.zeros(n, *shape) for name, shape in inner.items()}
        with torch.no_grad():
            network.train()(samples)
            auxiliary = getattr(network, "auxiliary_loss", None)
            if auxiliary is not None:
                auxiliary(torch.zeros(n, dtype=torch.int64))
    except Exception:  # noqa: BLE001  # a plugin's network may raise anything
        return False
    return True


def _answer() -> None:
    """Answer a question from standard input, on standard output."""
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a plugin prints is no answer
    if not takes_one(*pickle.load(sys.stdin.buffer)):  # noqa: S301  # written above
        os.write(answers, _REFUSAL)


if __name__ == "__main__":
    _answer()
