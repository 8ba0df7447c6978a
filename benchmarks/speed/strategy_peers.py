# ruff: noqa: N803  # X is scikit-learn's name
# mypy: disable-error-code="import-not-found,import-untyped"
# baal is optional, and has no types where it is installed.
"""What the speed benchmark of strategies asks about, and how peers are asked, each its fastest way.

scikit-activeml gets a classifier that hands over what was computed before, an ensemble as one array
(its ``sample_predictions_method_name``), and the labelled set and the pool in one array or apart,
whichever is faster. baal gets all passes in one array in the order that it wants.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import softmax
from skactiveml import pool as skactiveml
from skactiveml.base import SkactivemlClassifier
from skactiveml.classifier import SklearnClassifier
from sklearn.linear_model import LogisticRegression

from albench.api import PoolView, needs
from albench.strategies.coverage.probcover import pure_radius

try:  # the other peer is optional
    from baal.active import heuristics
    from baal.active.heuristics import stochastics
except ImportError:
    heuristics = stochastics = None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Integers = NDArray[np.intp]
    Query = Callable[[], Any]  # picks, as an array or a list

N_CLASSES, N_LABELLED = 10, 100
MODALITIES = ("a", "b")
ROUNDS = 30
"""The most rounds of k-means, albench's own; scikit-learn would allow 300."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a network has said of a pool, whole and in memory; a source of a `PoolView`."""

    n: int
    labels: Integers
    candidates: Integers
    arrays: dict[str, Any]  # by need: an array, or one a modality or a subset of them

    @classmethod
    def draw(cls, n: int, dimensions: int, reads: frozenset[str], count: int) -> Inputs:
        """Return Gaussian classes, the pool first, then the labelled set."""
        rng = np.random.default_rng(0)
        labels = np.arange(n + N_LABELLED) % N_CLASSES
        logits = rng.standard_normal((len(labels), N_CLASSES), dtype=np.float32)
        logits[np.arange(len(labels)), labels] += 2
        arrays: dict[str, Any] = {}
        if needs.EMBEDDINGS in reads:
            centres = rng.standard_normal((N_CLASSES, dimensions), dtype=np.float32)
            centres *= 4 / np.sqrt(dimensions)
            X = arrays[needs.EMBEDDINGS] = np.empty((len(labels), dimensions), np.float32)
            for start in range(0, len(X), 4096):
                part = slice(start, start + 4096)
                rng.standard_normal(out=X[part], dtype=np.float32)
                X[part] += centres[labels[part]]
                logits[part] = 0.3 * X[part] @ centres.T
        if needs.PROBA in reads:
            arrays[needs.PROBA] = softmax(logits, axis=1)
        for need in reads & {needs.DROPOUT_PROBA, needs.COMMITTEE_PROBA}:
            arrays[need] = np.stack([_noisy(logits[:n], rng) for _ in range(count)])
        if needs.STREAM_EMBEDDINGS in reads:
            shape = (n, dimensions // len(MODALITIES))
            arrays[needs.STREAM_EMBEDDINGS] = {
                name: rng.standard_normal(shape, dtype=np.float32) for name in MODALITIES
            }
        if needs.MASKED_PROBA in reads:
            subsets = ((), *((name,) for name in MODALITIES), MODALITIES)
            arrays[needs.MASKED_PROBA] = {kept: _noisy(logits[:n], rng) for kept in subsets}
        candidates = np.repeat(np.arange(len(labels))[:, None], len(MODALITIES), axis=1)
        return cls(n, labels, candidates, arrays)

    def proba(self, candidates: Integers) -> Floats:
        """Return the probabilities that were drawn."""
        return _rows(self.arrays[needs.PROBA], candidates)

    def embeddings(self, candidates: Integers) -> Floats:
        """Return the vectors that were drawn."""
        return _rows(self.arrays[needs.EMBEDDINGS], candidates)

    def dropout_proba(self, candidates: Integers, passes: int) -> Iterator[Floats]:
        """Yield passes that were drawn."""
        yield from (_rows(each, candidates) for each in self.arrays[needs.DROPOUT_PROBA][:passes])

    def committee_proba(self, candidates: Integers, members: int) -> Iterator[Floats]:
        """Yield members that were drawn."""
        proba = self.arrays[needs.COMMITTEE_PROBA][:members]
        yield from (_rows(each, candidates) for each in proba)

    def stream_embeddings(self, candidates: Integers) -> dict[str, Floats]:
        """Return the vectors that were drawn."""
        vectors = self.arrays[needs.STREAM_EMBEDDINGS]
        return {name: _rows(each, candidates) for name, each in vectors.items()}

    def masked_proba(self, candidates: Integers, kept: tuple[str, ...]) -> Floats:
        """Return the probabilities that were drawn."""
        return _rows(self.arrays[needs.MASKED_PROBA][kept], candidates)

    def view(self, reads: frozenset[str]) -> PoolView:
        """Return the pool as a strategy sees it: one candidate a subject, no sample twice."""
        candidates, everyone = self.candidates, self.candidates[:, 0]
        return PoolView(
            self,
            needs=reads,
            modalities=MODALITIES,
            n_classes=N_CLASSES,
            candidates=candidates[: self.n],
            subjects=everyone[: self.n],
            labelled_candidates=candidates[self.n :],
            labelled_subjects=everyone[self.n :],
            labels=self.labels[self.n :],
            tell_labels=lambda rows: self.labels[rows[:, 0]],
        )

    @property
    def n_bytes(self) -> int:
        """The size of all arrays, the numbers of candidates and labels included."""
        groups = [a.values() if isinstance(a, dict) else [a] for a in self.arrays.values()]
        arrays = itertools.chain((self.labels, self.candidates), *groups)
        return sum(array.nbytes for array in arrays)


def _noisy(logits: Floats, rng: np.random.Generator) -> Floats:
    noise = rng.standard_normal(logits.shape, dtype=np.float32)
    proba: Floats = softmax(logits + noise, axis=1)
    return proba


def _rows(array: Floats, candidates: Integers) -> Floats:
    """Return rows; those of the whole pool or the labelled set without a copy."""
    first, last = candidates[[0, -1], 0]
    if last - first == len(candidates) - 1:
        return array[first : last + 1]
    return array[candidates[:, 0]]


class FixedClassifier(SkactivemlClassifier):  # type: ignore[misc]  # scikit-activeml has no types
    """A fitted classifier that hands over what was computed before, or is a linear head."""

    def __init__(
        self, given: Any = None, classes: Any = None, missing_label: float = np.nan
    ) -> None:
        super().__init__(classes=classes, missing_label=missing_label)
        self.given = given

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> FixedClassifier:
        """Note the classes."""
        self._validate_data(X, y, sample_weight)
        return self

    def predict_proba(self, X: Any) -> Any:
        """Return the probabilities of the pool, or of the labelled set: as many rows as `X` has."""
        part = slice(0, N_LABELLED) if len(X) == N_LABELLED else slice(N_LABELLED, None)
        return self.given[part]

    def sample_proba(self, X: Any) -> Any:  # noqa: ARG002  # it is only asked of the pool
        """Return all passes, ``(passes, n, n_classes)``: scikit-activeml's own short way."""
        return self.given

    def predict(self, X: Any) -> Any:
        """Return the class that a linear head gives, for dropquery, which changes the inputs."""
        return (X @ self.given).argmax(axis=1)


APART = (skactiveml.CoreSet, skactiveml.ContrastiveAL, skactiveml.Falcun)
"""What is faster when the labelled set and the candidates are given apart."""


@dataclass(frozen=True, eq=False)
class Shown:
    """The inputs as scikit-activeml takes them: the labelled set first, the pool unlabelled."""

    X: Floats
    y: NDArray[np.float64]
    inputs: Inputs

    @classmethod
    def of(cls, inputs: Inputs) -> Shown:
        """Return the inputs in that order; a column of zeros where no features are read."""
        n, y = inputs.n, inputs.labels.astype(np.float64)
        y[:n] = np.nan
        X = inputs.arrays.get(needs.EMBEDDINGS, np.zeros((len(y), 1), np.float32))
        return cls(np.roll(X, N_LABELLED, axis=0), np.roll(y, N_LABELLED), inputs)

    def apart(self) -> tuple[Floats, NDArray[np.float64], Floats]:
        """Return the labelled set and the pool apart, the other way to ask."""
        return self.X[:N_LABELLED], self.y[:N_LABELLED], self.X[N_LABELLED:]

    def classifier(self, given: Any) -> FixedClassifier:
        """Return a fitted classifier."""
        classes = list(range(N_CLASSES))
        return FixedClassifier(given, classes).fit(self.X[:N_LABELLED], self.y[:N_LABELLED])

    def network(self) -> FixedClassifier:
        """Return a classifier that gives the probabilities."""
        return self.classifier(np.roll(self.inputs.arrays[needs.PROBA], N_LABELLED, axis=0))


def _asked(kind: Any, *options: Any, **named: Any) -> Callable[[Inputs, int], Query]:
    """Return scikit-activeml's strategy that only reads features."""

    def prepare(inputs: Inputs, b: int) -> Query:
        shown = Shown.of(inputs)
        strategy = kind(*options, random_state=0, **named)
        X, y, pool = shown.apart() if kind in APART else (shown.X, shown.y, None)
        return lambda: strategy.query(X, y, candidates=pool, batch_size=b)

    return prepare


def _with_network(kind: Any, *options: Any, **named: Any) -> Callable[[Inputs, int], Query]:
    """Return scikit-activeml's strategy that asks a classifier."""

    def prepare(inputs: Inputs, b: int) -> Query:
        shown = Shown.of(inputs)
        strategy, network = kind(*options, random_state=0, **named), shown.network()
        fit = {"fit_estimator" if kind is skactiveml.Clue else "fit_clf": False}
        X, y, pool = shown.apart() if kind in APART else (shown.X, shown.y, None)
        return lambda: strategy.query(X, y, network, candidates=pool, batch_size=b, **fit)

    return prepare


def _with_ensemble(
    need: str, kind: Any, *options: Any, **named: Any
) -> Callable[[Inputs, int], Query]:
    def prepare(inputs: Inputs, b: int) -> Query:
        shown = Shown.of(inputs)
        estimator = shown.classifier(inputs.arrays[need])
        strategy = kind(
            *options, sample_predictions_method_name="sample_proba", random_state=0, **named
        )
        return lambda: strategy.query(shown.X, shown.y, estimator, fit_ensemble=False, batch_size=b)

    return prepare


def _dropquery(inputs: Inputs, b: int) -> Query:
    shown = Shown.of(inputs)
    X, proba = inputs.arrays[needs.EMBEDDINGS], np.log(inputs.arrays[needs.PROBA])
    head = np.linalg.lstsq(X[:2048], (proba - proba.mean(axis=1, keepdims=True))[:2048])[0]
    strategy, estimator = (
        skactiveml.DropQuery(0.75, 3, cluster_algo_dict={"max_iter": ROUNDS}, random_state=0),
        shown.classifier(head),
    )
    return lambda: (
        strategy.query(shown.X, shown.y, estimator, fit_clf=False, batch_size=b) - N_LABELLED
    )


def _discriminative(inputs: Inputs, b: int) -> Query:
    shown = Shown.of(inputs)
    logistic = LogisticRegression(class_weight="balanced", max_iter=100_000)  # to its minimum
    strategy = skactiveml.DiscriminativeAL(True, random_state=0)
    head = SklearnClassifier(logistic, classes=list(range(N_CLASSES)))
    return lambda: strategy.query(shown.X, shown.y, head, batch_size=b)


def _probcover(inputs: Inputs, b: int) -> Query:
    features = inputs.arrays[needs.EMBEDDINGS][: inputs.n]
    radius = pure_radius(features, N_CLASSES, 0.95, np.random.default_rng(0))
    return _asked(skactiveml.ProbCover, N_CLASSES, [radius])(inputs, b)


def _heuristic(build: Callable[[int], Any]) -> Callable[[Inputs, int], Query]:
    """Return baal's heuristic, given predictions ``(n, n_classes, passes)`` as it wants them."""

    def prepare(inputs: Inputs, b: int) -> Query:
        nothing = np.zeros((1, inputs.n, 1), np.float32)  # what Random is asked about
        passes = np.moveaxis(inputs.arrays.get(needs.DROPOUT_PROBA, nothing), 0, -1)
        passes = np.ascontiguousarray(passes)
        heuristic = build(b)
        if isinstance(heuristic, heuristics.EPIG):
            targets = passes[np.random.default_rng(0).permutation(inputs.n)[:100]]
            return lambda: heuristic(passes, targets)[:b]
        return lambda: heuristic.get_ranks(passes)[0][:b]

    return prepare


def _peers() -> dict[str, dict[str, Callable[[Inputs, int], Query]]]:
    """Return, by albench's name and the peer's, what prepares the peer's query."""
    k_means = {"cluster_algo_dict": {"max_iter": ROUNDS, "random_state": 0}}
    dropout, committee = needs.DROPOUT_PROBA, needs.COMMITTEE_PROBA
    uncertain = skactiveml.UncertaintySampling
    query_by = skactiveml.QueryByCommittee
    theirs = {
        "random": _asked(skactiveml.RandomSampling),
        "least-confident": _with_network(uncertain, "least_confident"),
        "margin": _with_network(uncertain, "margin_sampling"),
        "entropy": _with_network(uncertain, "entropy"),
        "variation-ratios": _with_ensemble(dropout, query_by, "variation_ratios"),
        "qbc-kl": _with_ensemble(committee, query_by, "KL_divergence"),
        "qbc-vote-entropy": _with_ensemble(committee, query_by, "vote_entropy"),
        "bald": _with_ensemble(dropout, skactiveml.GreedyBALD),
        "batchbald": _with_ensemble(dropout, skactiveml.BatchBALD, 1000),
        "k-center": _asked(skactiveml.CoreSet),
        "typiclust": _asked(skactiveml.TypiClust, k=20, **k_means),
        "probcover": _probcover,
        "maxherding": _asked(skactiveml.MaxHerding, metric_dict={"gamma": 0.5}),
        "badge": _with_network(skactiveml.Badge),
        "clue": _with_network(skactiveml.Clue, **k_means),
        "falcun": _with_network(skactiveml.Falcun),
        "cal": _with_network(skactiveml.ContrastiveAL, {"n_neighbors": 10}),
        "dropquery": _dropquery,
        "discriminative": _discriminative,
    }
    peers = {name: {"scikit-activeml": prepare} for name, prepare in theirs.items()}
    if heuristics is not None:
        baals: dict[str, Callable[[int], Any]] = {
            "random": lambda _: heuristics.Random(seed=0),
            "esd": lambda _: heuristics.Entropy(),
            "margin-dropout": lambda _: heuristics.Margin(),
            "least-confident-dropout": lambda _: heuristics.Certainty(),
            "bald": lambda _: heuristics.BALD(),
            "batchbald": lambda b: heuristics.BatchBALD(b, num_draw=1000 // 50),
            "epig": lambda _: heuristics.EPIG(),
            "power-bald": lambda b: stochastics.PowerSampling(heuristics.BALD(), b),
            "softmax-bald": lambda b: stochastics.GibbsSampling(heuristics.BALD(), b),
            "softrank-bald": lambda b: stochastics.RankBasedSampling(heuristics.BALD(), b),
        }
        for name, build in baals.items():
            peers.setdefault(name, {})["baal"] = _heuristic(build)
    return peers


PEERS = _peers()
