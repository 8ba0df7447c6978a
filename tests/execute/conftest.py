"""A benchmark of a few seconds, with strategies that misbehave announced by a toy distribution."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from albench import registry, session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from albench.execute.run import Progress
    from albench.planning import Cell
    from albench.records.schema import Finished

collect_ignore = ["faulty"]  # it is installed by its test, and no place for doctests

sys.path.insert(0, str(Path(__file__).parent))

STRATEGIES = """
import os, signal, sys, time
import numpy as np


class First:
    needs = frozenset()
    def __call__(self, pool, n, rng):
        return np.arange(n)


class TooMany(First):
    def __call__(self, pool, n, rng):
        return np.arange(n + 1)


class Twice(First):
    def __call__(self, pool, n, rng):
        return np.zeros(n, dtype=int)


class Outside(First):
    def __call__(self, pool, n, rng):
        return np.arange(n) + len(pool)


class Fractions(First):
    def __call__(self, pool, n, rng):
        return np.arange(n) + 0.5


class Flat(First):
    def __call__(self, pool, n, rng):
        return np.arange(n)[:, None]


class Raises(First):
    def __call__(self, pool, n, rng):
        raise KeyError("what")


class Mumbles(First):
    def __call__(self, pool, n, rng):
        raise ValueError("lost \\udcff \\x1b[2J \\x00" + "x" * 100_000)


class Quits(First):
    def __call__(self, pool, n, rng):
        os._exit(3)


class Segfaults(First):
    def __call__(self, pool, n, rng):
        os.kill(os.getpid(), signal.SIGSEGV)


class Sleeps(First):
    def __call__(self, pool, n, rng):
        time.sleep(600)


class Hoards(First):
    def __call__(self, pool, n, rng):
        kept = []
        while True:
            kept.append(np.ones(2**22))
            time.sleep(0.02)


class Swells(First):
    \"\"\"Takes memory without end, from its second query on.\"\"\"
    def __call__(self, pool, n, rng):
        kept = []
        while pool.round > 1:
            kept.append(np.ones(2**22))
            time.sleep(0.02)
        return np.arange(n)


class Peeks(First):
    def __call__(self, pool, n, rng):
        return pool.proba.argmax(axis=1)[:n]


class Seeds(First):
    def __call__(self, pool, n, rng):
        np.random.seed(0)
        return np.arange(n)


class Trains(First):
    def __call__(self, pool, n, rng):
        import torch
        with torch.no_grad():
            for parameter in pool._source.classifier.module_.parameters():
                parameter.add_(1.0)
        return np.arange(n)


class Tells(First):
    def __call__(self, pool, n, rng):
        print("sees", os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
        return np.arange(n)


class Dies(First):
    \"\"\"Kills its cell in round 2, once: a file says that it has.\"\"\"
    def __init__(self, marker):
        self.marker = marker
    def __call__(self, pool, n, rng):
        if pool.round == 2 and not os.path.exists(self.marker):
            open(self.marker, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return rng.permutation(len(pool))[:n]


class Hungry:
    \"\"\"Runs out of memory in round 2, until a file has as many letters as it was told.\"\"\"
    needs = frozenset()
    def __init__(self, marker, often):
        self.marker, self.often = marker, often
    def __call__(self, pool, n, rng):
        n_times = os.path.getsize(self.marker) if os.path.exists(self.marker) else 0
        if pool.round == 2 and n_times < self.often:
            with open(self.marker, "a") as file:
                file.write("x")
            raise MemoryError("no more")
        return rng.permutation(len(pool))[:n]
"""

MODELS = """
import functools, os, signal
from dataclasses import replace
from torch import nn
from albench.models.mmfn import Mmfn


def noted(load, marker):
    with open(marker, "a") as file:
        file.write("loaded\\n")
    return load()


class Trunked(Mmfn):
    def __init__(self, marker):
        super().__init__(trunk="small", width=8, hidden=8)
        object.__setattr__(self, "marker", marker)

    def build(self, shapes, n_classes):
        net = super().build(shapes, n_classes)
        net.trunks = {
            key: replace(trunk, load=functools.partial(noted, trunk.load, self.marker))
            for key, trunk in net.trunks.items()
        }
        return net


class Wide(Mmfn):
    def __init__(self):
        super().__init__(width=32, hidden=32)


class Killing(Wide):
    \"\"\"Its networks kill their process when they train on so few samples, once.\"\"\"
    def __init__(self, marker, samples):
        super().__init__()
        object.__setattr__(self, "deadly", (marker, samples))

    def build(self, shapes, n_classes):
        net, (marker, n_samples) = super().build(shapes, n_classes), self.deadly
        def kill(net, given):
            n = len(next(iter(given[0].values())))
            if net.training and n == n_samples and not os.path.exists(marker):
                open(marker, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
        net.register_forward_pre_hook(kill)
        return net


class Changed(Wide):
    def build(self, shapes, n_classes):
        net = super().build(shapes, n_classes)
        self.change(net)
        return net


class Normalised(Changed):
    def change(self, net):
        net.classifier = nn.Sequential(nn.BatchNorm1d(net.classifier.in_features), net.classifier)


class Bounded(Changed):
    def change(self, net):
        def bound(net, given):
            if net.training:
                net.classifier.weight.data.clamp_(-0.1, 0.1)
        net.register_forward_pre_hook(bound)


class Branching(Changed):
    def change(self, net):
        def negate(net, given, logits):
            return logits if logits.mean() > 0 else -logits
        net.register_forward_hook(negate)
"""

NAMES = [
    *("First", "TooMany", "Twice", "Outside", "Fractions", "Flat", "Raises", "Mumbles", "Quits"),
    *("Segfaults", "Sleeps", "Hoards", "Peeks", "Seeds", "Trains", "Tells", "Dies"),
    *("Hungry", "Swells"),
]

PLUGIN = f"""
from albench.api import Descriptor, Kind, Option, hookimpl

@hookimpl
def albench_models():
    marker = (Option(name="marker", type=str, default=""),)
    killing = (*marker, Option(name="samples", type=int, default=1))
    return [
        Descriptor(name=name.lower(), kind=Kind.MODEL, target=f"naughty.models:{{name}}",
                   summary=name, provides=frozenset({{"proba"}}),
                   options={{"Trunked": marker, "Killing": killing}}.get(name, ()))
        for name in ("Trunked", "Killing", "Normalised", "Bounded", "Branching")
    ]


@hookimpl
def albench_strategies():
    marker = (Option(name="marker", type=str, default=""),)
    hungry = (*marker, Option(name="often", type=int, default=1))
    return [
        Descriptor(name=name.lower(), kind=Kind.STRATEGY, target=f"naughty.strategies:{{name}}",
                   summary=name, options={{"Dies": marker, "Hungry": hungry}}.get(name, ()),
                   incomplete=name == "Dies")
        for name in {NAMES!r}
    ]
"""

NETWORK = """
plugin = "mmfn"
options = {{ width = 8, hidden = 8 }}
training = {{ epochs = 1, min_updates = 3, learning_rate = {rate}, warm_start = {warm} }}
"""

COHORT = """
[cohorts.digits]
test = 0.9
label_noise = {noise}
[cohorts.digits.modalities]
profile = {{ loader = "digits", options = {{ view = "profile" }} }}
"""

SPEC = """
name = "toy"
seed = 3
repetitions = {repetitions}
{cohort}
[models.m]
{model}
[strategies.dies]
plugin = "dies"
options = {{ marker = "{marker}" }}
[strategies.hungry]
plugin = "hungry"
options = {{ marker = "{marker}", often = {often} }}
[budgets.b]
initial = {initial}
query = 10
stop = 50
of = "{of}"
[[matrix]]
cohorts = ["digits"]
models = ["m"]
strategies = {strategies}
budgets = ["b"]
[limits]
cell_seconds = {seconds}
memory_mb = {memory}
"""


@pytest.fixture(scope="session")
def _naughty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the toy distribution: a package and the record that announces it."""
    folder = tmp_path_factory.mktemp("site")
    package = folder / "naughty"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "strategies.py").write_text(dedent(STRATEGIES))
    (package / "models.py").write_text(dedent(MODELS))
    (package / "plugin.py").write_text(dedent(PLUGIN))
    record = folder / "naughty-1.2.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: naughty\nVersion: 1.2\n")
    (record / "entry_points.txt").write_text("[albench]\nnaughty = naughty.plugin\n")
    return folder


@pytest.fixture
def _with_naughty(
    _naughty: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(_naughty))
    monkeypatch.setenv("ALBENCH_CACHE", str(_naughty / "cache"))
    registry.discover.cache_clear()
    yield
    registry.discover.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "naughty"]:
        del sys.modules[name]


@pytest.fixture
def write_spec(_with_naughty: None, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a specification of the toy benchmark."""

    def write(*strategies: str, **changes: object) -> Path:
        fields = {
            "repetitions": 1,
            "warm": "false",
            "marker": tmp_path / "marker",
            "often": 1,
            "of": "candidates",
            "seconds": 120,
            "memory": 8000,
            "noise": 0.0,
            "initial": 20,
            "rate": 1e-3,
            "model": NETWORK,
            "cohort": COHORT,
        } | changes
        fields["cohort"] = str(fields["cohort"]).format(**fields)
        fields["model"] = str(fields["model"]).format(**fields)
        path = tmp_path / "toy.toml"
        path.write_text(SPEC.format(strategies=list(strategies), **fields))
        return path

    return write


@pytest.fixture
def run_toy(write_spec: Callable[..., Path], tmp_path: Path) -> Callable[..., dict[str, Finished]]:
    """Return a function that runs the toy benchmark and returns each cell's outcome."""

    def run(
        *strategies: str,
        output: str = "results",
        jobs: int = 2,
        lockstep: bool = True,
        **changes: object,
    ) -> dict[str, Finished]:
        opened = session.open_spec(str(write_spec(*strategies, **changes)))
        ended: dict[str, Finished] = {}

        def watch(progress: Progress) -> None:
            if progress.cell is not None and progress.finished is not None:
                ended[key(progress.cell)] = progress.finished

        def key(cell: Cell) -> str:
            suffix = f" {cell.repetition}" if changes.get("repetitions", 1) != 1 else ""
            return f"{cell.strategy_label}{suffix}"

        results, command = tmp_path / output, ["albench"]
        session.run(opened, results, jobs, command, lambda *_: None, watch, lockstep=lockstep)
        return ended

    return run
