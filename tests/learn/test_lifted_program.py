"""One head's operations, carried out for all heads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from albench.learn import lifted_program
from albench.learn.kernel_verdicts import KernelVerdicts
from albench.learn.lifted_program import lift

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

HEADS = 5
CODE = Path(lifted_program.__file__)


def alike(tensors: list[torch.Tensor]) -> list[torch.Tensor]:
    """Return what two streams of one make give."""
    first, second, weights = tensors
    return [torch.tanh(first @ weights), torch.tanh(second @ weights)]


def stacked(*shape: int) -> torch.Tensor:
    """Return random numbers of every head."""
    return torch.randn(HEADS, *shape, generator=torch.Generator().manual_seed(0))


def test_operations_of_alike_streams_are_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial costs as much as an update of all heads, and its answer is the same."""
    monkeypatch.setattr(lifted_program, "VERDICTS", KernelVerdicts(CODE))
    tried = []
    plain = lifted_program._Lifting._is_same_when_tried

    def counted(self: lifted_program._Lifting, call: Any, values: Sequence[Any]) -> bool:
        tried.append(call)
        return plain(self, call, values)

    monkeypatch.setattr(lifted_program._Lifting, "_is_same_when_tried", counted)
    inputs = [stacked(8, 32), stacked(8, 32), stacked(32, 16)]
    play = lift(alike, inputs)
    assert len(tried) == 2  # a product of matrices and a tanh
    for got, head in ((play(*inputs), number) for number in range(HEADS)):
        wanted = alike([values[head].clone() for values in inputs])
        assert all(torch.equal(each[head], one) for each, one in zip(got, wanted, strict=True))


def test_a_trial_of_other_sizes_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which kernel is taken depends on sizes and on how the numbers lie."""
    monkeypatch.setattr(lifted_program, "VERDICTS", KernelVerdicts(CODE))
    for n in (8, 9):
        lift(alike, [stacked(n, 32), stacked(n, 32), stacked(32, 16)])
    n_at_once = len(lifted_program.VERDICTS)
    lift(alike, [stacked(32, 8).mT, stacked(8, 32), stacked(32, 16)])
    assert len(lifted_program.VERDICTS) > n_at_once >= 2


def test_numbers_of_other_ranks_and_types_come_out_as_of_each_head() -> None:
    """What is added head by head must not be taken for an axis more of something else."""

    def mixed(tensors: list[torch.Tensor]) -> list[torch.Tensor]:
        matrix, row, number = tensors
        wide = number * torch.tensor(0.1, dtype=torch.float64)
        return [matrix + row, matrix * number, torch.where(matrix > 0, matrix, row), wide]

    inputs = [stacked(HEADS, 32), stacked(32), stacked()]
    answers = lift(mixed, inputs)(*inputs)
    for head in range(HEADS):
        wanted = mixed([values[head].clone() for values in inputs])
        for each, one in zip(answers, wanted, strict=True):
            assert each.dtype is one.dtype
            assert torch.equal(each[head], one)
