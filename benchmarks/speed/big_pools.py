# mypy: disable-error-code="import-not-found"
# The modules beside this one are found when this file is run.
"""What a query of every strategy takes on a pool of a million, and what it loses against exact.

``python benchmarks/speed/big_pools.py --write docs/speed-big-pools.md`` asks every strategy that
ships with albench, with its default options, for 100 of 1,000,000 candidates when 1,000 are
labelled. Vectors are 512 float32 in ten classes: Gaussian clusters in 32 dimensions, turned into
512, with some noise in all. Probabilities are those of a random linear head, the same for all;
passes, members and masked modalities are that head's with noise.

Each query is asked in a process of its own, a copy of this one that has the vectors and has once
asked about a tiny pool. It tells its seconds, and the most resident memory beyond what was there
when its inputs were made (Linux only). A pool of 50,000 and one of 100,000 are asked about first:
both say what a query of all would take, which is asked only if that is less than ``--limit``
seconds of the processor and ``--memory`` GB; else the row gives the price. Cheap strategies come
first.

What is not exact beyond 50,000 candidates is asked both ways about a pool of 20,000. The bound
between exact and not is lowered for that to 10,000. Samples, by which coverage is told then, have
10 rows for each labelled one where those of a million have 50, and mini-batches are 4 where they
are 50 of a million. What is compared is what the strategy is after: the mean distance to the
nearest pick, where clusters are made (the lower the better), or the coverage of the pool, of which
the labelled set alone has the most (the higher the better).

Under the table stand the parts, against exact on 60,000 rows, and what samples of several sizes add
to the coverage of the whole pool by `maxherding`, where exact is out of reach.

With ``--strategy NAME ...`` only some are measured, and with ``--only`` some columns; the page
keeps what it says of the others. ``--only full`` asks about the whole pool whatever it may take.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from big_pools_loss import CLUSTERING, COVERING, by_sample_size, compared, exact_up_to, parts
from big_pools_page import Shape, Table
from own_process import answer_of, resident
from scipy.special import softmax
from strategy_peers import MODALITIES, N_CLASSES, Inputs
from threadpoolctl import threadpool_limits

from albench.api import needs
from albench.api.acquisition import asks_for_modalities
from albench.strategies.plugin import albench_strategies
from albench.testing.specimen import specimen_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from albench.api import PoolView
    from albench.strategies.query import Floats, Picks

N_LABELLED, QUERY, LATENT, AT_ONCE = 1000, 100, 32, 10_000
SMALL, COMPARED, PARTS = (1 / 20, 1 / 10), 1 / 50, 3 / 50
"""Shares of the rows: of the smaller pools, and of those on which exact is compared."""

COLUMNS = ("small", "full", "loss", "parts")
PATIENCE = 3
"""How many times the limit a process may take by the clock: other work may share the machine."""

NAMES = {
    descriptor.name: descriptor
    for descriptor in albench_strategies()
    if not asks_for_modalities(descriptor)  # those are called with an offer
}
UNNOTICED = 1.0
"""Seconds of a query of the larger small pool whose growth is noise."""


@dataclass(frozen=True)
class Reading:
    """What a process measured."""

    seconds: float
    at_work: float
    mebibytes: float


def drawn(n_rows: int, length: int) -> dict[str, Floats]:
    """Return vectors and probabilities, those of the labelled set first."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((N_CLASSES, LATENT), dtype=np.float32) * np.float32(1.5)
    turn = rng.standard_normal((LATENT, length), dtype=np.float32) / np.float32(LATENT**0.5)
    head = rng.standard_normal((length, N_CLASSES), dtype=np.float32) / np.float32(length**0.5)
    vectors = np.empty((N_LABELLED + n_rows, length), dtype=np.float32)
    proba = np.empty((len(vectors), N_CLASSES), dtype=np.float32)
    for start in range(0, len(vectors), AT_ONCE):
        part = slice(start, min(start + AT_ONCE, len(vectors)))
        of_class = np.arange(part.start, part.stop) % N_CLASSES
        latent = rng.standard_normal((len(of_class), LATENT), dtype=np.float32) + centres[of_class]
        noise = rng.standard_normal((len(of_class), length), dtype=np.float32)
        vectors[part] = latent @ turn + np.float32(0.1) * noise
        proba[part] = softmax(vectors[part] @ head, axis=1)
    return {needs.EMBEDDINGS: vectors, needs.PROBA: proba}


def inputs(
    arrays: Mapping[str, Floats], n: int, reads: frozenset[str], count: int
) -> Callable[[], PoolView]:
    """Return what shows the first `n` candidates; what else is read is made now."""
    rng, n_all = np.random.default_rng(1), N_LABELLED + n
    logits = np.log(arrays[needs.PROBA][:n_all] + np.float32(1e-6))
    all_arrays: dict[str, Any] = dict(arrays)  # an array, or one a modality or a subset of them
    for need in reads & {needs.DROPOUT_PROBA, needs.COMMITTEE_PROBA}:
        all_arrays[need] = [noisy(logits, rng) for _ in range(count)]
    if needs.STREAM_EMBEDDINGS in reads:
        halves = np.array_split(arrays[needs.EMBEDDINGS][:n_all], len(MODALITIES), axis=1)
        all_arrays[needs.STREAM_EMBEDDINGS] = dict(zip(MODALITIES, halves, strict=True))
    if needs.MASKED_PROBA in reads:
        subsets = ((), *((name,) for name in MODALITIES), MODALITIES)
        all_arrays[needs.MASKED_PROBA] = {kept: noisy(logits, rng) for kept in subsets}
    order = np.concatenate([np.arange(N_LABELLED, n_all), np.arange(N_LABELLED)])
    candidates = np.repeat(order[:, None], len(MODALITIES), axis=1)
    made = Inputs(n, order % N_CLASSES, candidates, all_arrays)
    return lambda: made.view(reads)


def noisy(logits: Floats, rng: np.random.Generator) -> Floats:
    """Return the probabilities of a head that differs a little."""
    noise = rng.standard_normal(logits.shape, dtype=np.float32)
    return np.asarray(softmax(logits + noise, axis=1))


def query_of(
    name: str, arrays: Mapping[str, Floats], n: int, query: int = QUERY
) -> tuple[Callable[[], Picks], Callable[[], PoolView]]:
    """Return what asks a strategy with default options, and what shows it the pool."""
    specimen = specimen_of(NAMES[name])
    options, reads = specimen.all_options(), specimen.build().needs
    view = inputs(arrays, n, reads, options.get("passes", options.get("members", 0)))
    return lambda: specimen.build()(view(), query, np.random.default_rng(0)), view


class Bench:
    """Asks queries in processes of their own."""

    def __init__(self, arrays: Mapping[str, Floats], limit: float, gigabytes: float) -> None:
        self.arrays, self.limit, self.gigabytes = arrays, limit, gigabytes

    def sizes(self, *shares: float) -> tuple[int, ...]:
        """Return shares of the pool, in candidates."""
        n = len(self.arrays[needs.PROBA]) - N_LABELLED
        return tuple(round(share * n) for share in shares)

    def reading(self, name: str, n: int) -> Reading | str:
        """Return what a query takes, or why that is not known."""

        def measure() -> Reading:
            query_of(name, self.arrays, 300, 5)[0]()  # imports and buffers that are made once
            ask, _ = query_of(name, self.arrays, n)
            before = resident("VmRSS", forget=True)
            began, worked = time.perf_counter(), time.process_time()
            ask()
            seconds, at_work = time.perf_counter() - began, time.process_time() - worked
            return Reading(seconds, at_work, max(0, resident("VmHWM") - before) / 2**20)

        answer: Reading | str = self.apart(measure, PATIENCE * self.limit)
        return answer

    def apart(self, measure: Callable[[], Any], seconds: float) -> Any:  # what it returns
        """Return what a function returns in a copy of this process, or why it did not."""
        return answer_of(partial(self._run, measure), seconds, f"stopped after {seconds:.0f} s")

    def _run(self, measure: Callable[[], Any], sender: Any) -> None:  # a connection
        import resource

        warnings.simplefilter("ignore")  # fits that stop early
        most = resident("VmData") + int(self.gigabytes * 1e9)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        with threadpool_limits(1):
            try:
                sender.send(measure())
            except MemoryError:
                sender.send(f"needs more than {self.gigabytes:g} GB more")


def expected(small: Reading, large: Reading) -> tuple[float, float]:
    """Return the seconds at work and MiB of a query of all, by two of shares of the pool.

    Time at work grows by as much for each candidate as between the two, or by the same power of
    their number where that is more.
    """
    ratio, times = SMALL[1] / SMALL[0], 1 / SMALL[1]
    steps = (1 - SMALL[1]) / (SMALL[1] - SMALL[0])
    seconds = large.at_work + max(0.0, large.at_work - small.at_work) * steps
    if large.at_work > UNNOTICED:
        power = np.log(large.at_work / small.at_work) / np.log(ratio)
        seconds = max(seconds, large.at_work * times ** min(power, 2.2) if power > 1 else 0.0)
    return seconds, large.mebibytes + max(0.0, large.mebibytes - small.mebibytes) * steps


def price(seconds: float, mebibytes: float) -> str:
    """Return what a query would take, in words."""
    time_taken = f"{seconds / 60:,.0f} min" if seconds < 7200 else f"{seconds / 3600:,.0f} h"
    return f"not asked: about {time_taken} and {mebibytes / 1024:,.1f} GiB"


def predict(bench: Bench, table: Table, name: str) -> tuple[float, float] | None:
    """Return what a query of all is expected to take; None if that is not known or too much."""
    found = [bench.reading(name, size) for size in bench.sizes(*SMALL)]
    table.put(name, 2, *(_seconds(each) for each in found))
    small, large = found
    if isinstance(small, str) or isinstance(large, str):
        table.put(name, 4, "not asked: a smaller pool is too much")
        return None
    seconds, mebibytes = expected(small, large)
    if seconds > bench.limit or mebibytes > bench.gigabytes * 1e9 / 2**20:
        table.put(name, 4, price(seconds, mebibytes))
        return None
    return seconds, mebibytes


def ask(bench: Bench, table: Table, name: str) -> None:
    """Ask about the whole pool."""
    found = bench.reading(name, table.shape.n_rows)
    if isinstance(found, str):
        table.put(name, 4, found)
    else:
        table.put(name, 4, _seconds(found), f"{found.at_work:,.1f}", f"{found.mebibytes:,.0f}")


def lose(bench: Bench, table: Table, name: str) -> None:
    """Ask a pool that can be looked at exactly both ways, and compare the picks."""
    if name not in (*CLUSTERING, *COVERING):
        table.put(name, 7, "exact")
        return
    (n,) = bench.sizes(COMPARED)

    def measure() -> str:
        asked, view = query_of(name, bench.arrays, n)
        with exact_up_to(n + N_LABELLED):  # some strategies put both in one array
            exact = asked()
        with exact_up_to(n // 2):
            other = asked()
        told: str = compared(name, view(), exact, other)
        return told

    table.put(name, 7, bench.apart(measure, 2 * PATIENCE * bench.limit))


def _seconds(found: Reading | str) -> str:
    return found if isinstance(found, str) else f"{found.seconds:,.1f}"


def options() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--limit", type=float, default=240, help="seconds of a query")
    parser.add_argument("--memory", type=float, default=12, help="GB of a query")
    parser.add_argument("--strategy", nargs="+", choices=sorted(NAMES), metavar="NAME")
    parser.add_argument("--only", choices=COLUMNS, help="some columns, or the parts")
    parser.add_argument("--write", type=Path, metavar="PATH", help="the page to write")
    return parser.parse_args()


def measured(
    bench: Bench, table: Table, chosen: Sequence[str], asked: Collection[str]
) -> Iterator[str]:
    """Measure, and yield the name of each row as soon as it has changed."""
    affordable = dict.fromkeys(chosen, (0.0, 0.0))
    for name in chosen if "small" in asked else ():
        affordable.pop(name)
        if (expectation := predict(bench, table, name)) is not None:
            affordable[name] = expectation
        yield name
    for name in sorted(affordable, key=lambda each: affordable[each]) if "full" in asked else ():
        ask(bench, table, name)
        yield name
    for name in chosen if "loss" in asked else ():
        lose(bench, table, name)
        yield name
    if "parts" in asked:
        vectors = bench.arrays[needs.EMBEDDINGS][: bench.sizes(PARTS)[0]]
        _, view = query_of("maxherding", bench.arrays, *bench.sizes(1))
        table.parts = []
        for measure in (lambda: parts(vectors), lambda: by_sample_size(view())):
            found = bench.apart(measure, 2 * PATIENCE * bench.limit)
            table.parts += [found] if isinstance(found, str) else found
            yield "parts"


def main() -> int:
    """Measure what is asked for, and write each figure as soon as it is known."""
    args = options()
    bench = Bench(drawn(args.rows, args.length), args.limit, args.memory)
    small, large, compared_on = bench.sizes(*SMALL, COMPARED)
    shape = Shape(args.rows, args.length, (small, large), compared_on, args.limit, args.memory)
    table = Table(shape, {name: descriptor.cost for name, descriptor in NAMES.items()})
    chosen = args.strategy or list(NAMES)
    # The parts are no strategy's: they are measured with all, or when they are asked for.
    asked = {args.only} if args.only else {*COLUMNS} - ({"parts"} if args.strategy else set())
    if args.write is not None:
        table.read(args.write)
    for name in measured(bench, table, chosen, asked):
        print(name, *table.rows.get(name, table.parts), sep="  ", flush=True)
        if args.write is not None:
            table.write(args.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
