"""Asking a strategy: its answers are checked, and a query must leave no trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from albench.cohort.subject_costs import Purse
from albench.errors import AlbenchError
from albench.execute.child import describe, text_of
from albench.execute.query_checks import checked_picks, fingerprints

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api.pool import PoolView
    from albench.api.strategy import QueryStrategy

Built = TypeVar("Built")


class CheckedStrategy:
    """A plugin's strategy as a benchmark asks it.

    Parameters
    ----------
    build : callable
        Rebuilds the strategy.
    model_hash : callable
        The hash of the model's weights and buffers as they are.
    bought : str or Purse
        What is bought: ``candidates``, ``subjects``, or subjects as long as money lasts.
    who : str
        Strategy, distribution and round, for messages.

    Raises
    ------
    AlbenchError
        If it cannot be built.
    """

    def __init__(
        self,
        build: Callable[[], QueryStrategy],
        model_hash: Callable[[], str],
        bought: str | Purse,
        who: str,
    ) -> None:
        self._strategy = built(build, who)
        self.needs = self._strategy.needs
        self._model_hash = model_hash
        self._bought = bought
        self._who = who

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return what the strategy buys.

        Parameters
        ----------
        pool : PoolView
            What it is shown.
        n : int
            How many candidates or subjects to buy; where money is spent, how many subjects it can
            pay for at most.
        rng : numpy.random.Generator
            Of the purpose *strategy*.

        Returns
        -------
        ndarray of int
            Positions in the pool, in the order of the strategy's preference; where subjects are
            bought, all candidates of each.

        Raises
        ------
        QueryFault
            If the answer is not a query's answer.
        PurityViolation
            If the strategy changed the model, the pool or the global random state.
        AlbenchError
            If it raised anything itself.
        """
        before = fingerprints(self._model_hash(), shown(pool))
        if self._bought == "candidates":
            picks = _answer(self._strategy, pool, n, rng, self._who)
        else:
            subjects = _ask_for_subjects(self._strategy, pool, n, rng, self._who)
            if isinstance(self._bought, Purse):
                subjects = subjects[: self._bought.first(subjects)]
            picks = _all_candidates(pool, subjects)
        before.require_equal(fingerprints(self._model_hash(), shown(pool)), self._who)
        return picks


def built(build: Callable[[], Built], who: str) -> Built:
    """Return a strategy that a plugin builds.

    Parameters
    ----------
    build : callable
        Rebuilds it.
    who : str
        Strategy, distribution and round, for messages.

    Returns
    -------
    object
        What `build` gave.

    Raises
    ------
    AlbenchError
        If it raises anything.
    """
    try:
        return build()
    # A plugin's constructor may raise anything; it ends this cell with a reason, not the run.
    except Exception as error:
        raise AlbenchError(f"{who}: could not be built: {describe(error)}") from error


def shown(view: PoolView) -> dict[str, NDArray[Any]]:  # of ints and floats
    """Return the arrays of a pool that a query must leave as they are."""
    names = ("candidates", "subjects", "labelled_candidates", "labelled_subjects", "labels")
    return {name: getattr(view, name) for name in names}


def _answer(
    strategy: QueryStrategy, view: PoolView, n: int, rng: np.random.Generator, who: str
) -> NDArray[np.intp]:
    answer = answered(lambda: strategy(view, n, rng), who)
    return checked_picks(answer, n, len(view), who)


def answered(ask: Callable[[], object], who: str) -> object:
    """Return what a plugin's strategy answers.

    Parameters
    ----------
    ask : callable
        Asks it.
    who : str
        Strategy, distribution and round, for messages.

    Returns
    -------
    object
        Not checked yet.

    Raises
    ------
    AlbenchError
        If it raises anything.
    """
    try:
        return ask()
    except AlbenchError as error:
        kind = type(error) if type(error).__module__ == AlbenchError.__module__ else AlbenchError
        raise kind(f"{who}: {text_of(error)}") from error
    # A plugin may raise anything; it ends this cell with a reason, not the run.
    except Exception as error:
        raise AlbenchError(f"{who}: raised {describe(error)}") from error


def _ask_for_subjects(
    strategy: QueryStrategy, view: PoolView, n: int, rng: np.random.Generator, who: str
) -> list[int]:
    """Return the subjects that the strategy's picks belong to, in the order of its preference.

    Several picks of one subject buy it once; the strategy is then asked again, over the subjects
    that are left, until enough are bought.
    """
    bought: list[int] = []
    left = np.arange(len(view))
    while len(bought) < n and len(left):
        part = view.take(left)
        picks = _answer(strategy, part, n - len(bought), rng, who)
        bought += list(dict.fromkeys(part.subjects[picks].tolist()))
        left = np.flatnonzero(~np.isin(view.subjects, bought))
    return bought


def _all_candidates(view: PoolView, subjects: list[int]) -> NDArray[np.intp]:
    owners = [np.flatnonzero(view.subjects == subject) for subject in subjects]
    return np.concatenate(owners).astype(np.intp)


def teller(
    candidates: NDArray[np.intp], labels: NDArray[np.intp]
) -> Callable[[NDArray[np.intp]], NDArray[np.intp]]:
    """Return a function that gives an oracle the labels of the pool.

    Parameters
    ----------
    candidates : ndarray of int, shape (n_pool, n_modalities)
        Sample numbers of the pool; only their labels are returned.
    labels : ndarray of int, shape (n_pool,)
        Class numbers as they would be bought.

    Returns
    -------
    callable
        Takes candidates of the pool, ``(n, n_modalities)``, and returns their class numbers,
        ``(n,)``.
    """
    label_of = dict(zip(map(tuple, candidates.tolist()), labels.tolist(), strict=True))
    return lambda asked: np.array([label_of[tuple(row)] for row in asked.tolist()], np.intp)
