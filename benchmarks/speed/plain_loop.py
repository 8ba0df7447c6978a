# ruff: noqa: N803  # X is scikit-learn's name
"""An active-learning loop as one writes it with scikit-activeml: ``python plain_loop.py``.

It is what `against_plain_loop.py` compares albench with: the vectors of all modalities in one
table, scikit-learn's perceptron or a torch network trained by skorch, scikit-activeml's strategies
asked about it, and joblib on two processes. As in `benchmarks/strategies.toml`, a round trains anew
for at least 60 updates and 5 epochs. Run by itself, it learns scikit-learn's digits.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from joblib import Parallel, delayed
from skactiveml import pool
from skactiveml.classifier import SklearnClassifier, SkorchClassifier
from skactiveml.utils import call_func
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from skactiveml.base import SkactivemlClassifier

UPDATES, EPOCHS, BATCH, LEARNING_RATE, HIDDEN = 60, 5, 32, 5e-3, 64
MEMBERS = 5


@dataclass(frozen=True, eq=False)
class Problem:
    """Standardised vectors, and which of the training part are labelled at first."""

    X: NDArray[np.float32]
    y: NDArray[np.intp]
    X_test: NDArray[np.float32]
    y_test: NDArray[np.intp]
    first: NDArray[np.intp]

    @classmethod
    def of(cls, X: Any, y: Any, train: Any, test: Any, first: Any) -> Problem:
        """Return the problem of a split; `first` counts rows of the training part."""
        scaler = StandardScaler().fit(X[train])
        X = scaler.transform(X).astype(np.float32)
        return cls(X[train], y[train], X[test], y[test], first)


def sklearn_perceptron(problem: Problem, n_labelled: int, seed: int) -> SkactivemlClassifier:
    """Return scikit-learn's perceptron, untrained."""
    epochs = n_epochs(n_labelled)
    perceptron = MLPClassifier(
        HIDDEN,
        batch_size=min(BATCH, n_labelled),
        learning_rate_init=LEARNING_RATE,
        max_iter=epochs,
        n_iter_no_change=epochs,
        random_state=seed,
    )
    return SklearnClassifier(perceptron, classes=np.unique(problem.y))


def skorch_perceptron(problem: Problem, n_labelled: int, seed: int) -> SkactivemlClassifier:
    """Return a torch network that skorch trains, untrained."""
    classes = np.unique(problem.y)
    torch.manual_seed(seed)
    network = nn.Sequential(
        nn.Linear(problem.X.shape[1], HIDDEN),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(HIDDEN, len(classes)),
    )
    training = {
        "max_epochs": n_epochs(n_labelled),
        "batch_size": BATCH,
        "iterator_train__shuffle": True,
        "optimizer": torch.optim.Adam,
        "lr": LEARNING_RATE,
        "train_split": None,
        "verbose": 0,
    }
    return SkorchClassifier(network, neural_net_param_dict=training, classes=classes)


def n_epochs(n_labelled: int) -> int:
    """Return how many epochs make the updates."""
    return max(EPOCHS, math.ceil(UPDATES / math.ceil(n_labelled / BATCH)))


STRATEGIES: dict[str, Callable[[int], Any]] = {
    "random": lambda seed: pool.RandomSampling(random_state=seed),
    "least-confident": lambda seed: pool.UncertaintySampling("least_confident", random_state=seed),
    "margin": lambda seed: pool.UncertaintySampling("margin_sampling", random_state=seed),
    "entropy": lambda seed: pool.UncertaintySampling("entropy", random_state=seed),
    "qbc-kl": lambda seed: pool.QueryByCommittee("KL_divergence", random_state=seed),
    "qbc-vote-entropy": lambda seed: pool.QueryByCommittee("vote_entropy", random_state=seed),
    "k-center": lambda seed: pool.CoreSet(random_state=seed),
    "typiclust": lambda seed: pool.TypiClust(k=20, random_state=seed),
    "probcover": lambda seed: pool.ProbCover(n_classes=10, random_state=seed),
    "maxherding": lambda seed: pool.MaxHerding(random_state=seed),
    "discriminative": lambda seed: pool.DiscriminativeAL(random_state=seed),
    "badge": lambda seed: pool.Badge(random_state=seed),
    "clue": lambda seed: pool.Clue(random_state=seed),
    "falcun": lambda seed: pool.Falcun(random_state=seed),
    "cal": lambda seed: pool.ContrastiveAL({"n_neighbors": 10}, random_state=seed),
    "dropquery": lambda seed: pool.DropQuery(n_dropout_samples=3, random_state=seed),
}
"""By albench's names: all that both have, except those that need passes with dropout."""

CLASSIFIERS = {"scikit-learn": sklearn_perceptron, "skorch": skorch_perceptron}


def learn(
    problem: Problem, classifier: str, strategy: str, targets: Sequence[int], seed: int
) -> list[float]:
    """Return the test accuracy of every round; one cell, in albench's words."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", ConvergenceWarning)  # the updates are counted
    build, query = CLASSIFIERS[classifier], STRATEGIES[strategy](seed)
    labels = np.full(len(problem.y), np.nan)
    picks, scores = problem.first, []
    for n_labelled, n_next in zip(targets, [*targets[1:], None], strict=True):
        labels[picks] = problem.y[picks]
        model = build(problem, n_labelled, seed).fit(problem.X, labels)
        scores.append(model.score(problem.X_test, problem.y_test))
        if n_next is not None:
            committee = [build(problem, n_labelled, seed + 1 + k) for k in range(MEMBERS)]
            picks = call_func(
                query.query,
                X=problem.X,
                y=labels,
                clf=model,
                fit_clf=False,
                estimator=model,
                fit_estimator=False,
                ensemble=committee,
                discriminator=SklearnClassifier(LogisticRegression(), classes=[0, 1]),
                batch_size=n_next - n_labelled,
            )
    return scores


def main() -> None:
    """Print each strategy's accuracies on scikit-learn's digits, the mean of three splits."""
    X, y = load_digits(return_X_y=True)
    problems = []
    for seed in range(3):
        train, test = train_test_split(
            np.arange(len(y)), test_size=0.3, stratify=y, random_state=seed
        )
        first = np.random.default_rng(seed).permutation(len(train))[:10]
        problems.append(Problem.of(X, y, train, test, first))
    for name in STRATEGIES:
        cells = (
            delayed(learn)(problem, "scikit-learn", name, (10, 20, 30, 40), seed)
            for seed, problem in enumerate(problems)
        )
        print(f"{name:17}", np.mean(Parallel(n_jobs=2)(cells), axis=0).round(3))


if __name__ == "__main__":
    main()
