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

    Parameters
    ----------
    model : FusionModel
        The recipe.
    shapes : mapping of str to tuple of int
        The shape of one sample of each modality.
    n_classes : int
        The number of classes.

    Returns
    -------
    Network
        A ``torch.nn.Module`` that is a `FusionNet`.

    Raises
    ------
    PluginError
        If the model builds something else.
    """
    net = model.build(shapes, n_classes)
    wanted = ("trunks", "encode", "embed", "fuse")
    missing = [name for name in wanted if not hasattr(net, name)]
    if missing or not isinstance(net, nn.Module):
        lacks = f"which lacks {', '.join(missing)}" if missing else "which is no torch.nn.Module"
        raise PluginError(f"the model {type(model).__name__} built {type(net).__name__}, {lacks}")
    return cast("Network", net)
