# Other processes must find these modules, so that they lie on sys.path, where mypy does not look.
# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
"""Strategies that are wrong on purpose."""

from __future__ import annotations

import gc
import inspect
import itertools
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from faults.fault import caught_by
from sklearn.linear_model import LogisticRegression

from albench.api import Kind, Option, PoolView, needs, top
from albench.cohort.join import Cohort

if TYPE_CHECKING:
    from types import FrameType

Rng = np.random.Generator
caught = partial(caught_by, kind=Kind.STRATEGY)
DRAWN = frozenset({"randomised"})


class Sound:
    """Nothing is wrong with this one: the surest candidates come last."""

    needs: frozenset[str] = frozenset({needs.PROBA})

    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(-pool.proba.max(axis=1), n, rng)


class OfStructure(Sound):
    needs: frozenset[str] = frozenset()


class OfEmbeddings(Sound):
    needs = frozenset({needs.EMBEDDINGS})


# -- answers ------------------------------------------------------------------------------------


@caught("modalities-that-candidates-lack", "no negative elements", incomplete=True)
class CountsSamples(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        rarity = -np.bincount(pool.candidates[:, 0])[pool.candidates[:, 0]]
        return top(rarity.astype(float), n, rng)


@caught("answers-of-every-size", "expected 0 positions, found 1")
class OneMore(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return super().__call__(pool, n + 1, rng)


@caught("answers-of-every-size", "expected 60 positions, found 59")
class NeverTheWholePool(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return super().__call__(pool, min(n, len(pool) - 1), rng)


@caught("answers-of-every-size", "chosen more than once", tags=DRAWN)
class WithReplacement(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return rng.integers(len(pool), size=min(n, len(pool)))


@caught("answers-of-every-size", "expected an array")
class AMask(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        mask = np.zeros(len(pool), dtype=bool)
        mask[super().__call__(pool, n, rng)] = True
        return mask


@caught("answers-of-every-size", "is not a position in the pool")
class RowsOfTheCohort(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return rng.permutation(len(pool))[:n] + len(pool.labels)


@caught("answers-of-small-pools", "zero-size array")
class LargestOfNone(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(-pool.proba.max(axis=1) / pool.proba.max(), n, rng)


@caught("every-number-of-modalities", "values to unpack")
class KnowsTwoModalities(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        _first, _second = pool.modalities
        return super().__call__(pool, n, rng)


@caught("duplicates-in-the-pool", "positions, found")
class DistinctVectors(OfEmbeddings):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        if not n:
            return []
        _, firsts = np.unique(pool.embeddings, axis=0, return_index=True)
        return firsts[top(pool.embeddings[firsts].sum(axis=1), n, rng)]


@caught("constant-features", "ZeroDivisionError")
class ScaledToOne(OfEmbeddings):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        scale = 1.0 / float(np.ptp(pool.embeddings)) if n and len(pool) > 1 else 1.0
        return top(scale * pool.embeddings.sum(axis=1), n, rng)


@caught("flat-probabilities", "positions, found 0")
class BetweenExtremes(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        doubt = -pool.proba.max(axis=1)
        scores = (doubt - doubt.min()) / (doubt.max() - doubt.min())
        positive = np.flatnonzero(scores >= 0)
        return positive[top(scores[positive], n, rng)]


@caught("saturated-probabilities", "is log 0")
class EntropyOfZero(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        proba = pool.proba.astype(np.float64)
        entropy = -(proba * np.log(proba)).sum(axis=1)
        return top(np.nan_to_num(entropy, nan=np.inf), n, rng)


@caught("nan-is-bought-last", "the model returns NaN")
class SortedUpwards(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        shuffled = rng.permutation(len(pool))
        order = np.argsort(-pool.proba.max(axis=1)[shuffled], kind="stable")
        return shuffled[order[::-1][:n]]


@caught("poor-labelled-sets", "ValueError")
class FitsAClassifier(Sound):
    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})

    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        head = LogisticRegression().fit(pool.labelled_embeddings, pool.labels)
        return top(-head.predict_proba(pool.embeddings).max(axis=1), n, rng)


@caught(
    "options-at-their-ends",
    "with neighbours = 1",
    options=(Option(name="neighbours", type=int, default=3, minimum=1, help="how many"),),
)
class OthersThanItself(OfEmbeddings):
    def __init__(self, neighbours: int = 3) -> None:
        self.neighbours = neighbours

    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        x = pool.embeddings
        nearest = np.sort(((x[:, None] - x) ** 2).sum(axis=-1), axis=1)[:, 1 : self.neighbours]
        return top(-nearest.max(axis=1), n, rng)


# -- order --------------------------------------------------------------------------------------


@caught("ties-are-not-in-pool-order", "12 of 12 random streams begin with position 0")
class FirstOnTies(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return np.argsort(pool.proba.max(axis=1), kind="stable")[:n]


@caught("position-does-not-matter", "the order of the pool decides", tags=DRAWN)
class FromTheFirstHalf(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        half = np.arange(len(pool)) < len(pool) // 2
        return top(rng.random(len(pool)) + half, n, rng)


@caught("permuting-the-pool-permutes-the-picks", "are other candidates")
class UnlikeTheOneBefore(OfEmbeddings):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        before = np.roll(pool.embeddings, 1, axis=0)
        return top(((pool.embeddings - before) ** 2).sum(axis=1), n, rng)


@caught("permuting-the-pool-permutes-the-picks", "are other candidates")
class RemembersByShape(Sound):
    memory: ClassVar[dict[Any, Any]] = {}

    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        key = pool.proba.shape, n
        if key not in self.memory:
            self.memory[key] = super().__call__(pool, n, rng)
        return self.memory[key]


@caught("randomness-is-as-declared", "do not depend on the random stream", tags=DRAWN)
class SaysThatItDraws(Sound):
    pass


@caught("randomness-is-as-declared", "tag it 'randomised'")
class DrawsInSilence(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return rng.permutation(len(pool))[:n]


@caught("class-numbers-are-names", "tag it 'ordinal'")
class LikesClassZero(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(pool.proba[:, 0], n, rng)


@caught("class-numbers-are-names", "tagged ordinal", tags=frozenset({"ordinal"}))
class SaysStages(Sound):
    pass


@caught("sample-numbers-are-names", "samples and subjects renumbered")
class LastFrames(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(pool.candidates[:, 0], n, rng)


@caught("precisions-agree", "in float64")
class Rounding(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(np.abs(1 - pool.proba.astype(np.float64).sum(axis=1)), n, rng)


# -- streams ------------------------------------------------------------------------------------


@caught("same-seed-same-picks", "remembers something", tags=DRAWN)
class Counts(OfStructure):
    queries = itertools.count()

    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return np.random.default_rng(next(self.queries)).permutation(len(pool))[:n]


@caught("other-streams-do-not-matter", "global random state", tags=DRAWN)
class DrawsFromNumpy(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return np.random.permutation(len(pool))[:n]  # noqa: NPY002  # the fault


@caught("other-streams-do-not-matter", "global random state", tags=DRAWN)
class DrawsFromTorchAndPutsBack(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        with torch.random.fork_rng(devices=()):
            return torch.randperm(len(pool)).numpy()[:n]


@caught("global-random-state-is-unchanged", "global random state")
class SeedsTheProcess(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        random.seed(0)
        return super().__call__(pool, n, rng)


@caught("global-random-state-is-unchanged", "global random state")
class SeedsTorch(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        torch.manual_seed(0)
        return super().__call__(pool, n, rng)


# -- reading ------------------------------------------------------------------------------------


@caught("needs-are-those-announced", "it needs proba", needs=frozenset({needs.EMBEDDINGS}))
class NeedsSomethingElse(Sound):
    pass


@caught("needs-are-those-announced", "must be a frozenset")
class NeedsAList(Sound):
    needs = ["proba"]  # type: ignore[assignment]  # the fault  # noqa: RUF012


@caught("nothing-undeclared-is-read", "it read embeddings")
class BehindTheView(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        vectors = pool._source.embeddings(pool.candidates)
        return top((vectors**2).sum(axis=1) + pool.proba.max(axis=1), n, rng)


@caught("nothing-undeclared-is-read", "add 'embeddings' to needs")
class ForgotANeed(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(pool.embeddings.sum(axis=1) + pool.proba.max(axis=1), n, rng)


@caught("everything-declared-is-read", "declares embeddings")
class DeclaresTooMuch(Sound):
    needs = frozenset({needs.PROBA, needs.EMBEDDINGS})


@caught("arrays-are-not-written-to", "array of proba")
class MarksWhatItPicked(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        picks = super().__call__(pool, n, rng)
        if pool.proba.base is not None:
            pool.proba.base[picks] = 1.0
        return picks


@caught("arrays-are-not-written-to", "it wrote into the pool's subjects")
class SortsTheSubjects(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        if pool.subjects.base is not None:
            pool.subjects.base.sort()
        return super().__call__(pool, n, rng)


# -- a real round -------------------------------------------------------------------------------


@caught("model-is-unchanged", "changed the model's")
class LeavesItTraining(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        if hasattr(pool._source, "classifier"):
            pool._source.classifier.module_.train()
        return super().__call__(pool, n, rng)


@caught("model-is-unchanged", "changed the model's")
class TrainsOn(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        picks = super().__call__(pool, n, rng)
        if hasattr(pool._source, "classifier"):
            with torch.no_grad():
                for parameter in pool._source.classifier.module_.parameters():
                    parameter.add_(0.01)
        return picks


@caught("no-way-to-what-is-hidden", "labels can be reached")
class KeepsACohort(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        self.kept = [each for each in gc.get_objects() if isinstance(each, Cohort)]
        return super().__call__(pool, n, rng)


@caught("hidden-labels-are-not-looked-at", "labels of the pool")
class LooksUpTheStack(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        scores = -pool.proba.max(axis=1)
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            question = frame.f_locals.get("question")
            if question is not None:
                scores = question.cohort.candidate_labels[question.pool]
            frame = frame.f_back
        return top(scores, n, rng)


@caught("hidden-labels-are-not-looked-at", "in round 3, it read the labels of the pool")
class LooksUpTheStackInLaterRounds(LooksUpTheStack):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        if pool.round > 1:
            return super().__call__(pool, n, rng)
        return Sound.__call__(self, pool, n, rng)


@caught("hidden-labels-are-not-looked-at", "labels of the pool")
class CollectsGarbage(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        cohorts = [each for each in gc.get_objects() if isinstance(each, Cohort)]
        seen = [cohort.labels.sum() for cohort in cohorts]
        return super().__call__(pool, n, np.random.default_rng(sum(seen)))


@caught("hidden-labels-are-not-looked-at", "labels of the pool")
class CountsAClass(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        cohorts = [each for each in gc.get_objects() if isinstance(each, Cohort)]
        if any(cohort.labels[0] > 99 for cohort in cohorts):
            raise ValueError("too many classes")
        return super().__call__(pool, n, rng)


@caught("hidden-labels-are-not-looked-at", "labels of the pool")
class WalksFromTheInside(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        for frame in inspect.stack(0):
            for each in list(frame.frame.f_locals.values()):
                cohort = getattr(each, "cohort", each)
                if isinstance(cohort, Cohort):
                    return top(cohort.candidate_labels[: len(pool)], n, rng)
        return super().__call__(pool, n, rng)


@caught("hidden-labels-are-not-looked-at", "labels of the pool")
class WalksFromTheOutside(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        for frame in reversed(inspect.stack(0)):
            for each in list(frame.frame.f_locals.values()):
                cohort = getattr(each, "cohort", each)
                if isinstance(cohort, Cohort):
                    return top(cohort.candidate_labels[: len(pool)], n, rng)
        return super().__call__(pool, n, rng)


@caught("hidden-labels-are-not-looked-at", "labels of the pool")
class PicksByGarbage(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        for each in gc.get_objects():
            if type(each) is Cohort:
                return top(each.labels[np.arange(len(pool)) % len(each.labels)], n, rng)
        return super().__call__(pool, n, rng)


# -- places --------------------------------------------------------------------------------------


@caught("every-place-can-be-picked", "not picked where it is last")
class NeverTheLast(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        considered = len(pool) - (n < len(pool))
        return top(-pool.proba[:considered].max(axis=1), n, rng)


@caught("every-place-can-be-picked", "not picked where it is first")
class NeverTheFirst(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        left_out = int(n < len(pool))
        return top(-pool.proba[left_out:].max(axis=1), n, rng) + left_out


@caught("every-place-can-be-picked", "last was never picked", tags=DRAWN)
class DrawsAllButTheLast(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return rng.permutation(len(pool) - (n < len(pool)))[:n]


@caught("some-ties-are-not-in-pool-order", "picks the first")
class FirstOfSomeTies(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        surest = pool.proba.max(axis=1)
        if len(surest) and np.ptp(surest) == 0:
            return rng.permutation(len(pool))[:n]
        return np.argsort(surest, kind="stable")[:n]


@caught("some-ties-are-not-in-pool-order", "picks the last")
class LastOfSomeTies(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        surest = pool.proba.max(axis=1)
        if len(surest) and np.ptp(surest) == 0:
            return rng.permutation(len(pool))[:n]
        return np.argsort(-surest, kind="stable")[::-1][:n]


@caught("one-is-the-first-of-many", "least instead of the most")
class LeastIfOne(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top((1 if n == 1 else -1) * pool.proba.max(axis=1), n, rng)


# -- senses --------------------------------------------------------------------------------------


@caught("every-modality-counts", "modality m1 was shuffled")
class FirstModalityOnly(Sound):
    needs = frozenset({needs.STREAM_EMBEDDINGS})

    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(pool.stream_embeddings[pool.modalities[0]].sum(axis=1), n, rng)


@caught("many-classes-are-no-exception", "only some of the classes")
class EightClasses(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(-pool.proba[:, :8].max(axis=1), n, rng)


@caught("small-differences-count", "float16")
class HalfPrecision(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(-pool.proba.max(axis=1).astype(np.float16), n, rng)


# -- clocks are told the right thing -------------------------------------------------------------


class ByTheClock(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return np.random.default_rng(time.time_ns()).permutation(len(pool))[:n]


for check in (
    "permuting-the-pool-permutes-the-picks",
    "randomness-is-as-declared",
    "class-numbers-are-names",
    "sample-numbers-are-names",
    "precisions-agree",
    "saturated-probabilities",
    "other-streams-do-not-matter",
    "every-place-can-be-picked",
    "many-classes-are-no-exception",
    "small-differences-count",
    "another-process-picks-the-same",
    "large-pools-are-no-exception",
    "hidden-labels-are-not-looked-at",
):
    caught(check, "a clock, a counter or a memory")(ByTheClock)


# -- processes -----------------------------------------------------------------------------------


@caught("another-process-picks-the-same", "sets of strings")
class InTheOrderOfASet(OfEmbeddings):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        column = list(pool.modalities).index(next(iter(set(pool.modalities))))
        return top(pool.embeddings[:, column], n, rng)


@caught("another-process-picks-the-same", "the process's number", tags=DRAWN)
class SeededByTheProcess(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return np.random.default_rng(os.getpid()).permutation(len(pool))[:n]


@caught("another-process-picks-the-same", "hash()", tags=DRAWN)
class SeededByHash(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return np.random.default_rng(abs(hash("seed"))).permutation(len(pool))[:n]


@caught("another-process-picks-the-same", "kept of the first")
class ScaledByTheFirstPool(OfEmbeddings):
    scale: ClassVar[list[Any]] = []

    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        if len(pool) > 1 and not self.scale:
            self.scale.append(pool.embeddings[:3, 0])
        offset = self.scale[0].sum() if self.scale else 0.0
        return top(-np.abs(pool.embeddings[:, 0] - offset), n, rng)


@caught("another-process-picks-the-same", "kept of the first")
class CacheThatOutlivesTheModel(Sound):
    memory: ClassVar[dict[Any, Any]] = {}

    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        key = pool.round, pool.labels.tobytes(), len(pool), pool.candidates.tobytes(), n
        if key not in self.memory:
            self.memory[key] = super().__call__(pool, n, rng)
        return self.memory[key]


# -- occasions -----------------------------------------------------------------------------------


def large(pool: PoolView) -> bool:
    return len(pool) > 500


def late(pool: PoolView) -> bool:
    return pool.round > 1


for check, where, is_then in (
    ("large-pools-are-no-exception", "of 2400 candidates", large),
    ("later-rounds-are-no-exception", "in round 2", late),
):

    class GlobalDraws(OfStructure):
        is_then = staticmethod(is_then)

        def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
            if self.is_then(pool):
                np.random.random()  # noqa: NPY002  # the fault
            return rng.permutation(len(pool))[:n]

    class NegativePositions(Sound):
        is_then = staticmethod(is_then)

        def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
            return super().__call__(pool, n, rng) - len(pool) * self.is_then(pool)

    class WritesInPlace(Sound):
        is_then = staticmethod(is_then)

        def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
            picks = super().__call__(pool, n, rng)
            if self.is_then(pool) and pool.proba.base is not None:
                pool.proba.base[picks] = 1.0
            return picks

    class ReadsMore(Sound):
        is_then = staticmethod(is_then)

        def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
            if self.is_then(pool):
                pool._source.embeddings(pool.candidates)
            return super().__call__(pool, n, rng)

    class Remembers(OfStructure):
        is_then = staticmethod(is_then)
        queries = itertools.count()

        def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
            if self.is_then(pool):
                rng = np.random.default_rng(next(self.queries))
            return rng.permutation(len(pool))[:n]

    caught(check, f"{where}: a query: changed the global", tags=DRAWN)(GlobalDraws)
    caught(check, "is not a position in the pool")(NegativePositions)
    caught(check, "array of proba")(WritesInPlace)
    caught(check, "it read embeddings")(ReadsMore)
    caught(check, "a clock, a counter or a memory", tags=DRAWN)(Remembers)


@caught("large-pools-are-no-exception", "only a part of the pool")
class OnlyTheFirstThousand(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        considered = max(n, 1000)
        return top(-pool.proba[:considered].max(axis=1), n, rng)


@caught("large-pools-are-no-exception", "the order of the pool decides", tags=DRAWN)
class DrawsOfTheFirstThousand(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return rng.permutation(min(len(pool), max(n, 1000)))[:n]


@caught("later-rounds-are-no-exception", "only a part of the pool")
class OrderFromTheSecondRound(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return np.arange(len(pool))[:n] if pool.round > 1 else super().__call__(pool, n, rng)


# -- deeds ---------------------------------------------------------------------------------------


@caught("nothing-is-done-to-the-world", "open '")
class WritesAFile(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        with tempfile.TemporaryFile("w") as file:
            file.write("seen")
        return super().__call__(pool, n, rng)


@caught("nothing-is-done-to-the-world", "socket.__new__")
class OpensASocket(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        socket.socket().close()
        return super().__call__(pool, n, rng)


@caught("nothing-is-done-to-the-world", "os.putenv")
class SetsAVariable(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        os.environ["ALBENCH_SEEN"] = "1"
        del os.environ["ALBENCH_SEEN"]
        return super().__call__(pool, n, rng)


@caught("nothing-is-done-to-the-world", "subprocess.Popen")
class StartsAProgram(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        subprocess.run([sys.executable, "-c", ""], check=True)  # the fault
        return super().__call__(pool, n, rng)


# -- growth -------------------------------------------------------------------------------------


@caught("memory-grows-as-declared", "memory grows as n^")
class AllPairs(OfEmbeddings):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        x = pool.embeddings
        return top((x @ x.T).mean(axis=1), n, rng)


# Cubic, since a square is hard to tell from a line where pools are small and the machine is busy.
@caught("time-grows-as-declared", "time grows as n^")
class FriendsOfFriends(OfEmbeddings):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        x = pool.embeddings
        friends = (x @ x.T > 0).astype(np.float32)
        return top((friends @ friends).mean(axis=1), n, rng)
