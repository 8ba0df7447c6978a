"""Whether a network predicts what it was trained on as well as it did in training."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from albench.learn.mini_batches import CandidateDataset, MiniBatches
from albench.learn.train_eval_modes import normalising_by_batch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.learn.estimator import FusionClassifier


@dataclass(frozen=True)
class ModeGap:
    """The accuracy on the labelled set, in either mode.

    Parameters
    ----------
    by_batch : float
        With batch norms normalising by each batch, as in training; without dropout.
    predicted : float
        In evaluation mode, as on the test part.
    """

    by_batch: float
    predicted: float


def mode_gap(
    classifier: FusionClassifier, candidates: NDArray[np.intp], labels: NDArray[np.intp], seed: int
) -> ModeGap:
    """Return the accuracy on a labelled set in training mode and in evaluation mode.

    They should be near each other. If prediction is far worse, the statistics of batch norms lag
    behind the weights.

    Parameters
    ----------
    classifier : FusionClassifier
        A trained one; it is not changed.
    candidates : ndarray of int, shape (n, n_modalities)
        What it was trained on, at least two.
    labels : ndarray of int, shape (n,)
        Their class numbers.
    seed : int
        Of the order of batches.

    Returns
    -------
    ModeGap
        Equal for a network without batch norms.
    """
    predicted = float(np.mean(classifier.predict_proba(candidates).argmax(axis=1) == labels))
    # A copy, since a batch norm in training mode changes its statistics.
    module = copy.deepcopy(classifier.module_)
    dataset = CandidateDataset(classifier.store, candidates, labels)
    batches = MiniBatches(dataset, classifier.training.batch_size, np.random.default_rng(seed))
    n_right = 0
    with normalising_by_batch(module) as norms, torch.no_grad():
        if not norms:
            return ModeGap(by_batch=predicted, predicted=predicted)
        for samples, truth in batches:
            x = {name: values.to(classifier.device) for name, values in samples.items()}
            n_right += int((module(x).argmax(dim=1).cpu() == truth).sum())
    return ModeGap(by_batch=n_right / len(labels), predicted=predicted)
