"""What `albench doctor` finds, and when it says that benchmarks cannot run here."""

from __future__ import annotations

import importlib.metadata
import json
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest

from albench import doctor
from albench.cli import main
from albench.doctor import GIB, Diagnosis, Fitness, as_text, examine, is_fit
from albench.errors import AlbenchError
from albench.execute import devices
from albench.execute.probe import Probed, probe
from albench.gpus import Gpu

if TYPE_CHECKING:
    from pathlib import Path

Usage = namedtuple("Usage", "free")


@pytest.fixture(autouse=True)
def _a_child_that_computes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test but the one that says so starts a real child, nor looks at this machine's disks."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "probe", lambda _: Probed("cpu", 0.1, ""))
    monkeypatch.setattr(doctor, "usable_memory", lambda: 64 * GIB)
    monkeypatch.setattr(doctor, "free_memory", lambda: 60 * GIB)
    monkeypatch.setattr("albench.doctor.psutil.disk_usage", lambda _: Usage(50 * GIB))
    for module in (devices, doctor):
        monkeypatch.setattr(module, "installed_gpus", lambda: ())


def of(subject: str, device: str = "auto") -> list[Diagnosis]:
    return [finding for finding in examine(device) if finding.subject == subject]


def test_a_machine_that_lacks_nothing_is_fit(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    shown = capfd.readouterr().out
    assert "benchmarks can run here" in shown
    for subject in ("versions", "processor", "GPU", "memory", "runs", "cache", "child process"):
        assert subject in shown


def test_json_says_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed["fit"] is True
    assert {finding["state"] for finding in printed["findings"]} <= {"ok", "warning"}


def test_a_real_child_computes_here() -> None:
    probed = probe({"CUDA_VISIBLE_DEVICES": ""})
    assert (probed.device, probed.problem) == ("cpu", "")


def test_a_child_that_fails_is_a_reason_not_to_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = Probed("", 0.1, "crashed: killed by SIGILL")
    monkeypatch.setattr(doctor, "probe", lambda _: broken)
    assert main(["doctor"]) == 1
    shown = capfd.readouterr().out
    assert "on the CPU: crashed: killed by SIGILL" in shown
    assert "benchmarks cannot run here" in shown


def test_no_child_at_all_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> Probed:
        raise AlbenchError("no process can be started, 5 times in a row")

    monkeypatch.setattr(doctor, "probe", fail)
    assert [finding.state for finding in of("child process")] == [Fitness.UNFIT]


@pytest.mark.parametrize(
    ("free", "state"), [(0.5, Fitness.UNFIT), (2.0, Fitness.WARNING), (60.0, Fitness.OK)]
)
def test_memory_is_judged_by_what_runs_at_once(
    free: float, state: Fitness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "usable_cores", lambda: 8)
    monkeypatch.setattr(doctor, "free_memory", lambda: int(free * GIB))
    assert [finding.state for finding in of("memory")] == [state]


@pytest.mark.parametrize(
    ("free", "state"), [(0.1, Fitness.UNFIT), (3.0, Fitness.WARNING), (50.0, Fitness.OK)]
)
def test_a_disk_that_is_nearly_full_is_told_with_a_way_out(
    free: float, state: Fitness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("albench.doctor.psutil.disk_usage", lambda _: Usage(free * GIB))
    (found,) = of("runs")
    assert found.state == state
    assert ("--output" in found.advice) == (state is not Fitness.OK)


def test_a_folder_that_cannot_be_written_to_is_a_reason_not_to_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("albench.doctor.tempfile.TemporaryDirectory", refuse)
    (found,) = of("temporary files")
    assert found.state is Fitness.UNFIT
    assert "Read-only file system" in found.text
    assert "TMPDIR" in found.advice


def test_a_package_of_another_version_is_a_reason_not_to_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needed = ["numpy>=999", "surely-not-there>=1", "absent; extra == 'dask'", "pluggy>=1"]
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: needed)
    (found,) = of("packages")
    assert found.state is Fitness.UNFIT
    assert "needed is >=999" in found.text
    assert "surely-not-there is missing" in found.text
    assert "absent" not in found.text


@pytest.fixture
def a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (devices, doctor):
        monkeypatch.setattr(module, "installed_gpus", lambda: (Gpu("0", "H100", 81920.0, "570"),))
        monkeypatch.setattr(module, "torch_has_cuda", lambda: True)


def test_a_gpu_that_torch_computes_on_is_shown(
    a_gpu: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "probe", lambda _: Probed("H100", 2.0, ""))
    assert [finding.text for finding in of("GPU")] == ["0: H100, 80 GiB, driver 570"]
    assert [finding.text for finding in of("child process")] == [
        "on GPU 0: computes (H100), after 2.0 s"
    ]


def test_a_gpu_that_torch_does_not_see_is_a_reason_not_to_run(a_gpu: None) -> None:
    (found,) = of("child process")
    assert found.state is Fitness.UNFIT
    assert "--device cpu" in found.advice
    assert is_fit(examine("cpu"))


def test_a_torch_for_cpus_beside_a_gpu_is_a_warning(
    a_gpu: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (devices, doctor):
        monkeypatch.setattr(module, "torch_has_cuda", lambda: False)
    assert [finding.state for finding in of("GPU")] == [Fitness.OK, Fitness.WARNING]
    assert not is_fit(examine("cuda"))


def test_advice_stands_below_what_it_is_about() -> None:
    shown = as_text(
        [Diagnosis("disk", "full", Fitness.UNFIT, "free some"), Diagnosis("GPU", "none")]
    )
    assert shown.splitlines() == [
        "unfit    disk  full",
        "               -> free some",
        "ok       GPU   none",
    ]
