"""Checks that picks depend on every modality, on every class, and on small differences."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from albench.api.needs import HIDDEN_LABELS
from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.descriptor_claims import ends
from albench.testing.strategies.problems import problem
from albench.testing.strategies.queries import N, ask, is_decided, require_steady, usual

if TYPE_CHECKING:
    from albench.testing.specimen import Specimen
    from albench.testing.strategies.problems import Problem

SHUFFLES = 3
"""How often a modality is shuffled before it counts as ignored."""

MANY_CLASSES = 12
"""More classes than the eight bits of a byte."""

FINE = 2e-4
"""The scale of weights at which float16 can distinguish only a few probabilities."""


@guards_against("modalities that are ignored")
def every_modality_counts(specimen: Specimen) -> str:
    """Shuffling the content of any modality changes picks, if the model is read."""
    if not specimen.descriptor.needs - {HIDDEN_LABELS}:
        raise Skip("it declares to read nothing of the model")
    base = problem(ends(specimen.descriptor)[1])
    names = tuple(base.source.vectors)
    ignored = [name for name in names if not _follows(specimen, base, name)]
    if len(ignored) == len(names) and "randomised" in specimen.descriptor.tags:
        raise Skip("it draws, and nothing that it reads of the model decides")
    if ignored:
        raise Violation(
            f"the content of modality {ignored[0]} was shuffled {SHUFFLES} times, but the picks "
            "stay the same: it is ignored, though what is declared to be read depends on it"
        )
    return f"tried {', '.join(names)}"


def _follows(specimen: Specimen, base: Problem, name: str) -> bool:
    """Return whether the picks follow the content of a modality."""
    plain = _picks(specimen, base)
    shuffled = (_shuffled(base, name, run) for run in range(SHUFFLES))
    return any(_picks(specimen, other) != plain for other in shuffled)


def _picks(specimen: Specimen, base: Problem) -> list[list[int]]:
    return [ask(specimen, base, n).picks.tolist() for n in (N, 2 * N)]


def _shuffled(base: Problem, name: str, run: int) -> Problem:
    table = np.random.default_rng((11, run)).permutation(base.source.vectors[name])
    return replace(base, source=replace(base.source, vectors={**base.source.vectors, name: table}))


@guards_against("classes stored as bits of a byte; tables of a fixed width")
def many_classes_are_no_exception(specimen: Specimen) -> None:
    """12 classes work, and renumbering them does not change the picks."""
    base = usual(
        specimen, n_labelled=48, classes=tuple(range(MANY_CLASSES)), n_classes=MANY_CLASSES
    )
    plain = ask(specimen, base)
    if "ordinal" in specimen.descriptor.tags or not is_decided(specimen):
        return
    for order in (np.arange(MANY_CLASSES)[::-1], np.roll(np.arange(MANY_CLASSES), 5)):
        kept = len(plain.chosen & ask(specimen, base.with_classes(order)).chosen)
        if kept < N - 1:
            require_steady(specimen, plain)
            raise Violation(
                f"with {MANY_CLASSES} classes renumbered, {N - kept} of {N} picks are "
                "others: are only some of the classes counted?"
            )


@guards_against("scores in float16; scores rounded before ranking")
def small_differences_count(specimen: Specimen) -> None:
    """The picks follow even small differences between probabilities."""
    if not is_decided(specimen):
        raise Skip("tagged randomised or coarse: chance decides")
    base = usual(specimen)
    weights = base.source.weights * FINE
    fine = replace(base, source=replace(base.source, weights=weights, precision=np.float64))
    plain = ask(specimen, fine)
    for seed in range(1, 4):
        kept = len(plain.chosen & ask(specimen, fine, seed=seed).chosen)
        if kept <= N // 2:
            require_steady(specimen, plain)
            raise Violation(
                f"where probabilities differ by {FINE:g}, {N - kept} of {N} picks depend on the "
                "random stream: are scores rounded, or kept in float16?"
            )
