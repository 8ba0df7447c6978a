"""Time what it costs to verify a large cache file when it is opened.

The plain way maps the file and copies all rows out of it, as every cell does with its samples. The
verified way reads the file to its end for a checksum first, as the first process does; the way of
the children compares the file's stamp instead. All take turns within one run, and the median of
each ratio is printed with its spread, since what else runs on the machine then slows all alike. The
file is in the system's memory after the first turn, so that the ratio is the worst there is: a disk
is slower than any checksum, and what a checksum has read the copy finds in memory.

Three checksums that Python brings are tried over the same bytes, without a file. Run it alone::

    OMP_NUM_THREADS=1 python benchmarks/speed/cache_checksum.py --gib 2
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import tempfile
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.cohort.cache import FeatureCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.cohort.stored_array import StoredArray

_FEATURES, _ROW = 2048, 4 * 2048
"""Of a frozen ResNet-50, and the bytes of a row of them."""

CHECKSUMS: dict[str, Callable[[bytes], object]] = {
    "crc32": zlib.crc32,
    "blake2b": lambda content: hashlib.blake2b(content).digest(),
    "sha256": lambda content: hashlib.sha256(content).digest(),
}


def stored(folder: Path, n_bytes: int) -> StoredArray:
    """Return a cached array of about so many bytes, of noise."""
    rng = np.random.default_rng(0)

    def fill(out: Any) -> None:  # a memory map of float32
        for rows in range(0, len(out), 4096):
            part = out[rows : rows + 4096]
            part[...] = rng.random(part.shape, dtype=np.float32)

    return FeatureCache(folder).store("bench", (n_bytes // _ROW, _FEATURES), np.float32, fill)


def copied(array: Any) -> None:  # a memory map of float32
    """Copy all rows, some at a time: a copy of everything would time the memory's allocation."""
    out = np.empty((4096, array.shape[1]), dtype=array.dtype)
    for rows in range(0, len(array), len(out)):
        part = array[rows : rows + len(out)]
        out[: len(part)] = part


def plain(there: StoredArray) -> None:
    """Map without any check, and copy."""
    copied(np.load(there.path, mmap_mode="r", allow_pickle=False))


def verified(there: StoredArray) -> None:
    """Read to the end for the checksum, map, and copy."""
    with there.path.open("rb") as handle:
        if there.description.checksum(handle) != there.checksum:
            raise ValueError("the file has changed while it was timed")
    copied(there.open())


def as_a_child(there: StoredArray) -> None:
    """Compare the stamp, map, and copy."""
    copied(there.open())


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print the ratios of the ways, and the speed of the checksums."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gib", type=float, default=1.0, help="size of the file")
    parser.add_argument("--turns", type=int, default=7, help="odd, three or more")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        there = stored(Path(folder), int(arguments.gib * 2**30))
        size = there.stamp.size / 1e9
        ways = (plain, verified, as_a_child)
        turns = [
            [seconds(lambda way=way: way(there)) for way in ways]  # type: ignore[misc]  # called at once
            for _ in range(arguments.turns + 1)
        ][1:]  # the first turn brings the file into memory
    print(f"{size:.2f} GB, {len(turns)} turns, the file in memory; medians")
    print(f"  plain       {statistics.median(turn[0] for turn in turns):.3f} s")
    for number, name in ((1, "verified"), (2, "as a child")):
        ratios = sorted(turn[number] / turn[0] for turn in turns)
        median = statistics.median(turn[number] for turn in turns)
        spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
        print(f"  {name:<11} {median:.3f} s, {statistics.median(ratios):.2f} of plain ({spread})")
    content = np.random.default_rng(0).bytes(2**26)
    for name, checksum in CHECKSUMS.items():
        best = min(seconds(lambda way=checksum: way(content)) for _ in turns)  # type: ignore[misc]  # called at once
        print(f"  {name:<11} {len(content) / best / 1e9:.2f} GB/s")


if __name__ == "__main__":
    main()
