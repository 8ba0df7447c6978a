"""Whether a network can learn from a batch of one candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.errors import PluginError
from albench.seeds import torch_seeded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.api.model import FusionModel
    from albench.plan.cells import ModelPlan
    from albench.registry import Component

    Shapes = Mapping[str, tuple[int, ...]]


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
        False if it takes a batch of two, but not of one. A model that cannot be built or takes
        neither is not judged here: the run tells what is wrong with it.
    """
    try:
        model = component.load()(**component.arguments(plan.options))
    except PluginError:
        return True
    return _takes(model, shapes, n_classes, 1) or not _takes(model, shapes, n_classes, 2)


def _takes(model: FusionModel, shapes: Shapes, n_classes: int, n: int) -> bool:
    import torch  # here, since planning is light unless a batch of one is in sight

    try:
        with torch_seeded(0), torch.no_grad():
            network = model.build(shapes, n_classes)
            # Streams behind a frozen trunk are given its outputs.
            inner = {
                name: getattr(network.trunks.get(name), "shape", shapes[name]) for name in shapes
            }
            samples = {name: torch.zeros(n, *shape) for name, shape in inner.items()}
            network.train()  # type: ignore[attr-defined]  # a FusionNet is a torch.nn.Module too
            network(samples)  # type: ignore[operator]  # likewise
            if hasattr(network, "auxiliary_loss"):
                network.auxiliary_loss(torch.zeros(n, dtype=torch.int64))
    except Exception:  # noqa: BLE001  # a plugin's network may raise anything
        return False
    return True
