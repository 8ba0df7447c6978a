"""Hidden labels are nowhere in a child: in no frame, no object and no byte of memory."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench import registry, session
from albench.execute.repetition import open_repetition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.execute.repetition import Repetition
    from albench.session import OpenedSpecification

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
[strategies.{name}]
plugin = "{name}"
options = {{ folder = "{folder}" }}
[budgets.b]
initial = 60
query = 10
stop = 70
[[matrix]]
cohorts = ["digits"]
models = ["m"]
strategies = ["{name}"]
budgets = ["b"]
"""


PAGE = 4096
"""Bytes, of which regions of memory are multiples; longer than what is looked for."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the distribution of the strategies above."""
    (tmp_path / "searching.py").write_text(STRATEGY)
    record = tmp_path / "searching-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: searching\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text("[albench]\nsearching = searching\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry.discover.cache_clear()
    yield tmp_path
    registry.discover.cache_clear()


def opened_with(site: Path, name: str) -> tuple[OpenedSpecification, Repetition]:
    spec = site / "hidden.toml"
    spec.write_text(SPEC.format(name=name, folder=site))
    opened = session.open_spec(str(spec))
    cell = next(cell for cell in opened.plan.cells if cell.strategy is not None)
    return opened, open_repetition(cell, opened.cohorts[cell.cohort, cell.modalities])


def run_and_look(
    opened: OpenedSpecification, site: Path, patterns: dict[str, bytes]
) -> dict[str, bool]:
    """Run it; while the strategy waits, look for patterns in the memory of its process."""
    collected: dict[str, bool] = {}

    def look() -> None:
        while not (site / "pid").exists():
            time.sleep(0.05)
        time.sleep(0.2)
        collected.update(in_memory(int((site / "pid").read_text()), patterns))
        (site / "seen").touch()

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    summary = session.run(opened, site / "results", 1, [], lambda *_: None, lambda _: None)
    looking.join(10)
    assert summary.n_failed == 0
    return collected


def in_memory(pid: int, patterns: dict[str, bytes]) -> dict[str, bool]:
    is_there = dict.fromkeys(patterns, False)
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            addresses, permissions = line.split()[:2]
            if not permissions.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in addresses.split("-"))
            try:
                memory.seek(start)
                content = without_zeros(memory.read(end - start))
            except OSError:
                continue
            for name, pattern in patterns.items():
                is_there[name] |= pattern in content
    return is_there


def without_zeros(content: bytes) -> bytes:
    """Return memory without pages of zeros among such pages, of which most of it consists."""
    n_pages = len(content) // PAGE
    pages = np.frombuffer(content, np.uint64, n_pages * PAGE // 8).reshape(n_pages, -1)
    has_any = np.pad(pages.any(axis=1), 1)
    return pages[has_any[:-2] | has_any[1:-1] | has_any[2:]].tobytes()


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
    site: Path,
) -> None:
    opened, repetition = opened_with(site, "searches")
    first = repetition.first_labels()
    pool = np.setdiff1d(repetition.train, first)
    labels = repetition.labels_of
    sizes = [len(repetition.cohort.labels), len(pool), len(repetition.train), len(repetition.test)]
    (site / "sizes").write_text(" ".join(map(str, sizes)))
    patterns = encodings("pool", labels(pool)) | encodings("test", labels(repetition.test))
    patterns |= encodings("train", labels(repetition.train))
    patterns |= encodings("all", repetition.cohort.labels)
    control = {"the labels that it has": labels(first)[:48].astype(np.int64).tobytes()}
    in_memory_of = run_and_look(opened, site, patterns | control)
    assert in_memory_of.pop("the labels that it has"), "the search would have found them"
    assert [name for name, is_there in in_memory_of.items() if is_there] == []
    assert (site / "found").read_text() == ""


@needs_proc
def test_an_oracle_is_told_the_labels_of_the_training_part_and_not_those_of_the_test_part(
    site: Path,
) -> None:
    opened, repetition = opened_with(site, "told")
    (site / "sizes").write_text(str(len(repetition.test)))
    patterns = encodings("test", repetition.labels_of(repetition.test))
    allowed = {"train": repetition.labels_of(repetition.train)[:48].astype(np.int64).tobytes()}
    in_memory_of = run_and_look(opened, site, patterns | allowed)
    assert in_memory_of.pop("train")
    assert not any(in_memory_of.values())
