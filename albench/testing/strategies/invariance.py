"""Checks of invariance: to the order of the pool, to numbering, precision and the seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import permutations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.descriptors.options import moderate_extremes
from albench.testing.strategies.problems import N_CLASSES, N_POOL, with_vectors
from albench.testing.strategies.queries import N, ask, is_decided, require_steady, usual

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from albench.testing.specimen import Specimen
    from albench.testing.strategies.problems import Problem

RUNS = 12
"""The number of random orders in which a pool is shown."""


@guards_against("picks that depend on the order in which the pool is stored")
def permuting_the_pool_permutes_the_picks(specimen: Specimen) -> None:
    """The order of a pool without ties does not change the picks."""
    _require_decided(specimen)
    base = usual(specimen)
    plain = ask(specimen, base)
    for run in range(3):
        order = np.random.default_rng((4, run)).permutation(N_POOL)
        shown = ask(specimen, base.in_order(order)).chosen
        if shown != plain.chosen:
            require_steady(specimen, plain)
            raise Violation(
                f"the pool in another order: {len(plain.chosen - shown)} of {N} picks are other "
                "candidates; tag it 'randomised' if it draws them, 'coarse' if its scores tie"
            )


def _require_decided(specimen: Specimen) -> None:
    if not is_decided(specimen):
        raise Skip("tagged randomised or coarse: chance decides, evenly, as other checks see")


@guards_against("draws that favour one end of the pool; caches keyed by shape")
def position_does_not_matter(specimen: Specimen) -> None:
    """With the pool in random order, all positions are equally likely to be picked."""
    require_no_favoured_position(specimen, usual(specimen))


@guards_against("ties broken by position")
def ties_are_not_in_pool_order(specimen: Specimen) -> None:
    """Where all candidates tie, `rng` alone decides."""
    alike = with_vectors(usual(specimen), np.zeros_like, scale=0.0)
    firsts = Counter(int(ask(specimen, alike, seed=seed).picks[0]) for seed in range(12))
    (position, times), *_ = firsts.most_common(1)
    if len(firsts) < 3:
        raise Violation(
            f"all candidates are alike, but {times} of 12 random streams begin with position "
            f"{position}: break ties by `rng`, as albench.api.top does"
        )
    require_no_favoured_position(specimen, alike)


def require_no_favoured_position(
    specimen: Specimen, base: Problem, n: int = N, runs: int = RUNS
) -> None:
    """Raise if `n` picks tend to one end of a pool shown in random orders.

    A strategy that ignores the order picks a uniformly random subset of positions, however the
    picks depend on each other; so the mean position has a known variance. It is refused 5 standard
    deviations from the middle, where it is by chance once in a million.
    """
    n_pool = len(base.pool)
    orders = [np.random.default_rng((3, run)).permutation(n_pool) for run in range(runs)]
    picks = [ask(specimen, base.in_order(o), n, seed=i).picks for i, o in enumerate(orders)]
    mean = float(np.mean(picks))
    variance = (n_pool**2 - 1) / 12 / n * (n_pool - n) / (n_pool - 1) / runs
    if abs(mean - (n_pool - 1) / 2) > 5 * variance**0.5:
        raise Violation(
            f"the pool was shown in {runs} random orders, but the mean position of the picks is "
            f"{mean:.1f} of 0 to {n_pool - 1}: the order of the pool decides"
        )


@guards_against(
    "tags that switch checks off without need; unannounced randomness",
    covers=("tag randomised", "tag coarse"),
)
def randomness_is_as_declared(specimen: Specimen) -> None:
    """`rng` changes the picks if the tags say so; otherwise it only breaks ties."""
    base = usual(specimen)
    tags = specimen.descriptor.tags & {"randomised", "coarse"}
    if tags:
        if not any(_depends_on_stream(specimen, *each) for each in _occasions(specimen, base)):
            raise Violation(
                f"tagged {' and '.join(sorted(tags))}, but its picks do not depend on the random "
                "stream: without the tag, more of it is checked"
            )
    elif _depends_on_stream(specimen, base):
        raise Violation(
            "no two candidates are alike, but its picks depend on the random stream: tag it "
            "'randomised' if it draws them, 'coarse' if its scores tie"
        )


def _occasions(
    specimen: Specimen, base: Problem
) -> Iterator[tuple[Problem, dict[str, Any]]]:  # options have types of their own
    """Yield pools and options with which randomness may show."""
    yield base, {}
    yield usual(specimen, n_labelled=2), {}
    if "coarse" in specimen.descriptor.tags:
        yield with_vectors(base, np.sign, scale=0.1), {}  # few values, which tie
    for name, value in moderate_extremes(specimen.descriptor):
        yield base, {name: value}
    yield usual(specimen, n_pool=600), {}  # enough to be sampled from


def _depends_on_stream(
    specimen: Specimen,
    base: Problem,
    options: Mapping[str, Any] = MappingProxyType({}),  # of types of their own
) -> bool:
    answers = [ask(specimen, base, 2 * N, seed=seed, **options) for seed in range(4)]
    if len({answer.chosen for answer in answers}) == 1:
        return False
    require_steady(specimen, answers[0], 2 * N, seed=0, **options)
    return True


@guards_against(
    "class numbers used as stages; scores computed from the first class only",
    covers=("tag ordinal",),
)
def class_numbers_are_names(specimen: Specimen) -> None:
    """Renumbering the classes does not change the picks, unless it is tagged `ordinal`."""
    ordinal = "ordinal" in specimen.descriptor.tags
    if not ordinal:
        _require_decided(specimen)
    base = usual(specimen, n_labelled=40)
    orders = [np.array(order, dtype=np.intp) for order in permutations(range(N_CLASSES))]
    queries = [ask(specimen, base.with_classes(order)) for order in orders]
    answers = {query.chosen for query in queries}
    if len(answers) > 1:
        require_steady(specimen, queries[0])
    if ordinal and len(answers) == 1:
        raise Violation("tagged ordinal, but renumbering the classes changes no pick")
    if not ordinal and len(answers) > 1:
        raise Violation(
            f"renumbering the classes gives {len(answers)} different answers: tag it "
            "'ordinal' if it takes class numbers for stages"
        )


@guards_against("numbers of samples or subjects used as features")
def sample_numbers_are_names(specimen: Specimen) -> None:
    """Renumbering samples and subjects does not change the picks."""
    _require_decided(specimen)
    base = usual(specimen)
    plain = ask(specimen, base)
    again = ask(specimen, _renumbered(base))
    if plain.chosen != again.chosen:
        require_steady(specimen, plain)
        raise Violation(
            "with samples and subjects renumbered, other candidates are picked: their "
            "numbers only say which are the same"
        )


def _renumbered(base: Problem) -> Problem:
    rng = np.random.default_rng(5)
    numbers = rng.permutation(len(base.candidates))  # the new number of each sample
    moved = {name: table[np.argsort(numbers)] for name, table in base.source.vectors.items()}
    return replace(
        base,
        source=replace(base.source, vectors=moved),
        candidates=numbers[base.candidates],
        subjects=rng.permutation(base.subjects.max() + 1)[base.subjects],
    )


@guards_against("scores dominated by rounding errors; thresholds of their size")
def precisions_agree(specimen: Specimen) -> None:
    """Picks are the same in float32 and in float64."""
    if "coarse" in specimen.descriptor.tags:
        raise Skip("tagged coarse: ties may fall otherwise")
    base = usual(specimen)
    single = ask(specimen, base)
    double = ask(specimen, base.in_precision(np.float64)).chosen
    if single.chosen != double:
        require_steady(specimen, single)
        raise Violation(
            f"in float64, {len(single.chosen - double)} of {N} picks are others than in float32"
        )
