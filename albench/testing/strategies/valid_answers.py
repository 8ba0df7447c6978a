"""Checks of answers: the right number of distinct positions, even for odd pools."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.descriptor_claims import counts
from albench.testing.descriptors.options import moderate_extremes
from albench.testing.strategies.problems import N_POOL, problem, with_vectors
from albench.testing.strategies.queries import N, ask, is_decided, require_steady, usual

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.testing.specimen import Specimen
    from albench.testing.strategies.problems import Problem

SIZES = (0, 1, N, N_POOL, N_POOL + 13)


@guards_against(
    "too many, too few, repeated or impossible positions; masks or scores returned",
    covers=("is a",),
)
def answers_of_every_size(specimen: Specimen) -> None:
    """Asked for 0, 1, all or more, it returns min(n, pool) distinct positions."""
    for n in SIZES:
        ask(specimen, usual(specimen), n)


@guards_against("failures in the last rounds of a budget that labels the whole pool")
def answers_of_small_pools(specimen: Specimen) -> None:
    """It works with pools of 0, 1 and 3 candidates."""
    for size in (0, 1, 3):
        for n in (0, 1, N):
            ask(specimen, usual(specimen).in_order(np.arange(size)), n)


@guards_against("code written for exactly two modalities", covers=("modalities",))
def every_number_of_modalities(specimen: Specimen) -> str:
    """It works with the numbers of modalities that it claims: 1, 2, 4 and both ends."""
    tried = counts(specimen.descriptor)
    for count in tried:
        _ask_all(specimen, problem(count))
    return f"tried {', '.join(map(str, tried))}"


def _ask_all(specimen: Specimen, odd: Problem) -> None:
    for n in (1, N, len(odd.pool)):
        ask(specimen, odd, n)


@guards_against("positions looked up by value; k-means++ and BatchBALD on duplicates")
def duplicates_in_the_pool(specimen: Specimen) -> None:
    """Identical candidates are picked as different positions."""
    base = usual(specimen)
    few = base.candidates % 10  # each sample is that of eight candidates
    _ask_all(specimen, replace(base, candidates=few))
    _ask_all(specimen, replace(base, candidates=np.zeros_like(few)))


@guards_against("division by a variance or a maximum distance of 0")
def constant_features(specimen: Specimen) -> None:
    """It works where all vectors are equal."""
    base = usual(specimen)
    _ask_all(specimen, with_vectors(base, np.ones_like))
    _ask_all(specimen, with_vectors(base, np.zeros_like))


@guards_against("division by a maximum score of 0")
def flat_probabilities(specimen: Specimen) -> None:
    """It works where all probabilities are equal, so that all scores tie."""
    _ask_all(specimen, with_vectors(usual(specimen), np.copy, scale=0.0))


@guards_against("p log p at p = 0 treated as the largest entropy")
def saturated_probabilities(specimen: Specimen) -> None:
    """Probabilities of exactly 0 and 1 are treated as limits."""
    base = usual(specimen)
    _ask_all(specimen, with_vectors(base, np.copy, scale=1e4))
    if not is_decided(specimen):
        return
    exact, short = (_half_certain(base, floor) for floor in (0.0, 1e-6))
    before, after = ask(specimen, short), ask(specimen, exact)
    kept = len(before.chosen & after.chosen)
    if kept < N // 2 + 1:
        require_steady(specimen, before)
        raise Violation(
            f"with probabilities of exactly 0, {N - kept} of {N} picks are others "
            "than with 0.000001: is log 0 or 0/0 in the score?"
        )


# Probabilities of exactly 0 and of almost 0 should lead to the same picks.
def _half_certain(base: Problem, floor: float) -> Problem:
    def change(vectors: NDArray[np.floating]) -> NDArray[np.floating]:
        vectors[::2] *= 0.01
        return vectors

    return with_vectors(base, change, scale=100.0, floor=floor)


@guards_against("argsort, which sorts NaN last and so treats it as the best score")
def nan_is_bought_last(specimen: Specimen) -> None:
    """Candidates for which the model returns NaN are picked last."""
    if not specimen.descriptor.needs:
        raise Skip("it reads nothing that could be NaN")
    base = usual(specimen)
    broken = np.unique(base.candidates[base.pool[: N_POOL // 3], 0])
    some = _with_nan(base, broken)
    _ask_all(specimen, some)
    _ask_all(specimen, _with_nan(base, base.candidates[:, 0]))
    picked = base.candidates[list(ask(specimen, some).chosen), 0]
    wasted = np.isin(picked, broken).sum()
    if wasted:
        raise Violation(
            f"{wasted} of {N} picks are candidates for which the model returns NaN, though others "
            "are left; albench.api.top picks NaN last"
        )


def _with_nan(base: Problem, samples: NDArray[np.intp]) -> Problem:
    def change(vectors: NDArray[np.floating]) -> NDArray[np.floating]:
        vectors[samples] = np.nan
        return vectors

    return with_vectors(base, change)


@guards_against("class centres, classifiers and neighbours that need a label of every class")
def poor_labelled_sets(specimen: Specimen) -> None:
    """It works with no label, one label, one class, a missing class, and two classes."""
    _ask_all(specimen, usual(specimen, n_labelled=0))
    _ask_all(specimen, usual(specimen, n_labelled=1))
    _ask_all(specimen, usual(specimen, classes=(1,)))
    _ask_all(specimen, usual(specimen, classes=(0, 2)))
    _ask_all(specimen, usual(specimen, classes=(0, 1), n_classes=2))


@guards_against("sample numbers used as indices; -1 taken for a sample that candidates share")
def modalities_that_candidates_lack(specimen: Specimen) -> None:
    """One that says so works where candidates lack modalities (sample number -1)."""
    if not specimen.descriptor.incomplete:
        raise Skip("it does not say that it works where candidates lack modalities")
    low, high = specimen.descriptor.modalities
    base = problem(low if high is not None and high < 2 else max(low, 2))  # two can be told apart
    for column in range(base.candidates.shape[1]):
        lacking = base.candidates.copy()
        lacking[column :: max(2, lacking.shape[1]), column] = -1
        _ask_all(specimen, replace(base, candidates=lacking))


@guards_against("options that work only at their defaults")
def options_at_their_ends(specimen: Specimen) -> None:
    """It works with the minimum and with every choice of each option."""
    ends = moderate_extremes(specimen.descriptor)
    if not ends:
        raise Skip("no option has a least value or choices")
    for name, value in ends:
        try:
            ask(specimen, usual(specimen), **{name: value})
        # Whatever the plugin raised, the message names the option's value.
        except Exception as error:
            raise Violation(f"with {name} = {value!r}: {type(error).__name__}: {error}") from error
