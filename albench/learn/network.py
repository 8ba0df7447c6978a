"""The network that a fusion model builds, as the estimator uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from torch import nn

from albench.errors import PluginError

if TYPE_CHECKING:
    from albench.api import FusionModel, Shapes
    from albench.api.model import Network


def build_network(model: FusionModel, shapes: Shapes, n_classes: int) -> Network:
    """Return a new network, its weights drawn from torch's global generator as it stands.

    See `FusionModel.build`. Raises `PluginError` if the model builds something that is no
    `FusionNet` and ``torch.nn.Module``.
    """
    net = model.build(shapes, n_classes)
    wanted = ("trunks", "encode", "embed", "fuse")
    missing = [name for name in wanted if not hasattr(net, name)]
    if missing or not isinstance(net, nn.Module):
        lacks = f"which lacks {', '.join(missing)}" if missing else "which is no torch.nn.Module"
        raise PluginError(f"the model {type(model).__name__} built {type(net).__name__}, {lacks}")
    return cast("Network", net)
