"""Annotators who err and abstain: labels of the training part as they are told when bought.

`annotators` are their kinds, as `AnnotatorSpec` says them, and `classes` those of the cohort, in
their order. `train` are the training candidates' numbers; all others keep their true labels.
Generators are of the purpose *noise*.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api.nearest import did_you_mean
from albench.cohort.absence import first_samples
from albench.cohort.noise import mislabelled
from albench.plural import plural
from albench.spelt_keys import as_spelt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from albench.cohort.join import Cohort

    Terms = Mapping[str, Any]  # what an `AnnotatorSpec` says: counts, shares, tables of shares

NO_ANSWER = -1
"""The class number of a candidate on which everybody abstained."""

_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Annotator:
    """Somebody who is asked for labels.

    Parameters
    ----------
    errors : ndarray of float, shape (n_classes, n_classes)
        By true class, the share of answers that are each other class; 0 on the diagonal.
    difficulty : float
        How unequally errors fall on samples, 0 to 1.
    abstain : float
        The share of samples on which there is no answer.
    """

    errors: NDArray[np.float64]
    difficulty: float
    abstain: float


def as_spelt_by(terms: Terms, classes: Sequence[str]) -> dict[str, Any]:
    """Return what an annotator's kind says, its classes spelt as the cohort's are.

    They are the same terms if they are spelt so.
    """
    spelt = dict(terms)
    if confusion := terms.get("confusion"):
        spelt["confusion"] = {
            true: dict(zip(as_spelt(row, classes), row.values(), strict=True))
            for true, row in zip(as_spelt(confusion, classes), confusion.values(), strict=True)
        }
    if pairs := terms.get("pairs"):
        spelt["pairs"] = [[*as_spelt(pair[:2], classes), pair[2]] for pair in pairs]
    return spelt


def as_labelled(
    cohort: Cohort,
    train: NDArray[np.intp],
    label_noise: float,
    annotators: Sequence[Terms],
    rng: np.random.Generator,
) -> Cohort:
    """Return a cohort as its training part is labelled in a repetition.

    It is the same where nothing can be wrong. `label_noise` is the share of labels that are wrong,
    0 if there are annotators; without these, labels are as it says.
    """
    if annotators:
        return annotated(cohort, train, panel(annotators, cohort.classes), rng)
    return mislabelled(cohort, train, label_noise, rng) if label_noise else cohort


def panel(annotators: Sequence[Terms], classes: Sequence[str]) -> list[Annotator]:
    """Return everybody who is asked, each as often as its kind says."""
    return [
        Annotator(_errors(terms, classes), terms.get("difficulty", 0.0), terms.get("abstain", 0.0))
        for terms in annotators
        for _ in range(terms.get("number", 1))
    ]


def _errors(terms: Terms, classes: Sequence[str]) -> NDArray[np.float64]:
    n = len(classes)
    places = {name: i for i, name in enumerate(classes)}
    errors = np.full((n, n), terms.get("wrong", 0.0) / (n - 1))
    for true, row in terms.get("confusion", {}).items():
        for answer, share in row.items():
            errors[places[true], places[answer]] += share
    for one, other, share in terms.get("pairs", ()):
        errors[places[one], places[other]] += share
        errors[places[other], places[one]] += share
    np.fill_diagonal(errors, 0.0)
    return errors


def about_annotators(annotators: Sequence[Terms], classes: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with annotators of a cohort, in sentences that begin with the key."""
    for i, terms in enumerate(annotators):
        complaints = [*_about_names(terms, classes), *_about_whole_rows(terms)]
        if not complaints:
            complaints = [*_about_sums(_errors(terms, classes), terms, classes)]
        yield from (f"annotators[{i}].{complaint}" for complaint in complaints)


def _about_names(terms: Terms, classes: Sequence[str]) -> Iterator[str]:
    confusion = terms.get("confusion", {})
    named = [("confusion", name) for true, row in confusion.items() for name in (true, *row)]
    named += [("pairs", name) for pair in terms.get("pairs", ()) for name in pair[:2]]
    for key, name in dict.fromkeys(named):
        if name not in classes:
            hint = did_you_mean(name, classes) or "."
            yield f"{key}: there is no class {name!r}{hint} There are: {', '.join(classes)}"
    for one, other, _ in terms.get("pairs", ()):
        if one == other:
            yield f"pairs: {one!r} is paired with itself"


def _about_whole_rows(terms: Terms) -> Iterator[str]:
    """Yield the rows of a confusion matrix that name the right answer, but are not whole."""
    for true, row in terms.get("confusion", {}).items():
        total = sum(row.values())
        if true in row and abs(total - 1.0) > 1e-6:
            yield (
                f"confusion.{true}: sums to {total:g} with the right answer {row[true]:g}; a whole "
                "row sums to 1, and one of errors alone leaves the right answer out"
            )


def _about_sums(errors: NDArray[np.float64], terms: Terms, classes: Sequence[str]) -> Iterator[str]:
    most = 1.0 + terms.get("difficulty", 0.0)
    for name, total in zip(classes, most * errors.sum(axis=1), strict=True):
        if total > 1.0 + _ROUNDING:
            hard = f" on the hardest samples (difficulty {most - 1:g})" if most > 1 else ""
            yield f"errors of class {name!r} sum to {total:g}{hard}: 1 is all there can be"


def annotated(
    cohort: Cohort, train: NDArray[np.intp], panel: Sequence[Annotator], rng: np.random.Generator
) -> Cohort:
    """Return the cohort with the labels that annotators give to the training part.

    Each of the panel is asked on its own about each sample of the first modality, of which each
    candidate has exactly one; what makes a sample hard is the same for all. The majority counts; of
    several answers that are given equally often, one is drawn. `NO_ANSWER` is the label on which
    everybody abstains. The labels of subjects stay.
    """
    keys, n_samples = first_samples(cohort)
    samples = keys[train]
    true = cohort.true_labels[train]
    # A row of draws a sample number, whether or not it is in this training part: what becomes of a
    # sample depends neither on the split, nor on other modalities, nor on who else is asked.
    hardness, ties = rng.random((n_samples, 2))[samples].T
    votes = np.zeros((len(train), len(cohort.classes)), dtype=np.intp)
    for annotator in panel:
        answers = _answers(annotator, true, hardness, rng.random((n_samples, 2))[samples])
        given = np.flatnonzero(answers != NO_ANSWER)
        votes[given, answers[given]] += 1
    labels = cohort.true_labels.copy()
    labels[train] = _majority(votes, ties)
    may_abstain = all(annotator.abstain > 0 for annotator in panel)
    return replace(cohort, given_labels=labels, may_abstain=may_abstain)


def _answers(
    annotator: Annotator,
    true: NDArray[np.intp],
    hardness: NDArray[np.float64],
    draws: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Return the answer to each candidate of the true classes given, or `NO_ANSWER`."""
    weights = 1.0 + annotator.difficulty * (2.0 * hardness - 1.0)  # of mean 1
    ends = np.cumsum(annotator.errors[true] * weights[:, None], axis=1)  # (n, n_classes)
    mistaken = (draws[:, :1] >= ends).sum(axis=1)
    answers = np.where(mistaken < ends.shape[1], mistaken, true)
    return np.where(draws[:, 1] < annotator.abstain, NO_ANSWER, answers)


def _majority(votes: NDArray[np.intp], ties: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the class with the most votes; of equal ones, that which a draw 0 to 1 points to."""
    best = votes == votes.max(axis=1, keepdims=True)
    wanted = 1 + np.floor(ties * best.sum(axis=1)).astype(np.intp)
    winners = (np.cumsum(best, axis=1) == wanted[:, None]).argmax(axis=1)
    return np.where(votes.any(axis=1), winners, NO_ANSWER)


def in_words(annotators: Sequence[Terms]) -> str:
    """Return a sentence on who labels the training part, empty if there are no annotators."""
    if not annotators:
        return ""
    number = sum(terms.get("number", 1) for terms in annotators)
    kinds = "; ".join(_who(terms, number) + _kind(terms) for terms in annotators)
    how = " The majority counts." if number > 1 else ""
    return f"Training labels come from {plural(number, 'simulated annotator')} ({kinds}).{how}"


def _who(terms: Terms, everybody: int) -> str:
    number = terms.get("number", 1)
    if number == 1:
        return ""
    return "each " if number == everybody else f"{number} of whom each "


def _kind(terms: Terms) -> str:
    parts = []
    if terms.get("wrong"):
        parts.append(f"{_percent(terms['wrong'])} wrong")
    parts += [
        f"{true} taken for {answer} in {_percent(share)}"
        for true, row in terms.get("confusion", {}).items()
        for answer, share in row.items()
        if answer != true and share
    ]
    parts += [
        f"{one} and {other} taken for each other in {_percent(share)}"
        for one, other, share in terms.get("pairs", ())
    ]
    if terms.get("difficulty"):
        parts.append(f"more often on hard samples ({terms['difficulty']:g})")
    if terms.get("abstain"):
        parts.append(f"no answer in {_percent(terms['abstain'])}")
    return ", ".join(parts) or "always right"


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
