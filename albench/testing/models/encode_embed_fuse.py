"""Checks of `encode`, `embed` and `fuse`: they can be computed separately, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from albench.learn.train_eval_modes import evaluating
from albench.seeds import torch_seeded
from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.models.sample_networks import (
    built,
    changed_state,
    copied_state,
    encoded,
    heads,
    logits,
    require_close,
    usual_samples,
)

if TYPE_CHECKING:
    from albench.api.model import Network
    from albench.testing.models.sample_networks import Samples
    from albench.testing.specimen import Specimen

N_TIMES = 100
"""How often the same row is predicted, to catch models that count their calls."""


@guards_against("training one network and predicting with another")
def forward_is_fuse_after_encode(specimen: Specimen) -> None:
    """In evaluation mode, `forward` equals `fuse` of the encoded samples."""
    net, samples = _usual(specimen)
    with torch.no_grad(), evaluating(net):
        forward = net(samples.tensors())
    require_close(forward, logits(net, samples.tensors()), "forward is not fuse after encode")


def _usual(specimen: Specimen) -> tuple[Network, Samples]:
    samples = usual_samples(specimen)
    return built(specimen, samples), samples


@guards_against("batch statistics, which make a prediction depend on the other rows")
def rows_are_independent(specimen: Specimen) -> None:
    """In evaluation mode, a row's vectors and logits do not depend on its batch."""
    net, samples = _usual(specimen)
    one = slice(4, 5)
    with torch.no_grad(), evaluating(net):
        vectors, alone = encoded(net, samples.tensors()), encoded(net, samples.tensors(one))
        for name, rows in vectors.items():
            if rows.ndim != 2:
                raise Violation(f"encode gives vectors of shape {tuple(rows.shape)} for {name}")
            require_close(alone[name], rows[one], f"a sample of {name} depends on its batch")
        for what, part in heads(net).items():
            require_close(part(alone), part(vectors)[one], f"a row of {what} depends on its batch")


@guards_against("concatenation in the order of the caller's mapping")
def modalities_are_found_by_name(specimen: Specimen) -> None:
    """The order of modalities in a mapping does not matter."""
    net, samples = _usual(specimen)
    if len(samples.shapes) < 2:
        raise Skip("it takes only one modality")
    tensors = samples.tensors()
    turned = dict(reversed(tensors.items()))
    require_close(
        logits(net, turned), logits(net, tensors), "the order in a mapping changes the logits"
    )


@guards_against("failures on an empty pool, at the end of a budget")
def no_rows_give_no_rows(specimen: Specimen) -> None:
    """For no rows, `fuse` and `embed` return no rows."""
    net, samples = _usual(specimen)
    with torch.no_grad(), evaluating(net):
        none = {name: rows[:0] for name, rows in encoded(net, samples.tensors()).items()}
        for what, part in heads(net).items():
            shape = tuple(part(none).shape)
            if len(shape) != 2 or shape[0]:
                raise Violation(f"{what} of no rows has the shape {shape}")


@guards_against("statistics updated by prediction; in-place operations on shared samples")
def prediction_changes_nothing(specimen: Specimen) -> None:
    """In evaluation mode, predicting changes no weights, buffers or samples."""
    net, samples = _usual(specimen)
    before = copied_state(net)
    tensors = samples.tensors()
    first, second = logits(net, tensors), logits(net, tensors)
    for name, values in samples.tensors().items():
        if not torch.equal(tensors[name], values):
            raise Violation(f"encode writes into the samples of {name}")
    if not torch.equal(first, second):
        raise Violation("in evaluation mode, the same samples give other logits the second time")
    if changed := changed_state(net, before):
        raise Violation(f"prediction changes {', '.join(changed)}")


@guards_against("counted calls and stale caches")
def asking_again_changes_nothing(specimen: Specimen) -> str:
    """In evaluation mode, a sample has the same logits a hundred times in a row."""
    net, samples = _usual(specimen)
    row = samples.tensors(slice(1))
    first = logits(net, row)
    for time in range(2, N_TIMES + 1):
        if not torch.equal(logits(net, row), first):
            raise Violation(f"asked for the {time}th time, the same sample has other logits")
    return f"asked {N_TIMES} times"


@guards_against("in-place operations on vectors that are used again")
def vectors_are_not_written_to(specimen: Specimen) -> None:
    """`fuse` and `embed` do not write to the vectors."""
    net, samples = _usual(specimen)
    with torch.no_grad(), evaluating(net):
        vectors = encoded(net, samples.tensors())
        before = {name: rows.clone() for name, rows in vectors.items()}
        for what, part in heads(net).items():
            part(vectors)
            for name, rows in vectors.items():
                if not torch.equal(rows, before[name]):
                    raise Violation(f"{what} writes into the vectors of {name}")


@guards_against("dropout before `fuse`, which dropout passes would not repeat")
def dropout_sits_in_fuse(specimen: Specimen) -> None:
    """With dropout on, `encode` and `embed` stay deterministic."""
    net, samples = _usual(specimen)
    tensors = samples.tensors()
    answers = []
    for seed in range(2):
        with torch.no_grad(), evaluating(net, dropout=True), torch_seeded(seed):
            vectors = encoded(net, tensors)
            answers.append({**vectors, "the embedding": net.embed(vectors)})
    for name in answers[0]:
        if not torch.equal(answers[0][name], answers[1][name]):
            raise Violation(
                f"with dropout on, {name} is random: dropout before `fuse` would be frozen in "
                "vectors that are computed once"
            )
