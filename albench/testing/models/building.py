"""Checks of building networks: modalities, classes and initial weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from albench.api import Kind, tags
from albench.testing import descriptor_claims
from albench.testing.checks import Check, Evidence, Skip, Violation
from albench.testing.global_generators import seeded_generators
from albench.testing.models.sample_networks import (
    accepted_shapes,
    built,
    logits,
    samples_of,
    usual_samples,
)

if TYPE_CHECKING:
    from albench.api.model import Network
    from albench.testing.specimen import Specimen


def _builds_a_network(specimen: Specimen) -> Evidence:
    samples = usual_samples(specimen)
    net = built(specimen, samples)
    strange = sorted(set(net.trunks) - set(samples.shapes))
    if strange:
        raise Violation(f"it has trunks for {', '.join(strange)}, which are no modalities here")
    tried = accepted_shapes(specimen)
    shapes = ", ".join(map(str, tried.taken))
    note = f"tried samples of {shapes}" + (f", but {tried.untried}" if tried.untried else "")
    return Evidence(frozenset({descriptor_claims.is_a(Kind.MODEL)}), note)


def _every_number_of_modalities(specimen: Specimen) -> Evidence:
    tried = descriptor_claims.counts(specimen.descriptor)
    for count in tried:
        samples = samples_of(specimen, count)
        logits(built(specimen, samples), samples.tensors())
    listed = ", ".join(map(str, tried))
    return Evidence(frozenset(map(descriptor_claims.modalities, tried)), f"tried {listed}")


def _as_many_logits_as_classes(specimen: Specimen) -> None:
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


def _same_seed_same_weights(specimen: Specimen) -> None:
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


def _other_seed_other_weights(specimen: Specimen) -> None:
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


CHECKS = (
    Check(
        _builds_a_network,
        holds="It builds a torch module with `trunks`, `encode`, `embed` and `fuse`.",
        guards="models that are not fusion networks",
        covers=("is a",),
    ),
    Check(
        _every_number_of_modalities,
        holds="It works with the numbers of modalities that it claims: 1, 2, 4 and both ends.",
        guards="code written for exactly two modalities",
        covers=tuple(f"{count}" for count in range(1, 10)),
    ),
    Check(
        _as_many_logits_as_classes,
        holds="For 2, 3 and 7 classes it returns as many finite logits per row.",
        guards="heads of a fixed size; one logit for two classes",
    ),
    Check(
        _same_seed_same_weights,
        holds="torch's seed alone determines the initial weights.",
        guards="weights drawn from NumPy or from a generator of its own",
    ),
    Check(
        _other_seed_other_weights,
        holds="Another seed gives other initial weights.",
        guards="building that seeds torch, so that all repetitions start from the same weights",
    ),
)
