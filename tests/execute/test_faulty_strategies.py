"""Misbehaving strategies: each costs only its own cell, and the record says why."""

from __future__ import annotations

import importlib
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from albench import registry, session

if TYPE_CHECKING:
    from albench.execute.run import Progress
    from albench.records.schema import Finished

pytestmark = pytest.mark.xdist_group("faulty")  # one run for all of them

FAULTS: dict[str, Any] = importlib.import_module("faulty.strategies").FAULTS

SPEC = """
name = "faulty"
repetitions = 1
[cohorts.digits]
test = 0.9
[cohorts.digits.modalities]
profile = {{ loader = "digits", options = {{ view = "profile" }} }}
[models.m]
plugin = "mmfn"
options = {{ width = 8, hidden = 8 }}
training = {{ epochs = 1, min_updates = 3 }}
{strategies}
[budgets.b]
initial = 20
query = 10
stop = 40
[[matrix]]
cohorts = ["digits"]
models = ["m"]
strategies = {names}
budgets = ["b"]
[limits]
cell_seconds = 7
memory_mb = 1000
"""
JOBS = 6
"""More than cores: some sleep until their limit."""

KILLER = "kills-its-parent"
"""Costs as many fork servers as there are attempts, each of which takes seconds to start."""

EACH_KIND = "one of each kind"
ALIKE = "more of the same kinds"
GROUPS = {
    EACH_KIND: [name for name, told in FAULTS.items() if not told.like and name != KILLER],
    ALIKE: [name for name, told in FAULTS.items() if told.like],
}
"""What runs beside each other: the first in every run of the tests, the second in sweeps."""

EACH_GROUP = pytest.mark.parametrize(
    "group", [EACH_KIND, pytest.param(ALIKE, marks=pytest.mark.sweep)]
)
EACH_FAULT = pytest.mark.parametrize(
    ("group", "name"),
    [
        pytest.param(group, name, marks=[pytest.mark.sweep] * (group == ALIKE), id=name)
        for group, names in GROUPS.items()
        for name in names
    ],
)

ENTRY = '[strategies.{name}]\nplugin = "faulty/{name}"\noptions = {{ folder = "{folder}" }}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where strategies write down the processes that they start."""
    return tmp_path_factory.mktemp("left")


@pytest.fixture(scope="module")
def runs() -> dict[str, dict[str, Finished]]:
    """The outcomes of the groups that have been run."""
    return {}


@pytest.fixture
def ended(
    group: str,
    runs: dict[str, dict[str, Finished]],
    tmp_path_factory: pytest.TempPathFactory,
    folder: Path,
) -> dict[str, Finished]:
    """The outcome of each cell, from one run of a group."""
    if group not in runs:
        runs[group] = outcomes(GROUPS[group], folder, tmp_path_factory.mktemp("site"))
    return runs[group]


def outcomes(names: list[str], folder: Path, site: Path) -> dict[str, Finished]:
    """Return the outcome of each cell of a run of faulty strategies, which are installed first."""
    shutil.copytree(Path(__file__).parent / "faulty", site / "faulty")
    record = site / "faulty-1.2.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1.2\n")
    (record / "entry_points.txt").write_text("[albench]\nfaulty = faulty.plugin\n")
    entries = [ENTRY.format(name=name, folder=folder) for name in names]
    spec = site / "faulty.toml"
    spec.write_text(SPEC.format(strategies="\n".join(entries), names=["random", *names]))
    collected: dict[str, Finished] = {}

    def watch(progress: Progress) -> None:
        if progress.cell is not None and progress.finished is not None:
            collected[progress.cell.strategy_label] = progress.finished

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        registry.discover.cache_clear()
        opened = session.open_spec(str(spec))
        session.run(opened, site / "results", JOBS, ["albench"], lambda *_: None, watch)
    registry.discover.cache_clear()
    return collected


@EACH_GROUP
def test_every_cell_has_a_record_and_the_sound_ones_succeed(
    group: str, ended: dict[str, Finished]
) -> None:
    assert set(ended) == {"random", "all-labels", *GROUPS[group]}
    assert ended["random"].status == ended["all-labels"].status == "ok"


def test_a_fault_that_is_left_to_sweeps_names_what_shows_its_kind() -> None:
    tests = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    shown = {FAULTS[name].like for name in GROUPS[ALIKE]}
    assert shown <= {*GROUPS[EACH_KIND], *tests}


@EACH_FAULT
def test_the_record_says_who_when_and_why(name: str, ended: dict[str, Finished]) -> None:
    is_as_told(ended[name], name)


@pytest.mark.sweep
def test_who_ends_the_fork_server_each_time_is_told(folder: Path, tmp_path: Path) -> None:
    ended = outcomes([KILLER], folder, tmp_path)
    is_as_told(ended[KILLER], KILLER)
    assert ended["random"].status == "ok"


def is_as_told(cell: Finished, name: str) -> None:
    """Assert that a faulty strategy's cell has ended as is said beside it."""
    expected = FAULTS[name]
    assert (str(cell.status), cell.reason) == (expected.status, cell.reason)
    assert re.search(expected.reason, cell.reason), cell.reason
    if expected.status == "ok":
        assert [entry.n_labelled for entry in cell.rounds] == [20, 30, 40]
    else:
        assert f"strategy faulty/{name} (faulty 1.2)" in cell.reason
        assert "round 1" in cell.reason
        assert [entry.round for entry in cell.rounds] in ([0], [0, 1])


@pytest.mark.parametrize("group", [EACH_KIND])
def test_an_ended_child_is_noticed_at_once(ended: dict[str, Finished]) -> None:
    names = [name for name in ended if name.startswith("leaves-and-a")]
    assert len(names) == 2
    assert all(ended[name].seconds < 6 for name in names), "the limit is 7 s"


@EACH_GROUP
def test_nothing_that_was_started_is_left(
    group: str, ended: dict[str, Finished], folder: Path
) -> None:
    noted = [entry.name.rpartition("-") for entry in folder.iterdir() if entry.name != "ran"]
    started = [(name, int(pid)) for name, _, pid in noted if name in ended]
    assert len({name for name, _ in started}) == {EACH_KIND: 5, ALIKE: 1}[group]
    time.sleep(1.0)
    assert [name for name, pid in started if psutil.pid_exists(pid)] == []


@EACH_GROUP
def test_what_a_child_sends_is_not_run(ended: dict[str, Finished], folder: Path) -> None:
    assert ended
    assert not (folder / "ran").exists()
