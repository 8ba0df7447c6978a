"""The optimiser of stacked weights, which moves each head as if it were by itself, to the bit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn

from albench.learn.optimisation import build_schedule, optimiser_of, parameter_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from albench.spec.training import Training

    Tensors = Mapping[str, torch.Tensor]


class StackedOptimiser:
    """Updates stacked weights in place.

    Torch's fused optimisers take the last few numbers of a tensor, those that fill no vector
    register, by other instructions, which round differently. A stack of tensors of odd sizes would
    have those numbers elsewhere; such weights are therefore handed over head by head.

    Parameters
    ----------
    training : Training
        Which optimiser and which schedule.
    network : Module
        One of the networks; it defines which weights learn at which rate.
    state : mapping of str to Tensor, shape (n_heads, *shape)
        All weights; contiguous. They are changed.
    n_updates : int
        How many there will be.
    """

    def __init__(
        self, training: Training, network: nn.Module, state: Tensors, n_updates: int
    ) -> None:
        names = {id(weight): name for name, weight in network.named_parameters()}
        self._pieces: dict[str, list[nn.Parameter]] = {}
        groups = []
        for group in parameter_groups(network):
            pieces: list[nn.Parameter] = []
            for name in (names[id(weight)] for weight in group["params"] if weight.requires_grad):
                self._pieces[name] = _pieces(state[name])
                pieces += self._pieces[name]
            groups.append({"params": pieces, "lr_scale": group["lr_scale"]})
        self._optimiser = optimiser_of(training, groups)
        self._schedule = build_schedule(training, self._optimiser, n_updates)

    def step(self, gradients: Tensors) -> None:
        """Update once; weights without a gradient stay.

        Parameters
        ----------
        gradients : mapping of str to Tensor, shape (n_heads, *shape)
            Of the weights that take part.
        """
        for name, pieces in self._pieces.items():
            gradient = gradients.get(name)
            rows: Sequence[torch.Tensor | None]
            if gradient is None:
                rows = [None] * len(pieces)  # those of the last update are over
            elif len(pieces) == 1:
                rows = [gradient.view_as(pieces[0])]
            else:
                rows = gradient.unbind()
            for piece, row in zip(pieces, rows, strict=True):
                piece.grad = row
        self._optimiser.step()
        if self._schedule is not None:
            self._schedule.step()


def _pieces(stacked: torch.Tensor) -> list[nn.Parameter]:
    """Return parameters that share the memory of stacked weights: one, or one a head."""
    is_whole = math.prod(stacked.shape[1:]) % _lanes(stacked) == 0
    return [nn.Parameter(part) for part in ([stacked] if is_whole else stacked.unbind())]


def _lanes(values: torch.Tensor) -> int:
    """Return how many numbers a vector register takes, of which the fused kernels make use."""
    if values.device.type != "cpu":
        return 1
    return 16 if torch.backends.cpu.get_cpu_capability() == "AVX512" else 8
