# ruff: noqa: N803  # X is scikit-learn's name
# mypy: disable-error-code="import-not-found,import-untyped"
# baal is optional, and has no types where it is installed.
"""Time query strategies against scikit-activeml's and baal's, and tell memory and growth.

Three parts, each a table and a line a target:

peers
    What both albench and a peer have, on a pool of 50,000 x 512, 10 classes, a query of 100. Both
    get the same arrays: what a network would say is computed before the clock starts, and a peer
    that wants a classifier gets one that only hands over probabilities. Where only probabilities
    matter, a peer's features are a single column. Options are set so that both do the same: the
    same outcomes (batchbald), neighbours (cal, typiclust), kernel (maxherding), passes (dropquery),
    one fit (discriminative), at most 30 rounds of k-means; the radius of probcover is given to the
    peer, albench finds it. A peer too slow or too large for that pool is compared on a smaller one.
memory
    The most resident memory of a query above what was there when its inputs were made, as the
    kernel counts it, in units of the inputs. Linux only.
growth
    The power of the pool's size with which time grows, from a fifth to four times the pool, of all
    strategies that do not announce a square; and a pool of twenty times the size for what scores
    candidates one by one.

One process a measurement: a copy of this one that has imported everything, made its inputs and
asked once about a tiny pool. It asks up to five times within a second and tells the median; against
peers, medians of several such processes are compared. Run it alone, on one thread::

    OMP_NUM_THREADS=1 python benchmarks/speed/strategies.py --write docs/speed-strategies.md

The targets of issue 4: geometric mean of the ratios 5, none under 1; memory at most the inputs'
own size; exponent at most 1.15. Wrappers and strategies that share a name with a peer's but not
what they compute (eer) are in the last two parts only.
"""

from __future__ import annotations

import argparse
import ctypes
import datetime
import itertools
import math
import multiprocessing
import platform
import statistics
import sys
import time
import warnings
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import softmax
from skactiveml import pool as skactiveml
from skactiveml.base import SkactivemlClassifier
from skactiveml.classifier import SklearnClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from albench.api import PoolView, needs
from albench.strategies.descriptors import uncertainty
from albench.strategies.plugin import albench_strategies
from albench.strategies.probcover import pure_radius
from albench.testing.specimen import specimen_of

try:  # the other peer is optional
    from baal.active import heuristics
    from baal.active.heuristics import stochastics
except ImportError:
    heuristics = stochastics = None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Integers = NDArray[np.intp]
    Query = Callable[[], Any]  # picks, as an array or a list

N_CLASSES, N_LABELLED, ROUNDS = 10, 100, 30
MODALITIES = ("a", "b")
MEAN_TARGET, LEAST_TARGET, MEMORY_TARGET, EXPONENT_TARGET = 5.0, 1.0, 1.0, 1.15
DESCRIPTORS = {found.name: found for found in albench_strategies()}
SCORES = {found.name for found in uncertainty.DESCRIPTORS if found.cost != "n b"}
"""What scores candidates one by one, and so may be asked about a million."""

STATUS = Path("/proc/self/status")
OPTIONS: Mapping[str, Mapping[str, Any]] = {"discriminative": {"parts": 1}}
"""What albench is told beside its defaults where it is compared with a peer."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a network has said of a pool, whole and in memory; a source of a `PoolView`."""

    n: int
    labels: Integers
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
        return cls(n, labels, arrays)

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
        found = self.arrays[needs.COMMITTEE_PROBA][:members]
        yield from (_rows(each, candidates) for each in found)

    def stream_embeddings(self, candidates: Integers) -> dict[str, Floats]:
        """Return the vectors that were drawn."""
        found = self.arrays[needs.STREAM_EMBEDDINGS]
        return {name: _rows(each, candidates) for name, each in found.items()}

    def masked_proba(self, candidates: Integers, kept: tuple[str, ...]) -> Floats:
        """Return the probabilities that were drawn."""
        return _rows(self.arrays[needs.MASKED_PROBA][kept], candidates)

    def view(self, reads: frozenset[str]) -> PoolView:
        """Return the pool as a strategy sees it: one candidate a subject, no sample twice."""
        everyone = np.arange(len(self.labels))
        candidates = np.stack([everyone] * len(MODALITIES), axis=1)
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
        """The size of all arrays, the candidates' numbers and subjects included."""
        groups = [a.values() if isinstance(a, dict) else [a] for a in self.arrays.values()]
        numbers = len(self.labels) * (len(MODALITIES) + 1) * np.intp().nbytes
        return int(numbers + sum(array.nbytes for array in itertools.chain(*groups)))


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


class Told(SkactivemlClassifier):  # type: ignore[misc]  # scikit-activeml has no types
    """A fitted classifier that hands over what was computed before, or is a linear head."""

    def __init__(
        self, given: Any = None, classes: Any = None, missing_label: float = np.nan
    ) -> None:
        super().__init__(classes=classes, missing_label=missing_label)
        self.given = given

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Told:
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

    def told(self, given: Any) -> Told:
        """Return a fitted classifier."""
        classes = list(range(N_CLASSES))
        return Told(given, classes).fit(self.X[:N_LABELLED], self.y[:N_LABELLED])

    def network(self) -> Told:
        """Return a classifier that gives the probabilities."""
        return self.told(np.roll(self.inputs.arrays[needs.PROBA], N_LABELLED, axis=0))


def _asked(kind: Any, *options: Any, **named: Any) -> Callable[[Inputs, int], Query]:
    """Return scikit-activeml's strategy that only reads features."""

    def prepare(inputs: Inputs, b: int) -> Query:
        shown = Shown.of(inputs)
        strategy = kind(*options, random_state=0, **named)
        return lambda: strategy.query(shown.X, shown.y, batch_size=b)

    return prepare


def _with_network(kind: Any, *options: Any, **named: Any) -> Callable[[Inputs, int], Query]:
    def prepare(inputs: Inputs, b: int) -> Query:
        shown = Shown.of(inputs)
        strategy, told = kind(*options, random_state=0, **named), shown.network()
        fit = {"fit_estimator" if kind is skactiveml.Clue else "fit_clf": False}
        return lambda: strategy.query(shown.X, shown.y, told, batch_size=b, **fit)

    return prepare


def _with_ensemble(
    need: str, kind: Any, *options: Any, **named: Any
) -> Callable[[Inputs, int], Query]:
    def prepare(inputs: Inputs, b: int) -> Query:
        shown = Shown.of(inputs)
        told = shown.told(inputs.arrays[need])
        strategy = kind(
            *options, sample_predictions_method_name="sample_proba", random_state=0, **named
        )
        return lambda: strategy.query(shown.X, shown.y, told, fit_ensemble=False, batch_size=b)

    return prepare


def _dropquery(inputs: Inputs, b: int) -> Query:
    shown = Shown.of(inputs)
    X, proba = inputs.arrays[needs.EMBEDDINGS], np.log(inputs.arrays[needs.PROBA])
    head = np.linalg.lstsq(X[:2048], (proba - proba.mean(axis=1, keepdims=True))[:2048])[0]
    strategy, told = (
        skactiveml.DropQuery(0.75, 3, cluster_algo_dict={"max_iter": ROUNDS}, random_state=0),
        shown.told(head),
    )
    return lambda: strategy.query(shown.X, shown.y, told, fit_clf=False, batch_size=b) - N_LABELLED


def _discriminative(inputs: Inputs, b: int) -> Query:
    shown = Shown.of(inputs)
    logistic = LogisticRegression(class_weight="balanced", max_iter=100)
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
    found = {name: {"scikit-activeml": prepare} for name, prepare in theirs.items()}
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
            found.setdefault(name, {})["baal"] = _heuristic(build)
    return found


PEERS = _peers()
OWN = "albench"
LONG = 60
"""A query of more seconds is asked once."""


@dataclass(frozen=True)
class Job:
    """One measurement."""

    name: str
    side: str
    n: int
    dimensions: int
    query: int
    compared: bool = False
    """Whether albench's options are those that make it do what a peer does."""

    def prepare(self, n: int, query: int) -> tuple[Query, int]:
        """Return what is timed, and the size of its inputs."""
        descriptor = DESCRIPTORS[self.name]
        options = OPTIONS.get(self.name, {}) if self.compared else {}
        specimen = specimen_of(descriptor, options=options)
        told = specimen.all_options()
        reads = specimen.build().needs
        count = told.get("passes", told.get("members", 0))
        inputs = Inputs.draw(n, self.dimensions, reads, count)
        if self.side != OWN:
            return PEERS[self.name][self.side](inputs, query), inputs.n_bytes

        def ask() -> Any:  # an array of positions
            return specimen.build()(inputs.view(reads), query, np.random.default_rng(0))

        return ask, inputs.n_bytes


@dataclass(frozen=True)
class Reading:
    """What a process measured."""

    seconds: float
    n_bytes: int
    """Of the inputs."""
    peak: int | None
    """Bytes beyond the inputs; None where the system does not tell."""
    picks: int
    """How many distinct candidates were chosen."""


def reading(job: Job) -> Reading:
    """Return the median of up to five queries, the first of which tells the memory."""
    job.prepare(300, 5)[0]()  # imports and buffers that are made once
    ask, n_bytes = job.prepare(job.n, job.query)
    before = _resident("VmRSS", forget=True)
    seconds: list[float] = []
    while not seconds or (len(seconds) < 5 and sum(seconds) < 1):
        start = time.perf_counter()
        picks = ask()
        seconds.append(time.perf_counter() - start)
        if len(seconds) == 1:
            after = _resident("VmHWM")
    peak = None if before is None or after is None else max(0, after - before)
    return Reading(statistics.median(seconds), n_bytes, peak, len(np.unique(picks)))


def _resident(line: str, *, forget: bool = False) -> int | None:
    """Return bytes that the kernel counts for this process, None where there is no such count."""
    if not STATUS.is_file():
        return None
    if forget:
        ctypes.CDLL(None).malloc_trim(0)  # what was freed is not there any more
        STATUS.with_name("clear_refs").write_text("5", encoding="ascii")  # the mark starts anew
    text = STATUS.read_text(encoding="ascii").partition(f"{line}:")[2]
    return 1024 * int(text.split()[0])


def _measure(job: Job, available: int, sender: Any) -> None:  # a connection
    warnings.simplefilter("ignore")  # fits that stop early, of peers and albench alike
    if available:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (available, available))
    with threadpool_limits(1):
        try:
            sender.send(reading(job))
        except MemoryError as error:
            sender.send(f"more memory than there is: {error}")


def available_memory() -> int:
    """Return nine tenths of what the machine has free; 0 where it does not tell."""
    path = Path("/proc/meminfo")
    if not path.is_file():
        return 0
    return int(path.read_text(encoding="ascii").partition("MemAvailable:")[2].split()[0]) * 921


@dataclass
class Bench:
    """Runs measurements, each in a process of its own, and remembers them."""

    limit: float
    readings: dict[Job, list[Reading]] = field(default_factory=dict)
    faults: dict[Job, str] = field(default_factory=dict)

    def run(self, job: Job, repeats: int = 1) -> Reading | None:
        """Return medians of processes, fewer than `repeats` if they are long; None for a fault."""
        found = self.readings.setdefault(job, [])
        repeats = 1 if found and found[0].seconds > LONG else repeats
        while len(found) < repeats and job not in self.faults:
            one = self._once(job)
            if isinstance(one, str):
                self.faults[job] = one
                print(f"    {job.side} {job.name}, {job.n}: {one}", flush=True)
            else:
                found.append(one)
                repeats = 1 if one.seconds > LONG else repeats
        if job in self.faults or not found:
            return None
        seconds = statistics.median(each.seconds for each in found)
        peaks = [each.peak for each in found if each.peak is not None]
        peak = int(statistics.median(peaks)) if peaks else None
        return Reading(seconds, found[0].n_bytes, peak, min(each.picks for each in found))

    def _once(self, job: Job) -> Reading | str:
        context = multiprocessing.get_context("fork")
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_measure, args=(job, available_memory(), sender))
        process.start()
        sender.close()
        try:
            if not receiver.poll(5 * self.limit):
                return f"more than {5 * self.limit:.0f} s"
            answer: Reading | str = receiver.recv()
        except EOFError:
            process.join()
            return f"ended with {process.exitcode}"
        finally:
            process.kill()
            process.join()
        return answer

    def fitting(self, job: Job) -> Job:
        """Return the job on the largest half, quarter, ... of its pool that is not too much."""
        large = max(job.n // 32, 1000)
        if job.n <= large:
            return job
        small = large // 2
        first, second = (self.run(replace(job, n=size)) for size in (small, large))
        if first is None or second is None:
            return replace(job, n=small)
        free = 0.6 * (available_memory() or math.inf)
        n = job.n
        while n > large:
            seconds = _extrapolated(first.seconds, second.seconds, n / large)
            peak = _extrapolated(first.peak or 1, second.peak or 1, n / large)
            if seconds < self.limit and peak < free:
                break
            n //= 2
        return replace(job, n=n)


def _extrapolated(at_half: float, value: float, times: float) -> float:
    """Return what a value becomes on a pool so many times as large, at least in proportion."""
    power = min(max(math.log2(max(value, 1e-9) / max(at_half, 1e-9)), 1.0), 2.2)
    return value * float(times**power)


@dataclass(frozen=True)
class Part:
    """A table, and what it says of the targets."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    verdicts: list[str]

    def markdown(self) -> str:
        """Return it as a section of a page."""
        rule = ["---", *["---:"] * (len(self.header) - 1)]
        table = [f"| {' | '.join(row)} |" for row in (self.header, rule, *self.rows)]
        verdicts = [f"- {line}" for line in self.verdicts]
        return "\n".join([f"## {self.title}", "", *verdicts, "", *table, ""])


def verdict(target: str, missed: Sequence[str], figure: str = "") -> str:
    """Return a line that says whether a target is met, and who misses it."""
    told = f" ({figure})" if figure else ""
    return f"{target}: " + (f"missed by {', '.join(missed)}{told}" if missed else f"met{told}")


def compared_with_peers(bench: Bench, job: Job, names: Sequence[str], repeats: int) -> Part:
    """Return times of both sides, and the ratio to the faster peer."""
    rows: list[tuple[str, ...]] = []
    ratios: dict[str, float] = {}
    for name in (name for name in PEERS if name in names):
        for peer in PEERS[name]:
            theirs = bench.fitting(replace(job, name=name, side=peer, compared=True))
            slow = bench.run(theirs, repeats)
            fast = bench.run(replace(theirs, side=OWN), repeats)
            if slow is None or fast is None:
                rows.append((f"`{name}`", peer, f"{theirs.n:,}", "not measured", "", "", "", ""))
                continue
            ratio = slow.seconds / fast.seconds
            ratios[name] = min(ratio, ratios.get(name, math.inf))
            fewer = "" if slow.picks >= job.query else f" ({slow.picks} picks)"
            shares = (_share(each, each.n_bytes) for each in (fast, slow))
            times = (_ms(fast.seconds), _ms(slow.seconds), f"{ratio:.2f}")
            rows.append((f"`{name}`", peer + fewer, f"{theirs.n:,}", *times, *shares))
            progress(rows[-1])
    verdicts = ["nothing was compared"]
    if ratios:
        mean = statistics.geometric_mean(ratios.values())
        slower = [f"{name} {ratio:.2f}" for name, ratio in ratios.items() if ratio < LEAST_TARGET]
        verdicts = [
            f"geometric mean of {len(ratios)} ratios to the faster peer, at least "
            f"{MEAN_TARGET:.0f}: {'met' if mean >= MEAN_TARGET else 'missed'} ({mean:.1f})",
            verdict(f"no ratio under {LEAST_TARGET:.0f}", slower),
        ]
    header = ("strategy", "peer", "n", "albench, ms", "peer, ms", "ratio")
    memory = ("memory of albench", "of the peer, times the inputs")
    return Part("Against peers", header + memory, rows, verdicts)


def memory(bench: Bench, job: Job, names: Sequence[str]) -> Part:
    """Return the memory of a query of every strategy in units of its inputs, and of the pool."""
    rows: list[tuple[str, ...]] = []
    missed, missed_of_pool = [], []
    pool = 4 * (job.n + N_LABELLED) * (job.dimensions + N_CLASSES)
    for name in names:
        found = bench.run(replace(job, name=name))
        if found is None or found.peak is None:
            rows.append((f"`{name}`", "", "", "not measured", ""))
            missed.append(f"{name} (not measured)")
            continue
        of_inputs, of_pool = _share(found, found.n_bytes), _share(found, pool)
        if found.peak > MEMORY_TARGET * found.n_bytes:
            missed.append(f"{name} {of_inputs}")
        if found.peak > MEMORY_TARGET * max(pool, found.n_bytes):
            missed_of_pool.append(f"{name} {of_pool}")
        megabytes = (f"{size / 2**20:.1f}" for size in (found.n_bytes, found.peak))
        rows.append((f"`{name}`", *megabytes, of_inputs, of_pool))
        progress(rows[-1])
    verdicts = [
        verdict("memory at most the size of what the strategy itself reads", missed),
        verdict(
            f"memory at most the size of the pool, {pool / 2**20:.0f} MiB of vectors and "
            "probabilities, or of what is read where that is more",
            missed_of_pool,
        ),
    ]
    header = ("strategy", "reads, MiB", "peak beyond, MiB", "times what it reads", "times the pool")
    return Part(f"Memory of a query of {job.n:,} candidates", header, rows, verdicts)


def growth(bench: Bench, job: Job, names: Sequence[str]) -> Part:
    """Return times on three pools, their exponent, and that of a huge pool for simple scores."""
    sizes = (job.n // 5, job.n, 4 * job.n)
    rows: list[tuple[str, ...]] = []
    missed = []
    for name in (name for name in names if DESCRIPTORS[name].cost != "n^2"):
        found = [bench.run(replace(job, name=name, n=n)) for n in sizes]
        told = [_ms(each.seconds) if each else "-" for each in found]
        times = [each.seconds for each in found if each]
        power = math.nan
        if len(times) == len(sizes):
            power = float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
        if not power <= EXPONENT_TARGET:
            missed.append(f"{name} {power:.2f}")
        huge = bench.run(replace(job, name=name, n=20 * job.n)) if name in SCORES else None
        last = _ms(huge.seconds) if huge else ""
        rows.append((f"`{name}`", DESCRIPTORS[name].cost, *told, f"{power:.2f}", last))
        progress(rows[-1])
    target = f"exponent at most {EXPONENT_TARGET} of what announces less than a square"
    header = ("strategy", "cost", *(f"{n:,}, ms" for n in sizes), "exponent")
    title = f"Growth from {sizes[0]:,} to {sizes[-1]:,} candidates"
    return Part(title, (*header, f"{20 * job.n:,}, ms"), rows, [verdict(target, missed)])


def progress(row: Sequence[str]) -> None:
    """Print a row as soon as it is known."""
    print("    " + "  ".join(row), flush=True)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.3g}" if seconds < 1 else f"{1000 * seconds:,.0f}"


def _share(found: Reading, n_bytes: int) -> str:
    return "-" if found.peak is None else f"{found.peak / n_bytes:.2f}"


def page(parts: Sequence[Part], command: str) -> str:
    """Return the page: what was run where, and the tables."""
    packages = ("albench", "scikit-activeml", "baal", "numpy", "scipy", "scikit-learn")
    versions = ", ".join(f"{name} {_version(name)}" for name in packages)
    head = (
        "# Speed of query strategies\n\nWritten by "
        f"`python benchmarks/speed/strategies.py --write`, whose docstring says what is measured "
        f"and how: do not edit.\n\n`{command}`, {datetime.date.today().isoformat()}; {versions}; "
        f"Python {platform.python_version()}; {_processor()}, one thread.\n"
    )
    return "\n".join([head, *(part.markdown() for part in parts)])


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    name = text.partition("model name")[2].partition(":")[2].partition("\n")[0].strip()
    return name or platform.processor() or platform.machine()


def main() -> int:
    """Measure, print verdicts, and write the page if that is asked for; 1 if a target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, default=50_000, help="candidates")
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--query", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3, help="processes a side, against peers")
    parser.add_argument("--limit", type=float, default=60, help="seconds of a peer's query")
    parser.add_argument("--part", nargs="+", choices=("peers", "memory", "growth"))
    parser.add_argument("--only", nargs="+", choices=sorted(DESCRIPTORS), metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="small pools, once, to try the script")
    parser.add_argument("--write", type=Path, metavar="PATH", help="the page to write")
    told = parser.parse_args()
    if told.quick:
        told.n, told.dimensions, told.query, told.repeats = 500, 32, 10, 1
    names = [name for name in DESCRIPTORS if told.only is None or name in told.only]
    job = Job("", OWN, told.n, told.dimensions, told.query)
    bench = Bench(told.limit)
    runs: dict[str, Callable[[], Part]] = {
        "peers": lambda: compared_with_peers(bench, job, names, told.repeats),
        "memory": lambda: memory(bench, job, names),
        "growth": lambda: growth(bench, job, names),
    }
    began, parts = time.perf_counter(), []
    for name in told.part or runs:
        print(f"{name}:", flush=True)
        parts.append(runs[name]())
        print(*parts[-1].verdicts, f"{time.perf_counter() - began:.0f} s so far", sep="\n")
    if told.write is not None:
        told.write.write_text(page(parts, " ".join(["python", *sys.argv])), encoding="utf-8")
    return int(any(" missed" in line for part in parts for line in part.verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
