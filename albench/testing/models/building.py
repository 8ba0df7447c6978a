"""Checks of building networks: modalities, classes, initial weights, and another process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from albench.api import tags
from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.descriptor_claims import counts
from albench.testing.global_generators import seeded_generators
from albench.testing.models.sample_networks import (
    accepted_shapes,
    built,
    logits,
    require_close,
    samples_of,
    through,
    usual_samples,
)
from albench.testing.other_process import call_in_other_process
from albench.testing.specimen import specimen_of

if TYPE_CHECKING:
    from albench.api import Descriptor
    from albench.api.model import Network
    from albench.testing.models.sample_networks import Samples
    from albench.testing.specimen import Specimen


@guards_against("models that are not fusion networks", covers=("is a",))
def builds_a_network(specimen: Specimen) -> str:
    """It builds a torch module with `trunks`, `encode`, `embed` and `fuse`."""
    samples = usual_samples(specimen)
    net = built(specimen, samples)
    strange = sorted(set(net.trunks) - set(samples.shapes))
    if strange:
        raise Violation(f"it has trunks for {', '.join(strange)}, which are no modalities here")
    tried = accepted_shapes(specimen)
    shapes = ", ".join(map(str, tried.taken))
    return f"tried samples of {shapes}" + (f", but {tried.untried}" if tried.untried else "")


@guards_against("code written for exactly two modalities", covers=("modalities",))
def every_number_of_modalities(specimen: Specimen) -> str:
    """It works with the numbers of modalities that it claims: 1, 2, 4 and both ends."""
    tried = counts(specimen.descriptor)
    for count in tried:
        samples = samples_of(specimen, count)
        logits(built(specimen, samples), samples.tensors())
    return f"tried {', '.join(map(str, tried))}"


@guards_against("heads of a fixed size; one logit for two classes")
def as_many_logits_as_classes(specimen: Specimen) -> None:
    """For 2, 3 and 7 classes it returns as many finite logits per row."""
    samples = usual_samples(specimen)
    for n_classes in (2, 3, 7):
        answer = logits(built(specimen, samples, n_classes=n_classes), samples.tensors())
        expected = (len(next(iter(samples.raw.values()))), n_classes)
        if tuple(answer.shape) != expected:
            raise Violation(
                f"for {n_classes} classes, logits have the shape {tuple(answer.shape)}, "
                f"expected {expected}"
            )
        if not answer.isfinite().all():
            raise Violation(f"for {n_classes} classes, logits are not finite")


@guards_against("weights drawn from NumPy or from a generator of its own")
def same_seed_same_weights(specimen: Specimen) -> None:
    """torch's seed alone determines the initial weights."""
    samples = usual_samples(specimen)
    nets = []
    for seed in range(2):  # the other generators stand elsewhere each time
        with seeded_generators(seed):
            nets.append(built(specimen, samples))
    if not _are_equal(*nets):
        raise Violation(
            "seeding torch does not decide the first weights: draw them from torch's global "
            "generator alone"
        )


@guards_against("building that seeds torch, so that all repetitions start from the same weights")
def other_seed_other_weights(specimen: Specimen) -> None:
    """Another seed gives other initial weights."""
    if tags.SOLVED in specimen.descriptor.tags:
        raise Skip("a solver sets its weights, and may start anywhere")
    samples = usual_samples(specimen)
    nets = [built(specimen, samples, seed) for seed in range(2)]
    if not any(True for _ in nets[0].parameters()):
        raise Skip("it has no parameters")
    if _are_equal(*nets):
        raise Violation(
            "the first weights are the same whatever the seed: building must not seed torch itself"
        )


def _are_equal(one: Network, other: Network) -> bool:
    states = one.state_dict(), other.state_dict()
    if states[0].keys() != states[1].keys():
        return False
    return all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@guards_against("hash(), the order of sets, or process numbers in initial weights or keys")
def another_process_builds_the_same(specimen: Specimen) -> None:
    """Built in another process with the same seed, logits and trunks are the same."""
    samples = usual_samples(specimen)
    here = _answers(specimen, samples)
    there = call_in_other_process(
        specimen, answers_to, specimen.descriptor, dict(specimen.options), samples
    )
    for name, key in here["keys"].items():
        if there["keys"].get(name) != key:
            raise Violation(
                f"in another process the key of the trunk of {name} is another, so that its "
                f"outputs are never found again: {there['keys'].get(name)!r}, here {key!r}"
            )
    for what, numbers in here["numbers"].items():
        expected, came = torch.tensor(numbers), torch.tensor(there["numbers"][what])
        require_close(came, expected, f"in another process, {what} are others")


def answers_to(
    descriptor: Descriptor, options: dict[str, Any], samples: Samples
) -> dict[str, dict[str, Any]]:  # keys are strings, numbers are nested lists
    """Return the outputs of a model in this process, for the process that asks.

    They are the ``keys`` of its trunks, and the ``numbers`` of its logits and of their outputs.
    """
    specimen = specimen_of(descriptor, options=options)
    # A class may keep what it built first, which in a benchmark is often another network.
    built(specimen, samples, n_classes=samples.n_classes + 2)
    return _answers(specimen, samples)


def _answers(specimen: Specimen, samples: Samples) -> dict[str, dict[str, Any]]:  # as above
    net = built(specimen, samples)
    outputs = {
        f"the outputs of the trunk of {name}": through(trunk, samples.raw[name]).tolist()
        for name, trunk in net.trunks.items()
    }
    return {
        "keys": {name: trunk.key for name, trunk in net.trunks.items()},
        "numbers": {"logits": logits(net, samples.tensors()).tolist(), **outputs},
    }
