"""Whether a network can learn from a batch of one candidate.

That is asked in a process of its own: a model is a plugin's, and may do anything when it is built.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from albench.seeds import torch_seeded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import nn

    from albench.api.model import FusionNet
    from albench.plan.cells import ModelPlan
    from albench.registry import Component

    Shapes = Mapping[str, tuple[int, ...]]

    class Network(nn.Module, FusionNet):
        """Both of what a fusion model promises to build, for which Python has no type."""


_PATIENCE_SECONDS = 120


def learns_from_one(component: Component, plan: ModelPlan, shapes: Shapes, n_classes: int) -> bool:
    """Return whether a model's network takes a batch of one in training mode.

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
        What `takes_one` says in another process; True if that ends without an answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer"
        question = pickle.dumps((str(answer), component, plan, dict(shapes), n_classes))
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(  # noqa: S603  # our own code
                [sys.executable, "-m", __name__],
                input=question,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE_SECONDS,
                check=False,
            )
        return not answer.exists() or answer.read_text(encoding="ascii") != "no"


def takes_one(component: Component, plan: ModelPlan, shapes: Shapes, n_classes: int) -> bool:
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
        False if it takes a batch of two, but not of one. A model that cannot be built or takes
        neither is not judged here: the run tells what is wrong with it.
    """
    try:
        model = component.load()(**component.arguments(plan.options))
        with torch_seeded(0):
            network = model.build(shapes, n_classes)
    except Exception:  # noqa: BLE001  # whatever a plugin raises here, the run tells
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
    """Answer a question from standard input, in a file that it names."""
    answer, *question = pickle.load(sys.stdin.buffer)  # noqa: S301  # written above
    text = "yes" if takes_one(*question) else "no"
    Path(answer).write_text(text, encoding="ascii")


if __name__ == "__main__":
    _answer()
