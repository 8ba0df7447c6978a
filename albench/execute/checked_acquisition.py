"""Asking a strategy that buys modalities: its requests are checked, and become a purchase."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from albench.api.acquisition import Offer, Request
from albench.cohort.acquisitions import NOTHING
from albench.cohort.subject_costs import affordable
from albench.errors import QueryFault
from albench.execute.checked_strategy import answered, built, shown
from albench.execute.query_checks import fingerprints

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from albench.api.acquisition import AcquisitionStrategy
    from albench.api.pool import PoolView

LABEL_COLUMN = -1
"""Stands for the label where a modality would have its column."""


@dataclass(frozen=True, eq=False)
class Purchase:
    """What a round buys.

    Parameters
    ----------
    picks : ndarray of int
        The candidates whose labels are bought, by position in the pool or by number.
    acquired : ndarray of int
        The codes of the modalities that are bought; see `albench.cohort.acquisitions`.
    """

    picks: NDArray[np.intp]
    acquired: NDArray[np.intp] = field(default_factory=NOTHING.copy)


class CheckedAcquisition:
    """A plugin's strategy as a benchmark asks it.

    Parameters
    ----------
    build : callable
        Rebuilds the strategy.
    model_hash : callable
        The hash of the model's weights and buffers as they are.
    who : str
        Strategy, distribution and round, for messages.

    Raises
    ------
    AlbenchError
        If it cannot be built.
    """

    def __init__(
        self, build: Callable[[], AcquisitionStrategy], model_hash: Callable[[], str], who: str
    ) -> None:
        self._strategy = built(build, who)
        self.needs = self._strategy.needs
        self._model_hash = model_hash
        self._who = who

    def __call__(self, pool: PoolView, offer: Offer, rng: np.random.Generator) -> Purchase:
        """Return what the strategy buys.

        Parameters
        ----------
        pool : PoolView
            What it is shown.
        offer : Offer
            What can be bought.
        rng : numpy.random.Generator
            Of the purpose *strategy*.

        Returns
        -------
        Purchase
            With positions in the pool: all candidates of each subject whose label is bought.

        Raises
        ------
        QueryFault
            If the answer is no list of requests, or asks for what is not for sale.
        PurityViolation
            If the strategy changed the model, the pool or the global random state.
        AlbenchError
            If it raised anything itself.
        """
        before = fingerprints(self._model_hash(), shown(pool))
        answer = answered(lambda: self._strategy(pool, offer, rng), self._who)
        things = checked_requests(answer, pool, offer, self._who)
        before.require_equal(fingerprints(self._model_hash(), shown(pool)), self._who)
        return _purchase(things, pool, offer)


Thing = tuple[int, int]
"""A subject's number, and the column of a modality or `LABEL_COLUMN`."""


def checked_requests(answer: object, pool: PoolView, offer: Offer, who: str) -> list[Thing]:
    """Return what a strategy asks for, each thing once.

    Parameters
    ----------
    answer : object
        What the strategy returned.
    pool : PoolView
        What it was shown.
    offer : Offer
        What can be bought.
    who : str
        Strategy, distribution and round, for the message.

    Returns
    -------
    list of (int, int)
        Subjects, each with the column of a modality or `LABEL_COLUMN`.

    Raises
    ------
    QueryFault
        If the answer is anything else; names what came and what was expected.
    """
    if not isinstance(answer, list | tuple):
        raise QueryFault(f"{who}: expected a list of requests, found {type(answer).__name__}")
    if len(pool) and not answer:
        raise QueryFault(f"{who}: asks for nothing, of {len(pool)} candidates without a label")
    things: dict[Thing, None] = {}
    closed: set[int] = set()
    for request in answer:
        thing = _thing(request, pool, offer, who)
        if thing in things:
            continue
        subject, column = thing
        if subject in closed:
            name = pool.modalities[column]
            raise QueryFault(f"{who}: asks for {name} of a subject after its label")
        if column == LABEL_COLUMN:
            closed.add(subject)
        things[thing] = None
    return list(things)


def _thing(request: object, pool: PoolView, offer: Offer, who: str) -> Thing:
    if not isinstance(request, Request):
        raise QueryFault(f"{who}: expected requests, found {type(request).__name__}")
    place = request.position
    if not _is_position(place, len(pool)):
        shown = f"{place!r:.40}"
        raise QueryFault(f"{who}: {shown} is not a position in the pool (0 to {len(pool) - 1})")
    subject = int(pool.subjects[place])
    if request.modality is None:
        return subject, LABEL_COLUMN
    if request.modality not in pool.modalities:
        listed = ", ".join(pool.modalities)
        raise QueryFault(
            f"{who}: there is no modality {request.modality!r:.40}; there are {listed}"
        )
    column = pool.modalities.index(request.modality)
    if not offer.obtainable[place, column]:
        raise QueryFault(
            f"{who}: asks for {request.modality} of position {place}, which is known already or "
            "is not there to be measured (Offer.obtainable)"
        )
    return subject, column


def _is_position(place: object, n: int) -> bool:
    is_number = isinstance(place, int | np.integer) and not isinstance(place, bool)
    return is_number and 0 <= int(place) < n  # type: ignore[call-overload]  # a number


def _purchase(things: Sequence[Thing], pool: PoolView, offer: Offer) -> Purchase:
    """Return the first things, as long as money lasts."""
    price_of = np.append(offer.prices, offer.label_price)  # the label's column is the last
    prices = price_of[[column for _, column in things]]
    bought = things[: affordable(prices, offer.money)]
    labels = [subject for subject, column in bought if column == LABEL_COLUMN]
    owners = [np.flatnonzero(pool.subjects == subject) for subject in labels]
    codes = [s * len(offer.prices) + column for s, column in bought if column != LABEL_COLUMN]
    return Purchase(
        np.concatenate([NOTHING, *owners]).astype(np.intp), np.array(codes, dtype=np.intp)
    )
