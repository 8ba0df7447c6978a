# mypy: disable-error-code="import-not-found"
# The module beside this one is found when this file is run.
"""Time query strategies against scikit-activeml's and baal's, and tell memory and growth.

Three parts, each a table and a line a target:

peers
    What both albench and a peer have, on a pool of 50,000 x 512, 10 classes, a query of 100. Both
    get the same arrays: what a network would say is computed before the clock starts, and a peer
    that wants a classifier gets one that only hands over probabilities. Where only probabilities
    matter, a peer's features are a single column. Options are set so that both do the same: the
    same outcomes (batchbald), neighbours (cal, typiclust), kernel (maxherding), passes (dropquery),
    one fit, to its minimum (discriminative), at most 30 rounds of k-means; the radius of probcover
    is given to the peer, albench finds it. A peer too slow or too large for that pool is compared
    on a smaller one.
memory
    The most resident memory of a query above what was there when its inputs were made, as the
    kernel counts it, in units of the inputs. Linux only. What announces a square is asked about
    half the pool.
growth
    The power of the pool's size with which time grows, of all strategies that do not announce a
    square, over pools of one, two and four times as many candidates. What is read of the smallest
    takes 64 MiB: more than a core's own caches and its share of the common one, so that no pool is
    in faster memory than another. A strategy that misses the target is measured in two more
    processes a pool, and the medians count, so that one slow process decides nothing.

One process a measurement: a copy of this one that has imported everything, made its inputs and
asked once about a tiny pool. It asks up to fifteen times within a second and tells the median;
against peers, medians of several such processes are compared. Run it alone, on one thread::

    OMP_NUM_THREADS=1 python benchmarks/speed/strategies.py --write docs/speed-strategies.md

With ``--part`` only some parts are measured, and the page keeps what it says of the others.

Targets: the geometric mean of the ratios at least 8, none under 2; memory at most the inputs'
own size; exponent at most 1.15. Wrappers and strategies that share a name with a peer's but not
what they compute (eer) are in the last two parts only.
"""

from __future__ import annotations

import argparse
import datetime
import math
import platform
import statistics
import sys
import time
import warnings
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from own_process import STATUS, answer_of, resident
from strategy_peers import N_CLASSES, N_LABELLED, PEERS, Inputs
from threadpoolctl import threadpool_limits
from verdict import met_or_missed

from albench.api.acquisition import asks_for_modalities
from albench.strategies.plugin import albench_strategies
from albench.testing.specimen import specimen_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from albench.testing.specimen import Specimen

    Query = Callable[[], Any]  # picks, as an array or a list

MEAN_TARGET, LEAST_TARGET, MEMORY_TARGET, EXPONENT_TARGET = 8.0, 2.0, 1.0, 1.15
DESCRIPTORS = {
    descriptor.name: descriptor
    for descriptor in albench_strategies()
    if not asks_for_modalities(descriptor)  # those are called with an offer
}

TITLES = ("Against peers", "Memory", "Growth")
"""Of the page's sections, in their order."""

SMALLEST = 2**26
"""Bytes that are read of the smallest pool from which growth is told."""

OPTIONS: Mapping[str, Mapping[str, Any]] = {"discriminative": {"parts": 1}}
"""What albench is told beside its defaults where it is compared with a peer."""

OWN = "albench"
LONG = 30
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

    def inputs(self, n: int) -> tuple[Inputs, Specimen]:
        """Return what is read of a pool, and who reads it."""
        options = OPTIONS.get(self.name, {}) if self.compared else {}
        specimen = specimen_of(DESCRIPTORS[self.name], options=options)
        chosen = specimen.all_options()
        count = chosen.get("passes", chosen.get("members", 0))
        return Inputs.draw(n, self.dimensions, specimen.build().needs, count), specimen

    def bytes_a_candidate(self) -> float:
        """Return how much is read of each candidate."""
        few, more = (self.inputs(n)[0].n_bytes for n in (100, 300))
        return float(more - few) / 200

    def prepare(self, n: int, query: int) -> tuple[Query, int]:
        """Return what is timed, and the size of its inputs."""
        inputs, specimen = self.inputs(n)
        reads = specimen.build().needs
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
    """Return the median of up to fifteen queries, the first of which tells the memory."""
    job.prepare(300, 5)[0]()  # imports and buffers that are made once
    ask, n_bytes = job.prepare(job.n, job.query)
    before = _resident("VmRSS", forget=True)
    seconds: list[float] = []
    while not seconds or (len(seconds) < 15 and sum(seconds) < 1):
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
    n_bytes: int = resident(line, forget=forget)
    return n_bytes


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
        readings = self.readings.setdefault(job, [])
        repeats = 1 if readings and readings[0].seconds > LONG else repeats
        while len(readings) < repeats and job not in self.faults:
            one = self._once(job)
            if isinstance(one, str):
                self.faults[job] = one
                print(f"    {job.side} {job.name}, {job.n}: {one}", flush=True)
            else:
                readings.append(one)
                repeats = 1 if one.seconds > LONG else repeats
        if job in self.faults or not readings:
            return None
        seconds = statistics.median(each.seconds for each in readings)
        peaks = [each.peak for each in readings if each.peak is not None]
        peak = int(statistics.median(peaks)) if peaks else None
        return Reading(seconds, readings[0].n_bytes, peak, min(each.picks for each in readings))

    def _once(self, job: Job) -> Reading | str:
        limit = 5 * self.limit
        measure = partial(_measure, job, available_memory())
        answer: Reading | str = answer_of(measure, limit, f"more than {limit:.0f} s")
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

    def markdown(self, where: str) -> str:
        """Return it as a section of a page, which says what was run `where`."""
        rule = ["---", *["---:"] * (len(self.header) - 1)]
        table = [f"| {' | '.join(row)} |" for row in (self.header, rule, *self.rows)]
        verdicts = [f"- {line}" for line in self.verdicts]
        return "\n".join([f"## {self.title}", "", where, "", *verdicts, "", *table, ""])


def verdict(target: str, missed: Sequence[str], figure: str = "") -> str:
    """Return a line that says whether a target is met, and who misses it."""
    note = f" ({figure})" if figure else ""
    return f"{target}: " + (f"missed by {', '.join(missed)}{note}" if missed else f"met{note}")


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
    mean = statistics.geometric_mean(ratios.values()) if ratios else math.nan
    slower = [f"{name} {ratio:.2f}" for name, ratio in ratios.items() if ratio < LEAST_TARGET]
    slower += [f"{row[0]} (not measured)" for row in rows if not row[-1]]
    verdicts = [
        f"geometric mean of {len(ratios)} ratios to the faster peer, at least "
        f"{MEAN_TARGET:.0f}: {met_or_missed(is_met=mean >= MEAN_TARGET)} ({mean:.1f})",
        verdict(f"no ratio under {LEAST_TARGET:.0f}", slower),
    ]
    header = ("strategy", "peer", "n", "albench, ms", "peer, ms", "ratio")
    memory = ("memory of albench", "of the peer, times the inputs")
    return Part("Against peers", header + memory, rows, verdicts)


def memory(bench: Bench, job: Job, names: Sequence[str]) -> Part:
    """Return the memory of a query of every strategy in units of its inputs, and of the pool."""
    rows: list[tuple[str, ...]] = []
    missed, missed_of_pool = [], []
    for name in names:
        n = job.n // 2 if DESCRIPTORS[name].cost == "n^2" else job.n
        reading = bench.run(replace(job, name=name, n=n))
        if reading is None or reading.peak is None:
            rows.append((f"`{name}`", f"{n:,}", "", "", "not measured", ""))
            missed.append(f"{name} (not measured)")
            missed_of_pool.append(missed[-1])
            continue
        pool = 4 * (n + N_LABELLED) * (job.dimensions + N_CLASSES)
        of_inputs, of_pool = _share(reading, reading.n_bytes), _share(reading, pool)
        if reading.peak > MEMORY_TARGET * reading.n_bytes:
            missed.append(f"{name} {of_inputs}")
        if reading.peak > MEMORY_TARGET * max(pool, reading.n_bytes):
            missed_of_pool.append(f"{name} {of_pool}")
        megabytes = (f"{size / 2**20:.1f}" for size in (reading.n_bytes, reading.peak))
        rows.append((f"`{name}`", f"{n:,}", *megabytes, of_inputs, of_pool))
        progress(rows[-1])
    verdicts = [
        verdict("memory at most the size of what the strategy itself reads", missed),
        verdict(
            "memory at most the size of the pool, vectors and probabilities, or of what is read "
            "where that is more",
            missed_of_pool,
        ),
    ]
    header = ("strategy", "n", "reads, MiB", "peak beyond, MiB", "times what it reads")
    return Part("Memory", (*header, "times the pool"), rows, verdicts)


def growth(bench: Bench, job: Job, names: Sequence[str], smallest: int) -> Part:
    """Return times on three pools, `smallest` bytes of the first, and their exponent."""
    rows: list[tuple[str, ...]] = []
    missed = []
    for name in (name for name in names if DESCRIPTORS[name].cost != "n^2"):
        own = replace(job, name=name)
        least = math.ceil(smallest / own.bytes_a_candidate())
        sizes = (least, 2 * least, 4 * least)
        for repeats in (1, 3):
            readings = [bench.run(replace(own, n=n), repeats) for n in sizes]
            power = exponent(sizes, [each.seconds for each in readings if each])
            if power <= EXPONENT_TARGET:
                break
        else:
            missed.append(f"{name} {power:.2f}")
        times = [_ms(each.seconds) if each else "-" for each in readings]
        rows.append((f"`{name}`", DESCRIPTORS[name].cost, f"{least:,}", *times, f"{power:.2f}"))
        progress(rows[-1])
    target = f"exponent at most {EXPONENT_TARGET} of what announces less than a square"
    header = ("strategy", "cost", "n", "n, ms", "2 n, ms", "4 n, ms", "exponent")
    return Part("Growth", header, rows, [verdict(target, missed)])


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Return the slope of a line through all points on logarithmic axes; NaN if one is missing."""
    if len(seconds) < len(sizes):
        return math.nan
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def progress(row: Sequence[str]) -> None:
    """Print a row as soon as it is known."""
    print("    " + "  ".join(row), flush=True)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.3g}" if seconds < 1 else f"{1000 * seconds:,.0f}"


def _share(reading: Reading, n_bytes: int) -> str:
    return "-" if reading.peak is None else f"{reading.peak / n_bytes:.2f}"


def page(parts: Sequence[Part], command: str, before: str = "") -> str:
    """Return the page: of each part what was run where, and its table.

    What was not measured stands there as it stood `before`.
    """
    packages = ("albench", "scikit-activeml", "baal", "numpy", "scipy", "scikit-learn")
    versions = ", ".join(f"{name} {_version(name)}" for name in packages)
    where = (
        f"`{command}`, {datetime.date.today().isoformat()}; {versions}; Python "
        f"{platform.python_version()}; {_processor()}, one thread."
    )
    head = (
        "# Speed of query strategies\n\nWritten by `python benchmarks/speed/strategies.py "
        "--write`, whose docstring says what is measured and how: do not edit.\n"
    )
    measured = {part.title: part.markdown(where) for part in parts}
    kept = {text.partition("\n")[0]: f"## {text}" for text in before.split("\n## ")[1:]}
    sections = kept | measured
    in_order = [sections[title].rstrip("\n") + "\n" for title in TITLES if title in sections]
    return "\n".join([head, *in_order])


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


def write(path: Path, parts: Sequence[Part]) -> None:
    """Write the page, or renew these parts of it."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.write_text(page(parts, " ".join(["python", *sys.argv]), before), encoding="utf-8")


def main() -> int:
    """Measure, print verdicts, and write the page if that is asked for; 1 if a target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, default=50_000, help="candidates")
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--query", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3, help="processes a side, against peers")
    parser.add_argument("--smallest", type=int, default=SMALLEST, help="bytes, of growth")
    parser.add_argument("--limit", type=float, default=60, help="seconds of a peer's query")
    parser.add_argument("--part", nargs="+", choices=("peers", "memory", "growth"))
    parser.add_argument("--only", nargs="+", choices=sorted(DESCRIPTORS), metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="small pools, once, to try the script")
    parser.add_argument("--write", type=Path, metavar="PATH", help="the page to write")
    args = parser.parse_args()
    if args.quick:
        args.n, args.dimensions, args.query, args.repeats, args.smallest = 500, 32, 10, 1, 2**16
    names = [name for name in DESCRIPTORS if args.only is None or name in args.only]
    job = Job("", OWN, args.n, args.dimensions, args.query)
    bench = Bench(args.limit)
    runs: dict[str, Callable[[], Part]] = {
        "peers": lambda: compared_with_peers(bench, job, names, args.repeats),
        "memory": lambda: memory(bench, job, names),
        "growth": lambda: growth(bench, job, names, args.smallest),
    }
    began, parts = time.perf_counter(), []
    for name in args.part or runs:
        print(f"{name}:", flush=True)
        parts.append(runs[name]())
        print(*parts[-1].verdicts, f"{time.perf_counter() - began:.0f} s so far", sep="\n")
    if args.write is not None:
        write(args.write, parts)
    return int(any(" missed" in line for part in parts for line in part.verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
