"""Checks of strategies that ask for modalities of subjects: `albench.api.AcquisitionStrategy`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from albench.api import Offer
from albench.execute.checked_acquisition import checked_requests
from albench.testing.checks import Violation, guards_against
from albench.testing.descriptor_claims import counts
from albench.testing.global_generators import seeded_generators, unchanged_generators
from albench.testing.strategies.guarded_source import GuardedSource
from albench.testing.strategies.problems import problem
from albench.testing.strategies.queries import require_as_shown
from albench.testing.strategies.side_effects import no_side_effects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.execute.checked_acquisition import Thing
    from albench.testing.specimen import Specimen
    from albench.testing.strategies.problems import Problem

LABEL_PRICE = 5.0


@dataclass(frozen=True, eq=False)
class Market:
    """A pool of subjects of whom not everything is known.

    Parameters
    ----------
    problem : Problem
        Its candidates have sample -1 of what is not known.
    obtainable : ndarray of bool, shape (n_pool, n_modalities)
        What can be measured.
    label_price : float
        What a label costs; modalities cost 1, 2, and so on.
    """

    problem: Problem
    obtainable: NDArray[np.bool_]
    label_price: float = LABEL_PRICE

    @property
    def offer(self) -> Offer:
        """What may be bought, in arrays that cannot be written to."""
        prices = np.arange(1, self.obtainable.shape[1] + 1, dtype=np.float64)
        prices.flags.writeable = False
        obtainable = self.obtainable.copy()
        obtainable.flags.writeable = False
        return Offer(money=20.0, label_price=self.label_price, prices=prices, obtainable=obtainable)


def market(n_modalities: int, *, known: float = 0.5, there: float = 0.8) -> Market:
    """Return a pool in which everybody comes with the first modality.

    Of another modality, a share of the subjects is `there`, and of those a share is `known`. All
    candidates of a subject have the same modalities.
    """
    base = problem(n_modalities)
    rng = np.random.default_rng(1)
    shape = (int(base.subjects.max()) + 1, n_modalities)
    has, is_known = rng.random(shape) < there, rng.random(shape) < known
    has[:, 0] = is_known[:, 0] = True
    seen = (has & is_known)[base.subjects]
    pool = base.subjects[base.pool]
    masked = replace(base, candidates=np.where(seen, base.candidates, -1))
    return Market(masked, (has & ~is_known)[pool])


@dataclass(frozen=True, eq=False)
class Answer:
    """What a strategy asks for, and what it read.

    Parameters
    ----------
    things : list of (int, int)
        As `checked_requests` gives them.
    source : GuardedSource
        Records what was read.
    """

    things: list[Thing]
    source: GuardedSource


def ask(specimen: Specimen, pool: Market, seed: int = 0) -> Answer:
    """Ask a new instance of a strategy, and return its valid requests.

    Raises `QueryFault` if they are not valid, and `Violation` if it wrote into what it was shown.
    """
    strategy = specimen.build()
    source = GuardedSource(pool.problem.source, strategy.needs)
    view, offer = pool.problem.view(strategy.needs, source), pool.offer
    answer = strategy(view, offer, np.random.default_rng(seed))
    things = checked_requests(answer, view, offer, f"shown {len(view)} candidates")
    require_as_shown(view, pool.problem)
    if not np.array_equal(offer.obtainable, pool.obtainable):
        raise Violation("it wrote into what is on offer")
    source.require_unchanged()
    return Answer(things, source)


def usual(specimen: Specimen, *, known: float = 0.5) -> Market:
    """Return an ordinary pool, of a number of modalities that the strategy works with."""
    return market(counts(specimen.descriptor)[-1], known=known)


@guards_against(
    "requests for what is known or is not there; nothing asked for; odd positions",
    covers=("is a", "modalities"),
)
def requests_can_be_met(specimen: Specimen) -> None:
    """It asks for something, and only for what is on offer, whatever is known and there."""
    for count in counts(specimen.descriptor):
        for known in (0.0, 0.5, 1.0):
            ask(specimen, market(count, known=known))
        ask(specimen, market(count, there=0.0))
        ask(specimen, replace(market(count), label_price=0.0))


@guards_against("last rounds")
def small_pools_have_requests(specimen: Specimen) -> None:
    """It asks for something in pools of one and of three candidates."""
    whole = usual(specimen)
    for size in (1, 3):
        few = whole.problem.in_order(np.arange(size))
        ask(specimen, replace(whole, problem=few, obtainable=whole.obtainable[:size]))


@guards_against(
    "draws from global generators, clocks, the order of sets", covers=("tag randomised",)
)
def same_seed_same_requests(specimen: Specimen) -> None:
    """The same pool and seed give the same requests; where it is tagged, others differ."""
    answers = [ask(specimen, usual(specimen)).things for _ in range(3)]
    with seeded_generators(7):
        answers.append(ask(specimen, usual(specimen)).things)
    if any(answer != answers[0] for answer in answers):
        raise Violation("the same pool and the same seed give different requests")
    if "randomised" not in specimen.descriptor.tags:
        return
    others = [ask(specimen, usual(specimen), seed).things for seed in range(1, 6)]
    if all(other == answers[0] for other in others):
        raise Violation("it is tagged 'randomised', but six seeds give the same requests")


@guards_against(
    "models that are skipped for nothing, and reads that are not announced", covers=("need",)
)
def what_is_declared_is_read(specimen: Specimen) -> None:
    """It reads what its needs declare on some pool, and nothing else on any."""
    reads: Counter[str] = Counter()
    for known in (0.0, 0.5):
        source = ask(specimen, usual(specimen, known=known)).source
        source.require_declared()
        reads += source.reads
    if idle := sorted(specimen.descriptor.needs - set(reads)):
        raise Violation(f"it declares {', '.join(idle)} but never reads it")


@guards_against("seeding the global generators; files left in the working directory")
def nothing_else_is_touched(specimen: Specimen) -> None:
    """A request leaves global generators, files, sockets and variables alone."""
    pool = usual(specimen)
    ask(specimen, pool)  # what is imported in a first call is no side effect
    with unchanged_generators("a query"), no_side_effects():
        ask(specimen, pool)
