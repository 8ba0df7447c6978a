"""Checks of frozen trunks: their outputs can be computed once and cached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.models.parameters import train
from albench.testing.models.sample_networks import (
    accepted_shapes,
    built,
    require_close,
    scaled,
    usual_samples,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.api import Trunk
    from albench.api.model import Network
    from albench.testing.models.sample_networks import Samples
    from albench.testing.specimen import Specimen


@guards_against("trunks that share weights or statistics with trained parts")
def trunks_are_frozen(specimen: Specimen) -> None:
    """A frozen trunk has no trainable parameters, and training leaves its outputs alone."""
    net, samples = _with_trunks(specimen)
    for name, trunk in net.trunks.items():
        module = trunk.load()
        learning = [path for path, p in module.named_parameters() if p.requires_grad]
        if learning:
            raise Violation(f"the trunk of {name} has parameters that learn: {learning[0]}")
        moving = [path or "itself" for path, part in module.named_modules() if part.training]
        if moving:
            raise Violation(f"the trunk of {name} is in training mode: {moving[0]}")
        x = scaled(samples.raw[name])
        before = _outputs(module, x)
        train(net, samples)
        for again in (module, trunk.load()):
            require_close(_outputs(again, x), before, f"training changes the trunk of {name}")


def _with_trunks(specimen: Specimen, seed: int = 0) -> tuple[Network, Samples]:
    samples = usual_samples(specimen)
    net = built(specimen, samples, seed)
    if not net.trunks:
        raise Skip(
            accepted_shapes(specimen).untried or "it has no frozen trunk for the samples tried"
        )
    return net, samples


def _outputs(module: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        outputs: torch.Tensor = module(x.clone())
    return outputs


@guards_against("cached outputs of the wrong shape, or with batch statistics")
def outputs_are_as_announced(specimen: Specimen) -> None:
    """A frozen trunk's outputs have the announced shape and do not depend on the batch."""
    net, samples = _with_trunks(specimen)
    for name, trunk in net.trunks.items():
        x = scaled(samples.raw[name])
        outputs = _outputs(trunk.load(), x)
        expected = (len(x), *trunk.shape)
        if tuple(outputs.shape) != expected or outputs.dtype != torch.float32:
            raise Violation(
                f"the trunk of {name} gives {outputs.dtype} of shape {tuple(outputs.shape)}, "
                f"expected torch.float32 of {expected}"
            )
        if not outputs.isfinite().all():
            raise Violation(f"the trunk of {name} gives numbers that are not finite")
        alone = _outputs(trunk.load(), x[4:5])
        require_close(alone, outputs[4:5], f"an output of the trunk of {name} depends on its batch")


@guards_against("random trunks redrawn under the same key")
def equal_keys_are_equal_trunks(specimen: Specimen) -> None:
    """Trunks with equal keys have equal outputs, whatever torch's seed."""
    for name, one, other, samples in _pairs(specimen):
        if one.key != other.key:
            raise Violation(
                f"the key of the trunk of {name} changes with torch's seed, so that no two "
                f"repetitions share its outputs: {one.key!r}, {other.key!r}"
            )
        x = scaled(samples.raw[name])
        first, second = (_outputs(trunk.load(), x) for trunk in (one, other))
        require_close(second, first, f"trunks of {name} with the key {one.key!r} differ")


def _pairs(specimen: Specimen) -> Iterator[tuple[str, Trunk, Trunk, Samples]]:
    net, samples = _with_trunks(specimen)
    other, _ = _with_trunks(specimen, seed=1)
    for name, trunk in net.trunks.items():
        yield name, trunk, other.trunks[name], samples


@guards_against("results that depend on whether outputs were cached")
def loading_a_trunk_draws_nothing(specimen: Specimen) -> None:
    """Loading a trunk does not draw from torch's generator."""
    net, _ = _with_trunks(specimen)
    for name, trunk in net.trunks.items():
        before = torch.get_rng_state()
        trunk.load()
        if not torch.equal(before, torch.get_rng_state()):
            raise Violation(
                f"loading the trunk of {name} moves torch's global generator: what follows would "
                "depend on whether its outputs were in the cache"
            )
