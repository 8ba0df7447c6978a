"""Where children compute: the choice of a device, how many share it, and what each child sees."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from albench import gpus, session
from albench.cli import main
from albench.errors import InputError
from albench.execute import cores, devices
from albench.execute.cores import usable_cores
from albench.execute.devices import DevicePool, Devices, choose, place, visible_devices
from albench.execute.probe import probe
from albench.execute.reuse import successes
from albench.gpus import Gpu, installed_gpus
from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.records.schema import Finished

TWO = (Gpu("0", "H100", 81559.0, "570.1"), Gpu("1", "H100", 81559.0, "570.1"))
ANSWER = """0, NVIDIA H100 80GB HBM3, 81559, 570.124.06
1, NVIDIA GB10, [N/A], 580.95
"""


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two GPUs and a torch for them."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(devices, "installed_gpus", lambda: TWO)
    monkeypatch.setattr(devices, "torch_has_cuda", lambda: True)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a GPU."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(devices, "installed_gpus", lambda: ())


@pytest.mark.parametrize(
    ("device", "names"),
    [("auto", ("0", "1")), ("cuda", ("0", "1")), ("cuda:1", ("1",)), ("cpu", ())],
)
def test_a_device_names_the_gpus_that_children_share(
    device: str, names: tuple[str, ...], two_gpus: None
) -> None:
    assert choose(device).names == names


def test_on_gpus_as_many_cells_run_at_once_as_share_them(two_gpus: None) -> None:
    assert place("auto").jobs == 2
    assert place("cuda", per_gpu=3).jobs == 6
    assert place("cuda:1", per_gpu=3).jobs == 3
    assert place("cuda", jobs=5).jobs == 5
    assert place("cpu").jobs == usable_cores()


def test_without_a_gpu_auto_is_the_cpu_as_it_was(no_gpu: None) -> None:
    assert place("auto").devices == Devices()
    assert place("auto").jobs == usable_cores()
    assert place("auto", jobs=3, per_gpu=2).jobs == 3


def test_children_on_the_cpu_see_no_gpu(two_gpus: None) -> None:
    with DevicePool(choose("cpu")).one() as environment:
        assert environment == {"CUDA_VISIBLE_DEVICES": ""}


@pytest.mark.parametrize("number", ["2", "17"])
def test_a_gpu_that_is_not_there_is_answered_with_those_that_are(
    number: str, two_gpus: None
) -> None:
    with pytest.raises(InputError, match=f"cuda:{number}.*no such GPU; there are cuda:0, cuda:1"):
        choose(f"cuda:{number}")


def test_without_a_gpu_cuda_is_refused(no_gpu: None) -> None:
    with pytest.raises(InputError, match="no NVIDIA GPU is visible"):
        choose("cuda")


def test_hidden_gpus_are_told_with_what_hides_them(
    two_gpus: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert choose("auto").names == ()
    with pytest.raises(InputError, match="CUDA_VISIBLE_DEVICES is '-1'"):
        choose("cuda")


def test_a_torch_for_cpus_uses_no_gpu(two_gpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "torch_has_cuda", lambda: False)
    assert choose("auto").names == ()
    with pytest.raises(InputError, match="the installed torch is built for CPUs"):
        choose("cuda:0")


@pytest.mark.parametrize("build", ["'12.4'", "None"])
def test_the_build_of_torch_is_read_without_importing_it(
    build: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "version.py").write_text(f"__version__ = '2.6.0'\ncuda: str | None = {build}\n")
    found = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: found)
    assert devices.torch_has_cuda() is (build != "None")


def test_more_jobs_than_a_share_allows_are_refused(two_gpus: None) -> None:
    with pytest.raises(InputError, match="5 at once do not fit on 2 GPUs"):
        place("cuda", jobs=5, per_gpu=2)
    with pytest.raises(InputError, match="no GPU with --device cpu"):
        place("cpu", per_gpu=2)


def test_numbers_are_those_that_the_driver_shows(
    two_gpus: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choose("cuda:1").first == {
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_VISIBLE_DEVICES": "1",
    }
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,3")  # in the order of who set it
    assert choose("cuda:1").first == {"CUDA_VISIBLE_DEVICES": "3"}


def test_children_are_spread_over_the_devices(tmp_path: Path) -> None:
    pool = DevicePool(Devices(("2", "5")), tmp_path)
    with pool.one() as first, pool.one() as second, pool.one() as third:
        assert first == {"CUDA_VISIBLE_DEVICES": "2"}
        assert second == {"CUDA_VISIBLE_DEVICES": "5"}
        assert third == first
    with pool.one() as again:
        assert again == first


HOLDS = """
import sys, time
from pathlib import Path
from albench.execute.devices import DevicePool, Devices
with DevicePool(Devices(("2", "MIG-a/1/0")), Path(sys.argv[1])).one() as environment:
    print(environment["CUDA_VISIBLE_DEVICES"], flush=True)
    time.sleep(600)
"""


def test_processes_of_a_host_share_its_devices_evenly_and_a_killed_one_leaves_its_own(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    pool = DevicePool(Devices(("2", "MIG-a/1/0")), tmp_path)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603  # ours
        assert other.stdout is not None
        assert other.stdout.readline() == "2\n"
        with pool.one() as mine:
            assert mine == {"CUDA_VISIBLE_DEVICES": "MIG-a/1/0"}
        other.kill()
        other.wait()
        with pool.one() as mine:
            assert mine == {"CUDA_VISIBLE_DEVICES": "2"}


def test_without_a_device_a_child_is_told_of_none() -> None:
    with DevicePool(Devices()).one() as environment:
        assert environment == {}


@pytest.mark.parametrize(
    ("listed", "names"),
    [("0,3", ("0", "3")), ("", ()), ("-1", ()), ("0,-1,1", ("0",)), ("MIG-a", ("MIG-a",))],
)
def test_what_the_process_may_see_is_what_there_is(
    listed: str, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", listed)
    assert visible_devices() == names


@pytest.fixture
def _asked_anew() -> None:
    installed_gpus.cache_clear()


@pytest.mark.usefixtures("_asked_anew")
def test_gpus_are_read_from_what_the_driver_says(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    request.addfinalizer(installed_gpus.cache_clear)
    done = subprocess.CompletedProcess([], 0, ANSWER, "")
    monkeypatch.setattr("albench.gpus.shutil.which", lambda _: "/usr/bin/nvidia-smi")
    monkeypatch.setattr("albench.gpus.subprocess.run", lambda *_, **__: done)
    assert installed_gpus() == (
        Gpu("0", "NVIDIA H100 80GB HBM3", 81559.0, "570.124.06"),
        Gpu("1", "NVIDIA GB10", None, "580.95"),
    )


@pytest.mark.usefixtures("_asked_anew")
def test_a_driver_that_does_not_answer_has_no_gpu(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(9, "nvidia-smi")

    request.addfinalizer(installed_gpus.cache_clear)
    monkeypatch.setattr("albench.gpus.shutil.which", lambda _: "/usr/bin/nvidia-smi")
    monkeypatch.setattr("albench.gpus.subprocess.run", fail)
    assert installed_gpus() == ()


def test_without_its_tool_the_driver_still_lists_gpus(tmp_path: Path) -> None:
    card = tmp_path / "0000:01:00.0"
    card.mkdir()
    (card / "information").write_text("Model: \t\t NVIDIA A100\nIRQ: 3\n")
    assert gpus._of_driver(tmp_path) == (Gpu("0", "NVIDIA A100"),)


@pytest.mark.parametrize(
    ("text", "quota"), [("max 100000\n", None), ("150000 100000\n", 2), ("no numbers", None)]
)
def test_a_container_s_quota_limits_the_cores(text: str, quota: int | None, tmp_path: Path) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(text)
    assert cores._quota(file) == quota
    assert cores._quota(tmp_path / "missing") is None


@pytest.mark.parametrize("device", ["gpu", "cuda:", "cuda:-1", "cuda:x", "mps"])
def test_a_device_of_another_name_is_refused(
    device: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["run", "quickstart", "--device", device])
    assert end.value.code == 2
    assert "expected auto, cpu, cuda or cuda:N" in capfd.readouterr().err


def test_a_gpu_that_is_not_there_ends_the_command_with_status_2(
    no_gpu: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "run"
    assert main(["run", "quickstart", "--device", "cuda", "--output", str(results)]) == 2
    assert "no NVIDIA GPU is visible" in capfd.readouterr().err
    assert not results.exists()


@pytest.mark.parametrize("engine", ["dask", "shared-folder"])
@pytest.mark.parametrize("option", [["--device", "cpu"], ["--jobs", "2"], ["--per-gpu", "2"]])
def test_what_is_for_cells_that_run_here_is_refused_where_they_run_elsewhere(
    engine: str, option: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "quickstart", "--engine", engine, *option]) == 2
    assert f"{option[0]}: cells do not run here" in capfd.readouterr().err


def test_each_child_sees_its_device_and_records_what_it_records_elsewhere(
    write_spec: Callable[..., Path], run_toy: Callable[..., dict[str, Finished]], tmp_path: Path
) -> None:
    anywhere = [essence(end) for end in run_toy("tells").values()]
    opened = session.open_spec(str(write_spec("tells")))
    results, shared = tmp_path / "pinned", Devices(("7", "8"))
    session.run(opened, results, 2, [], lambda *_: None, lambda _: None, devices=shared)
    cells = successes(results)
    assert {cell.id for cell in opened.plan.cells} == set(cells)
    assert sorted(map(str, anywhere)) == sorted(str(essence(e[-1])) for e in cells.values())
    logs = (results / "work" / "logs").glob("*.log")
    seen = {line for log in logs for line in log.read_text().splitlines() if "sees" in line}
    assert seen
    assert seen <= {"sees 7", "sees 8"}


@pytest.mark.gpu
def test_a_child_computes_on_the_gpu_that_it_is_pinned_to() -> None:
    names = choose("auto").names
    if not names:
        pytest.skip("there is no GPU that torch can use")
    for name in names:
        probed = probe(choose("cuda").environment_on(name))
        assert probed.problem == ""
        assert probed.device not in ("", "cpu")


@pytest.mark.gpu
def test_a_child_that_is_kept_from_the_gpu_computes_on_the_cpu() -> None:
    if not choose("auto").names:
        pytest.skip("there is no GPU that torch can use")
    assert probe(choose("cpu").first).device == "cpu"
