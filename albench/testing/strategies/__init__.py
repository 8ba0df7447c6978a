"""Checks of query strategies.

They are listed in `albench.testing.catalogue` and not here, since the other process that asks a
strategy imports this package and must not import torch.
"""
