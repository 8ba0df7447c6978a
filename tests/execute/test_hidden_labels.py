"""Hidden labels are nowhere in a child: in no frame, no object and no byte of memory."""

from __future__ import annotations

import resource
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench import registry, session
from albench.execute.repetition import open_repetition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from albench.execute.repetition import Repetition

STRATEGY = '''
import gc, inspect, os, time
from pathlib import Path
import numpy as np
from albench.api import Descriptor, Kind, Option, hookimpl
from albench.api.needs import HIDDEN_LABELS

class Searches:
    """Looks for whatever has the length of what it must not know, then waits to be looked into."""
    needs = frozenset()
    def __init__(self, folder):
        self.folder = Path(folder)
    def __call__(self, pool, n, rng):
        sizes = {int(part) for part in (self.folder / "sizes").read_text().split()}
        seen, found = set(), []
        def look(value, way):
            if id(value) in seen:
                return
            seen.add(id(value))
            kind = type(value)
            if kind.__name__ in ("Cohort", "Repetition"):
                found.append(f"{way}: {kind.__name__}")
            if isinstance(value, np.ndarray) and value.ndim == 1 and len(value) in sizes:
                if value.dtype.kind in "iu" and 1 < len(np.unique(value)) <= 10:
                    found.append(f"{way}: labels?")
        for frame in inspect.stack():
            for name, value in frame.frame.f_locals.items():
                look(value, name)
                for inner, deeper in getattr(value, "__dict__", {}).items():
                    look(deeper, inner)
        for value in gc.get_objects():
            look(value, "gc")
            if isinstance(value, dict):
                for deeper in list(value.values()):
                    look(deeper, "gc")
        (self.folder / "found").write_text("\\n".join(found))
        (self.folder / "pid").write_text(str(os.getpid()))
        while not (self.folder / "seen").exists():
            time.sleep(0.05)
        return np.arange(n)

class Told(Searches):
    needs = frozenset({HIDDEN_LABELS})

@hookimpl
def albench_strategies():
    option = (Option(name="folder", type=str, default=""),)
    return [
        Descriptor(name="searches", kind=Kind.STRATEGY, target="searching:Searches",
                   summary="It searches", options=option),
        Descriptor(name="told", kind=Kind.STRATEGY, target="searching:Told",
                   summary="It is told", options=option, tags=("oracle",)),
    ]
'''

SPEC = """
name = "hidden"
repetitions = 1
[cohorts.digits]
test = 0.4
[cohorts.digits.modalities]
profile = {{ loader = "digits", options = {{ view = "profile" }} }}
[models.m]
plugin = "mmfn"
options = {{ width = 8, hidden = 8 }}
training = {{ epochs = 1, min_updates = 3 }}
[strategies.searches]
plugin = "searches"
options = {{ folder = "{folder}/searches" }}
[strategies.told]
plugin = "told"
options = {{ folder = "{folder}/told" }}
[budgets.b]
initial = 60
query = 10
stop = 70
[[matrix]]
cohorts = ["digits"]
models = ["m"]
strategies = ["searches", "told"]
budgets = ["b"]
"""


PAGE = resource.getpagesize()
"""Bytes, of which regions of memory are multiples; longer than what is looked for."""

IS_THERE, IS_SWAPPED, IS_OF_A_FILE = (1 << bit for bit in (63, 62, 61))
"""What Linux tells of a page of a process's memory."""


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    """What one run of both strategies shows, each of which is looked into while it waits."""
    site = tmp_path_factory.mktemp("site")
    (site / "searching.py").write_text(STRATEGY)
    record = site / "searching-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: searching\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text("[albench]\nsearching = searching\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        registry.discover.cache_clear()
        yield run_and_look(site)
    registry.discover.cache_clear()


@dataclass(frozen=True)
class Looked:
    """What is in memory of each strategy's process, and what one finds that searches itself."""

    in_memory: dict[str, dict[str, bool]]
    found: str


def run_and_look(site: Path) -> Looked:
    """Run both; while one of them waits, look for patterns in the memory of its process."""
    spec = site / "hidden.toml"
    spec.write_text(SPEC.format(folder=site))
    opened = session.open_spec(str(spec))
    cell = next(cell for cell in opened.plan.cells if cell.strategy is not None)
    repetition = open_repetition(cell, opened.cohorts[cell.cohort, cell.modalities])
    collected: dict[str, dict[str, bool]] = {}

    def look(name: str) -> None:
        folder = site / name
        while not (folder / "pid").exists():
            time.sleep(0.05)
        time.sleep(0.2)
        pid = int((folder / "pid").read_text())
        collected[name] = in_memory(pid, patterns_of(name, repetition))
        (folder / "seen").touch()

    looking = [threading.Thread(target=look, args=(name,), daemon=True) for name in SIZES]
    for name, sizes in SIZES.items():
        (site / name).mkdir()
        (site / name / "sizes").write_text(" ".join(map(str, sizes(repetition))))
    for thread in looking:
        thread.start()
    summary = session.run(opened, site / "results", 1, [], lambda *_: None, lambda _: None)
    for thread in looking:
        thread.join(10)
    assert summary.n_failed == 0
    return Looked(collected, (site / "searches" / "found").read_text())


def pool_of(repetition: Repetition) -> NDArray[np.intp]:
    return np.setdiff1d(repetition.train, repetition.first_labels())


SIZES: dict[str, Callable[[Repetition], list[int]]] = {
    "searches": lambda repetition: [
        *(len(repetition.cohort.labels), len(pool_of(repetition))),
        *(len(repetition.train), len(repetition.test)),
    ],
    "told": lambda repetition: [len(repetition.test)],
}
"""How many labels there are of what a strategy must not know."""

KNOWN = "the labels that it has"


def patterns_of(name: str, repetition: Repetition) -> dict[str, bytes]:
    """Return what to look for in a strategy's process; the labels that it has are a control."""
    labels = repetition.labels_of
    patterns = encodings("test", labels(repetition.test))
    known = repetition.train if name == "told" else repetition.first_labels()
    if name == "searches":
        patterns |= encodings("pool", labels(pool_of(repetition)))
        patterns |= encodings("train", labels(repetition.train))
        patterns |= encodings("all", repetition.cohort.labels)
    return patterns | {KNOWN: labels(known)[:48].astype(np.int64).tobytes()}


def in_memory(pid: int, patterns: dict[str, bytes]) -> dict[str, bool]:
    is_there = dict.fromkeys(patterns, False)
    with (
        Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory,
        Path(f"/proc/{pid}/pagemap").open("rb", buffering=0) as told,
    ):
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            addresses, permissions = line.split()[:2]
            if not permissions.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in addresses.split("-"))
            runs = [(start, end)]
            if permissions == "rw-p":
                told.seek(start // PAGE * 8)
                runs = written(
                    start, np.frombuffer(told.read((end - start) // PAGE * 8), np.uint64)
                )
            for first, last in runs:
                try:
                    memory.seek(first)
                    content = memory.read(last - first)
                except OSError:
                    continue
                for name, pattern in patterns.items():
                    is_there[name] = is_there[name] or pattern in content
    return is_there


def written(start: int, pages: NDArray[np.uint64]) -> list[tuple[int, int]]:
    """Return where a private region has been written to: from where and up to where, each time.

    The other pages are zeros, or as they are in a file: libraries for GPUs bring 400 MB of them.
    """
    has_any = (pages & (IS_THERE | IS_SWAPPED) != 0) & (pages & IS_OF_A_FILE == 0)
    edges = np.flatnonzero(np.diff(has_any, prepend=False, append=False))
    return [(start + first * PAGE, start + last * PAGE) for first, last in edges.reshape(-1, 2)]


def encodings(what: str, labels: NDArray[np.intp]) -> dict[str, bytes]:
    part = labels[:48]  # of ten classes: nowhere by chance
    return {
        f"{what} as int64": part.astype(np.int64).tobytes(),
        f"{what} as int32": part.astype(np.int32).tobytes(),
        f"{what} as bytes": part.astype(np.uint8).tobytes(),
        f"{what} as text": ", ".join(map(str, part)).encode(),
    }


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/mem").exists(), reason="looks into another process's memory"
)


@needs_proc
def test_neither_frames_nor_objects_nor_memory_hold_labels_of_pool_or_test_part(
    looked: Looked,
) -> None:
    in_memory = looked.in_memory["searches"]
    assert len(in_memory) == 17
    assert in_memory[KNOWN], "the search would have found them"
    assert [name for name, is_there in in_memory.items() if is_there] == [KNOWN]
    assert looked.found == ""


@needs_proc
def test_an_oracle_is_told_the_labels_of_the_training_part_and_not_those_of_the_test_part(
    looked: Looked,
) -> None:
    in_memory = looked.in_memory["told"]
    assert len(in_memory) == 5
    assert [name for name, is_there in in_memory.items() if is_there] == [KNOWN]
