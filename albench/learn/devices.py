"""Where tensors live."""

from __future__ import annotations

import torch


def resolved(device: str) -> torch.device:
    """Return the device of a name.

    Parameters
    ----------
    device : str
        ``auto``, which is CUDA where there is one and else the CPU, or torch's name of a device.

    Returns
    -------
    torch.device
        The device.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(device)
