"""What a network holds beside its tensors, by which it may do something else in a later pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

_TORCHS_OWN = frozenset(vars(nn.Module()))
_DEPTH = 4
"""How deep objects and containers are looked into."""

_NUMBERS = 1024
"""Longer arrays are told by their shape."""


def held_beside_tensors(network: nn.Module) -> dict[str, str]:
    """Return what layers hold beside tensors and layers, as text.

    A layer that counts its passes may do something else after so many of them.

    Parameters
    ----------
    network : Module
        With all its layers.

    Returns
    -------
    dict of str to str
        By the path of each attribute. Equal texts mean that nothing has changed: numbers and texts,
        also in containers and in the attributes of other objects. Of tensors only their number
        counts, and functions do not count.
    """
    return {
        f"{path}.{name}".lstrip("."): _told(value, _DEPTH)
        for path, layer in network.named_modules()
        for name, value in vars(layer).items()
        if name not in _TORCHS_OWN
    }


def _told(value: object, depth: int) -> str:
    if isinstance(value, int | float | complex | str | bytes | np.generic | None):
        return repr(value)
    if isinstance(value, torch.Tensor | nn.Module | type) or callable(value) or depth == 0:
        return type(value).__name__
    if isinstance(value, np.ndarray):
        return f"{value.shape} {value.tolist() if value.size <= _NUMBERS else ''}"
    if isinstance(value, list | tuple | set | frozenset | deque):
        parts = list(value)
    else:
        pairs = value if isinstance(value, Mapping) else getattr(value, "__dict__", {})
        parts = [part for pair in pairs.items() for part in pair]
    return f"[{', '.join(_told(part, depth - 1) for part in parts)}]"
