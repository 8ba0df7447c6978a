"""Checks of large batches: hundreds of rows give what a few at a time give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from albench.learn.train_eval_modes import evaluating
from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.global_generators import unchanged_generators
from albench.testing.models.sample_networks import (
    built,
    changed_state,
    copied_state,
    encoded,
    heads,
    require_close,
    scaled,
    usual_samples,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from albench.api.model import Network
    from albench.testing.models.sample_networks import Samples
    from albench.testing.specimen import Specimen

    Tensors = Mapping[str, torch.Tensor]

MOST_ROWS, LEAST_ROWS = 600, 65
"""The rows of a large batch: fewer where samples are large, but more than 64."""

MOST_NUMBERS = 4_000_000
"""The most numbers per modality in a batch with more than `LEAST_ROWS` rows."""

FEW = 10
"""The rows of the small batches for comparison."""

N_PLACES = 4
"""The number of places in a large batch from which they are taken."""


@guards_against("batch statistics or in-place writes above some number of rows")
def large_batches_change_nothing(specimen: Specimen) -> str:
    """In evaluation mode, all methods return the same for hundreds of rows as for a few."""
    samples = usual_samples(specimen)
    net, tensors = built(specimen, samples), large_batch(samples)
    n = len(next(iter(tensors.values())))
    before = copied_state(net)
    with torch.no_grad(), evaluating(net):
        with unchanged_generators(f"predicting {n} rows"):
            answers = _answers(net, tensors)
        for rows in _places(n):
            alone = _answers(net, {name: x[rows] for name, x in large_batch(samples).items()})
            for what, expected in alone.items():
                part = answers[what][rows]
                require_close(part, expected, f"among {n} rows, a row of {what} is another")
    if changed := changed_state(net, before):
        raise Violation(f"predicting {n} rows changes {', '.join(changed)}")
    return f"tried {n} rows"


def large_batch(samples: Samples) -> dict[str, torch.Tensor]:
    """Return a large batch of different samples, as `FusionNet.encode` takes them.

    They are repeated, each time fainter, and new at each call.
    """
    tensors = samples.tensors()
    largest = max(x[0].numel() for x in tensors.values())
    n = max(LEAST_ROWS, min(MOST_ROWS, MOST_NUMBERS // largest))
    return {name: _faded(x, n) for name, x in tensors.items()}


def _faded(x: torch.Tensor, n: int) -> torch.Tensor:
    strengths = torch.linspace(1.0, 0.5, n).reshape(-1, *[1] * (x.ndim - 1))
    return x[torch.arange(n) % len(x)] * strengths


def _places(n: int) -> Iterator[slice]:
    for start in np.linspace(0, n - FEW, N_PLACES).astype(int):
        yield slice(int(start), int(start) + FEW)


def _answers(net: Network, tensors: Tensors) -> dict[str, torch.Tensor]:
    """Return everything a network computes; raise if it writes to its inputs."""
    kept = {name: x.clone() for name, x in tensors.items()}
    vectors = encoded(net, tensors)
    answers = {f"the vectors of {name}": rows.clone() for name, rows in vectors.items()}
    for what, part in heads(net).items():
        answers[what] = part(vectors).clone()
        for name, rows in vectors.items():
            if not torch.equal(rows, answers[f"the vectors of {name}"]):
                raise Violation(f"{what} writes into {len(rows)} vectors of {name}")
    answers["forward"] = net(tensors)
    for name, x in tensors.items():
        if not torch.equal(x, kept[name]):
            raise Violation(f"a batch of {len(x)} samples of {name} is written to")
    return answers


@guards_against("statistics of large batches in cached outputs")
def large_batches_of_trunks(specimen: Specimen) -> str:
    """A frozen trunk returns the same for 65 samples as for a few."""
    samples = usual_samples(specimen)
    net = built(specimen, samples)
    if not net.trunks:
        raise Skip("it has no frozen trunk for the samples tried")
    for name, trunk in net.trunks.items():
        module, x = trunk.load(), _faded(scaled(samples.raw[name]), LEAST_ROWS)
        kept = x.clone()
        with torch.inference_mode():
            outputs = module(x).clone()
            if not torch.equal(x, kept):
                raise Violation(f"the trunk of {name} writes into {len(x)} samples")
            for rows in _places(LEAST_ROWS):
                what = f"among {LEAST_ROWS} rows, an output of the trunk of {name} is another"
                require_close(outputs[rows], module(kept[rows].clone()), what)
    return f"tried {LEAST_ROWS} rows"
