"""A check of the embedding: it is the input of the classifier."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from albench.learn.train_eval_modes import evaluating
from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.models.large_batches import large_batch
from albench.testing.models.sample_networks import ROUNDING, TINY, built, encoded, usual_samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from albench.testing.specimen import Specimen

Call = tuple[torch.Tensor, torch.Tensor]
"""The input and the output of a module."""


@guards_against("distances and gradients of vectors that the prediction does not depend on")
def the_classifier_sees_what_is_embedded(specimen: Specimen) -> str:
    """`embed` returns the classifier's input, or logits are linear in it."""
    samples = usual_samples(specimen)
    net = built(specimen, samples)
    with torch.no_grad(), evaluating(net):
        vectors = encoded(net, large_batch(samples))
        embedded = net.embed(vectors)
        with _calls_of(net) as calls:
            answer = net.fuse(vectors)
    if any(_agree(x, embedded) for x, y in calls if _agree(y, answer)):
        return "a module that takes the embedding returns the logits"
    if _is_affine(embedded, answer):
        return "logits are a linear function of the embedding"
    if not any(_agree(y, answer) for _, y in calls):
        raise Skip("no module of its own returns the logits, so that the input cannot be seen")
    raise Violation(
        "what `embed` returns is not the input of the classifier: strategies would measure "
        "distances, and take gradients, of vectors that decide nothing"
    )


@contextmanager
def _calls_of(net: nn.Module) -> Iterator[list[Call]]:
    """Record the calls in the block of modules that take and return one tensor."""
    calls: list[Call] = []

    def note(_module: nn.Module, given: Any, gave: Any) -> None:  # a plugin's own, of any form
        if len(given) == 1 and isinstance(given[0], torch.Tensor) and torch.is_tensor(gave):
            calls.append((given[0], gave))

    hooks = [part.register_forward_hook(note) for part in net.modules()]
    try:
        yield calls
    finally:
        for hook in hooks:
            hook.remove()


def _agree(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one.shape != other.shape:
        return False
    worst = float((one - other).abs().max())
    return worst <= ROUNDING * float(other.abs().max()) + TINY


def _is_affine(embedded: torch.Tensor, answer: torch.Tensor) -> bool:
    """Return whether logits are an affine function of the embedding, given enough rows."""
    ones = torch.ones(len(embedded), 1)
    design = torch.cat([embedded, ones], 1).double()
    rank = int(torch.linalg.matrix_rank(design))
    if rank > len(design) // 2:
        return False  # so many unknowns fit anything
    fitted = design @ torch.linalg.lstsq(design, answer.double(), driver="gelsd").solution
    return _agree(fitted.float(), answer)
