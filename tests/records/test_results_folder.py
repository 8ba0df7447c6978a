"""Where a specification is, relative to results; and results without records."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import albench
from albench.cli import main
from albench.publish import publish
from albench.records.manifest import read_manifest
from albench.records.results_folder import latest_run, relative_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

ROOT = Path(__file__).parents[2]

SPEC = """
name = "tiny"
repetitions = 1
[cohorts.digits.modalities]
f = { loader = "digits", options = { view = "fourier" } }
[models.small]
plugin = "logistic"
options = { C = 8.0 }
[budgets.low]
initial = 20
query = 10
stop = 30
[[matrix]]
cohorts = ["digits"]
models = ["small"]
strategies = ["margin"]
budgets = ["low"]
"""


def test_a_path_is_relative_to_a_folder_that_may_not_be_there(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("")
    assert relative_path(tmp_path / "my.toml", tmp_path / "runs" / "my") == "../../my.toml"
    assert relative_path("the specification", tmp_path) == ""
    assert relative_path("x" * 5000, tmp_path) == ""


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory,
    reports_of_facts: Callable[[], AbstractContextManager[None]],
) -> Path:
    """A specification of another name than its file's, and a run of it."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "farm.toml").write_text(SPEC)
    with pytest.MonkeyPatch.context() as patch, reports_of_facts():
        patch.chdir(folder)
        albench.run("farm.toml", jobs=1)
    return folder


def test_explain_and_audit_find_the_specification_of_a_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    run = latest_run(Path("runs/tiny"))
    assert run.spec_path == "../../farm.toml"
    assert main(["audit", "runs/tiny", "--share", "0.01", "--jobs", "1"]) == 0
    (folder / "farm.toml").write_text(SPEC.replace("C = 8.0", "C = 9.0"))
    assert main(["explain", run.cells[0].cell]) == 0
    assert "stale: the specification now plans cell" in capsys.readouterr().out
    (folder / "farm.toml").rename(folder / "gone.toml")
    assert main(["explain", run.cells[0].cell]) == 0
    assert "still plans this cell" in capsys.readouterr().out
    (folder / "gone.toml").unlink()
    (folder / "farm.toml").write_text(SPEC)


@pytest.mark.usefixtures("short_reports")
def test_published_results_name_the_specification_where_it_is_beside_them(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    publish(Path("runs/tiny"), Path("results/tiny"))
    assert read_manifest(Path("results/tiny/manifest.json")).spec_path == "../../farm.toml"
    publish(Path("runs/tiny"), tmp_path / "tiny")  # elsewhere: it would name folders here
    assert read_manifest(tmp_path / "tiny" / "manifest.json").spec_path == ""


@pytest.mark.parametrize(
    "command",
    [
        *("diff {} {}", "report {}", "status {}", "audit {}", "bundle {} -o t.zip"),
        *("merge {} -o out", "publish {}", "worker {}", "try margin --against {}"),
    ],
)
def test_a_bundle_in_place_of_a_folder_is_one_sentence(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lab.zip").touch()
    assert main(command.replace("{}", str(tmp_path / "lab.zip")).split()) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert "lab.zip: is a file, expected a folder of results; bundles are read by " in said


def test_results_that_are_tables_alone_have_a_state_and_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "quickstart"
    ignore = shutil.ignore_patterns("*.parquet", "report")
    shutil.copytree(ROOT / "results" / "quickstart", results, ignore=ignore)
    assert main(["status", str(results)]) == 0
    assert capsys.readouterr().out.startswith("quickstart: 1280 ok\npublished as tables alone")
    for command in (["audit", str(results)], ["explain", "0", "--results", str(results)]):
        assert main(command) == 2
        assert f"{results}: was published as tables alone" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "nowhere"]) == 2
    assert capsys.readouterr().err == "albench: nowhere: there is no such folder\n"
