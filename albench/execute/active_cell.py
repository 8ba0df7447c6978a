"""A cell opened in a child: modAL's learner over the classifier, and the labels bought so far."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import clone

from albench.api.acquisition import Offer
from albench.cohort.acquisitions import NOTHING
from albench.errors import AlbenchError
from albench.learn.learner import Learner
from albench.learn.optimisation import Seeds
from albench.learn.pool_views import QueryRound, candidate_view
from albench.seeds import Purpose, generator

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api.strategy import QueryStrategy
    from albench.execute.checked_acquisition import CheckedAcquisition, Purchase
    from albench.execute.held_out import HeldOut
    from albench.execute.task import Unlabelled
    from albench.learn.estimator import FusionClassifier
    from albench.learn.lockstep import Pupil
    from albench.planning import Cell


class ActiveCell:
    """Everything that a cell's rounds work on.

    Parameters
    ----------
    cell : Cell
        What is run.
    data : Unlabelled
        All candidates, training and test, without a label.
    classifier : FusionClassifier
        Untrained; it knows the samples of the training part only.
    held_out : HeldOut
        The test part.
    """

    def __init__(
        self, cell: Cell, data: Unlabelled, classifier: FusionClassifier, held_out: HeldOut
    ) -> None:
        self.cell = cell
        self.data = data
        self.held_out = held_out
        # Trained in the candidates' order, so that the order of purchase changes nothing.
        self.learner = Learner(classifier, order=lambda: np.argsort(self.answered))
        self.labelled = np.empty(0, dtype=np.intp)
        """The numbers of the candidates that were bought, in the order of purchase."""
        self.answered = np.empty(0, dtype=np.intp)
        """Those of them that somebody labelled: all, unless annotators may abstain."""
        self.acquired = NOTHING
        """The codes of the modalities that were bought one by one."""

    @property
    def classifier(self) -> FusionClassifier:
        """The classifier that the learner trains."""
        classifier: FusionClassifier = self.learner.estimator
        return classifier

    def measure(self, acquired: NDArray[np.intp]) -> None:
        """Add to what is known of subjects.

        Parameters
        ----------
        acquired : ndarray of int
            The codes of what was bought; none unless modalities are bought one by one.
        """
        self.acquired = np.concatenate([self.acquired, acquired])

    def known(self, numbers: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return candidates with the samples that are known of them.

        Parameters
        ----------
        numbers : ndarray of int
            Of candidates.

        Returns
        -------
        ndarray of int, shape (n, n_modalities)
            Sample numbers; all, unless modalities are bought one by one.
        """
        candidates, terms = self.data.candidates[numbers], self.data.acquisitions
        if terms is None:
            return candidates
        held = terms.held(self.acquired)
        return terms.shown(candidates, self.data.candidate_subjects[numbers], held)

    def seeds(self, number: int) -> Seeds:
        """Return what decides a round's training.

        Parameters
        ----------
        number : int
            The round; it keys batches and dropout masks, not the initial weights.

        Returns
        -------
        Seeds
            The same for all strategies.
        """
        return Seeds(
            weights=self.cell.stream(Purpose.WEIGHTS),
            batches=self.cell.stream(Purpose.BATCHES, number),
            dropout=self.cell.stream(Purpose.DROPOUT, number),
        )

    def teach(self, bought: NDArray[np.intp], labels: NDArray[np.intp], number: int) -> None:
        """Add what was bought to the labelled set, and train on all of it.

        Parameters
        ----------
        bought : ndarray of int
            Candidates' numbers.
        labels : ndarray of int
            Their class numbers; -1 where nobody answered, which is not trained on.
        number : int
            The round, which keys batches and dropout masks.
        """
        has_label = self._buy(bought, labels, number)
        if not len(self.answered):
            self._begin_untaught()
        else:
            self.learner.teach(self.known(bought[has_label]), labels[has_label])

    def pupil(
        self, bought: NDArray[np.intp], labels: NDArray[np.intp], number: int
    ) -> Pupil | None:
        """Add what was bought to the labelled set, and return what is to be trained on all of it.

        Parameters
        ----------
        bought : ndarray of int
            Candidates' numbers.
        labels : ndarray of int
            As of `teach`.
        number : int
            The round, which keys batches and dropout masks.

        Returns
        -------
        Pupil or None
            For a `Lockstep`, which trains it as `teach` would have; None while no candidate has a
            label, when there is nothing to train on.
        """
        has_label = self._buy(bought, labels, number)
        if not len(self.answered):
            self._begin_untaught()
            return None
        return self.learner.pupil(self.known(bought[has_label]), labels[has_label])

    def committee(self, number: int) -> list[Pupil]:
        """Return the members of the committee that a query is likely to ask for.

        Parameters
        ----------
        number : int
            The round that is about to be bought.

        Returns
        -------
        list of Pupil
            To be trained before the query, in a batch's lockstep.
        """
        committees = self.classifier.committees
        if committees is None or not len(self.answered) or not self.classifier.initialized_:
            return []
        seed = self.round(number).committee_seed
        if committees.are_trained(seed):
            return []
        labelled, labels = self.learner.X_training, self.learner.y_training
        return committees.pupils(self.classifier, labelled, labels, seed)

    def next_committee(self, number: int) -> list[Pupil]:
        """Return the members of the committee that the query after a training is likely to ask for.

        Parameters
        ----------
        number : int
            The round of the training, whose labels are in the labelled set already.

        Returns
        -------
        list of Pupil
            To be trained at the same time; none after the last round.
        """
        is_last = number + 1 >= len(self.data.schedule.targets)
        return [] if is_last else self.committee(number + 1)

    def _buy(
        self, bought: NDArray[np.intp], labels: NDArray[np.intp], number: int
    ) -> NDArray[np.bool_]:
        """Add to the labelled set, and return which of the new candidates have a label."""
        if self.classifier.initialized_ and not len(self.answered):
            # Weights that nothing has taught are no warm start, to be shrunk or trained less.
            before = self.classifier
            self.learner.estimator = clone(before)
            self.classifier.lockstep = before.lockstep
            self.classifier.committees = before.committees
        self.classifier.seeds = self.seeds(number)
        self.labelled = np.concatenate([self.labelled, bought])
        has_label: NDArray[np.bool_] = labels >= 0
        self.answered = np.concatenate([self.answered, bought[has_label]])
        return has_label

    def _begin_untaught(self) -> None:
        """Give the network its first weights, where there is nothing to train it on."""
        self.classifier.begin_fit()
        nothing = np.empty(0, dtype=np.intp)
        self.learner.adopt(self.known(nothing), nothing, self.classifier.state())

    def test_proba(self) -> NDArray[np.float32]:
        """Return what is said of the test part's units.

        Returns
        -------
        ndarray of float32, shape (n_units, n_classes)
            Of the model; while nothing is labelled there is none, and classes are equally likely.
        """
        if len(self.answered):
            return self.held_out.proba(self.classifier)
        return self.held_out.undecided(self.data.n_classes)

    def resume(self, labelled: NDArray[np.intp], labels: NDArray[np.intp], state: bytes) -> None:
        """Take over a labelled set, and the weights that were trained on it elsewhere.

        Parameters
        ----------
        labelled : ndarray of int
            Candidates' numbers, in the order of purchase.
        labels : ndarray of int
            Their class numbers, or -1.
        state : bytes
            What the classifier's ``state`` gave there.

        Raises
        ------
        AlbenchError
            If they are not this network's weights.
        """
        has_label = labels >= 0
        self.labelled, self.answered = labelled, labelled[has_label]
        try:
            self.learner.adopt(self.known(self.answered), labels[has_label], state)
        # A file that anybody may have written; what is in it decides what is raised.
        except Exception as error:
            raise AlbenchError(
                "the weights that it should go on from are not this network's "
                f"({type(error).__name__}): delete the folder work of these results, and run again"
            ) from error

    def query(
        self,
        strategy: QueryStrategy,
        n: int,
        number: int,
        tell_labels: Callable[[NDArray[np.intp]], NDArray[np.intp]] | None = None,
    ) -> NDArray[np.intp]:
        """Return the candidates that a strategy chooses of all that have no label yet.

        Parameters
        ----------
        strategy : QueryStrategy
            One whose answers can be relied on; see `CheckedStrategy`.
        n : int
            How many candidates or subjects.
        number : int
            The round that is about to be bought.
        tell_labels : callable or None
            Gives an oracle the pool's labels.

        Returns
        -------
        ndarray of int
            Candidates' numbers, in the order of the strategy's preference.
        """
        pool = self.pool()
        self.learner.strategy = strategy
        positions, _ = self.learner.query(
            self.known(pool),
            n_instances=n,
            rng=generator(self.cell.stream(Purpose.STRATEGY, number)),
            round=self.round(number, tell_labels),
        )
        # In a batch, others are asked before this one learns: what the query needed is let go.
        self.learner.strategy = None
        self.classifier.forget_predictions()
        bought: NDArray[np.intp] = pool[positions]
        return bought

    def requested(self, strategy: CheckedAcquisition, money: float, number: int) -> Purchase:
        """Return what a strategy buys that may ask for modalities.

        Parameters
        ----------
        strategy : CheckedAcquisition
            One whose answers can be relied on.
        money : float
            What it may spend.
        number : int
            The round that is about to be bought.

        Returns
        -------
        Purchase
            With candidates' numbers.

        Raises
        ------
        ValueError
            If modalities are not bought one by one here.
        """
        terms = self.data.acquisitions
        if terms is None:
            raise ValueError("there is nothing to measure")
        pool = self.pool()
        owners = self.data.candidate_subjects[pool]
        obtainable = (terms.has & ~terms.held(self.acquired))[owners]
        obtainable.flags.writeable = False
        prices = terms.prices.copy()
        prices.flags.writeable = False
        offer = Offer(
            money=money, label_price=terms.label_price, prices=prices, obtainable=obtainable
        )
        view = candidate_view(
            self.classifier,
            strategy.needs,
            pool=self.known(pool),
            labelled=self.learner.X_training,
            labels=self.learner.y_training,
            round=self.round(number),
        )
        rng = generator(self.cell.stream(Purpose.STRATEGY, number))
        bought = strategy(view, offer, rng)
        self.classifier.forget_predictions()
        return replace(bought, picks=pool[bought.picks])

    def pool(self) -> NDArray[np.intp]:
        """Return the numbers of the training candidates that have no label yet."""
        return self.data.train[~np.isin(self.data.train, self.labelled)]

    def round(
        self,
        number: int,
        tell_labels: Callable[[NDArray[np.intp]], NDArray[np.intp]] | None = None,
    ) -> QueryRound:
        """Return what a strategy's view of the pool must know of a round.

        Parameters
        ----------
        number : int
            The round that is about to be bought.
        tell_labels : callable or None
            Gives an oracle the pool's labels.

        Returns
        -------
        QueryRound
            With the seeds of its dropout passes and committees.
        """
        return QueryRound(
            number=number,
            dropout_seed=self.cell.stream(Purpose.DROPOUT, "query", number),
            committee_seed=self.cell.stream(Purpose.WEIGHTS, "committee", number),
            tell_labels=tell_labels,
        )
