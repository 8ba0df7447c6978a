"""Asking a strategy: what it is shown, and what is done with its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api.pool import PoolView
from albench.errors import AlbenchError
from albench.execute.checks import checked_picks, fingerprints
from albench.execute.child import describe, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api.pool import PoolSource
    from albench.api.strategy import QueryStrategy
    from albench.execute.task import Unlabelled


@dataclass(frozen=True, eq=False)
class Question:
    """One query: what to ask of whom.

    Parameters
    ----------
    data : Unlabelled
        Whose candidates.
    labelled : ndarray of int
        The labelled candidates' numbers, in the order of purchase.
    labels : ndarray of int
        Their class numbers.
    pool : ndarray of int
        The unlabelled training candidates' numbers.
    n_units : int
        How many candidates or subjects to buy.
    unit : str
        ``candidates`` or ``subjects``.
    round : int
        From 1.
    pool_labels : ndarray of int or None
        The class numbers of `pool`, for a strategy whose descriptor says that it uses labels that
        it could not have; no other is given them.
    """

    data: Unlabelled
    labelled: NDArray[np.intp]
    labels: NDArray[np.intp]
    pool: NDArray[np.intp]
    n_units: int
    unit: str
    round: int
    pool_labels: NDArray[np.intp] | None = None


def ask(
    question: Question,
    build: Callable[[], QueryStrategy],
    source: PoolSource,
    model_hash: Callable[[], str],
    rng: np.random.Generator,
    who: str,
) -> NDArray[np.intp]:
    """Return the candidates that a strategy buys.

    Parameters
    ----------
    question : Question
        What is asked.
    build : callable
        Makes the strategy anew.
    source : PoolSource
        What the model says.
    model_hash : callable
        The hash of the model's weights and buffers as they are.
    rng : numpy.random.Generator
        Of the purpose *strategy*.
    who : str
        Strategy and distribution, for messages.

    Returns
    -------
    ndarray of int
        Candidates' numbers, in the order of the strategy's preference.

    Raises
    ------
    QueryFault
        If the answer is not a query's answer.
    PurityViolation
        If the strategy changed the model, the pool or the global random state.
    AlbenchError
        If it raised anything itself.
    """
    who = f"{who}, round {question.round}"
    strategy = _built(build, who)
    view = _view(question, strategy, source)
    before = fingerprints(model_hash(), _shown(view))
    if question.unit == "subjects":
        picks = _ask_for_subjects(question, strategy, view, rng, who)
    else:
        picks = _answer(strategy, view, question.n_units, rng, who)
    before.require_equal(fingerprints(model_hash(), _shown(view)), who)
    return question.pool[picks]


def _built(build: Callable[[], QueryStrategy], who: str) -> QueryStrategy:
    try:
        return build()
    # A plugin's constructor may raise anything; it ends this cell with a reason, not the run.
    except Exception as error:
        raise AlbenchError(f"{who}: could not be built: {describe(error)}") from error


def _view(question: Question, strategy: QueryStrategy, source: PoolSource) -> PoolView:
    data, hidden = question.data, question.pool_labels
    candidates = data.candidates[question.pool]
    return PoolView(
        source,
        needs=strategy.needs,
        modalities=data.modalities,
        n_classes=data.n_classes,
        candidates=candidates,
        subjects=data.candidate_subjects[question.pool],
        labelled_candidates=data.candidates[question.labelled],
        labelled_subjects=data.candidate_subjects[question.labelled],
        labels=question.labels,
        round=question.round,
        tell_labels=None if hidden is None else teller(candidates, hidden),
    )


def teller(
    candidates: NDArray[np.intp], labels: NDArray[np.intp]
) -> Callable[[NDArray[np.intp]], NDArray[np.intp]]:
    """Return what tells an oracle the labels of the pool.

    Parameters
    ----------
    candidates : ndarray of int, shape (n_pool, n_modalities)
        Sample numbers of the pool; the labels of no others are told.
    labels : ndarray of int, shape (n_pool,)
        Class numbers as they would be bought.

    Returns
    -------
    callable
        Takes candidates of the pool, ``(n, n_modalities)``, and returns their class numbers,
        ``(n,)``.
    """
    known = dict(zip(map(tuple, candidates.tolist()), labels.tolist(), strict=True))
    return lambda asked: np.array([known[tuple(row)] for row in asked.tolist()], np.intp)


def _shown(view: PoolView) -> dict[str, NDArray[Any]]:  # of ints and floats
    names = ("candidates", "subjects", "labelled_candidates", "labelled_subjects", "labels")
    return {name: getattr(view, name) for name in names}


def _answer(
    strategy: QueryStrategy, view: PoolView, n: int, rng: np.random.Generator, who: str
) -> NDArray[np.intp]:
    try:
        answer = strategy(view, n, rng)
    except AlbenchError as error:
        kind = type(error) if type(error).__module__ == AlbenchError.__module__ else AlbenchError
        raise kind(f"{who}: {text_of(error)}") from error
    # A plugin may raise anything; it ends this cell with a reason, not the run.
    except Exception as error:
        raise AlbenchError(f"{who}: raised {describe(error)}") from error
    return checked_picks(answer, n, len(view), who)


def _ask_for_subjects(
    question: Question,
    strategy: QueryStrategy,
    view: PoolView,
    rng: np.random.Generator,
    who: str,
) -> NDArray[np.intp]:
    """Return all candidates of the subjects that the strategy's picks belong to.

    Several picks of one subject buy it once; the strategy is then asked again, over the subjects
    that are left, until enough are bought.
    """
    bought: list[int] = []
    left = np.arange(len(view))
    while len(bought) < question.n_units and len(left):
        part = view.take(left)
        wanted = question.n_units - len(bought)
        picks = _answer(strategy, part, wanted, rng, who)
        bought += list(dict.fromkeys(part.subjects[picks].tolist()))
        left = np.flatnonzero(~np.isin(view.subjects, bought))
    owners = [np.flatnonzero(view.subjects == subject) for subject in bought]
    return np.concatenate(owners).astype(np.intp)
