"""Plugins are listed, shown and diagnosed; wrong input is refused with exit status 2."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench import __version__, cli, registry
from albench.api import Kind, Option
from albench.commands import COMMANDS
from albench.errors import InputError, QueryFault
from albench.registry import PluginReport, Registry, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.registry import Component

    Show = Callable[..., None]

SUBCOMMANDS = tuple(dict.fromkeys(name.split()[0] for name in COMMANDS))


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Let the command line find these reports, and no others."""

    def show(*reports: PluginReport) -> None:
        monkeypatch.setattr(registry, "discover", lambda: Registry(reports))

    return show


def report(state: State = State.OK, reason: str = "", *parts: Component) -> PluginReport:
    return PluginReport("main", "lab.plugin", "albench-lab", "1.0", state, reason, 0.01, parts)


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"albench {__version__}\n"


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_help_names_every_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])
    assert f"\n    {command}" in capsys.readouterr().out


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main([command, "--help"])
    assert capsys.readouterr().out.startswith(f"usage: albench {command}")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["rnu"],
        ["run"],
        ["run", "x.toml", "--jobs", "0"],
        ["run", "x.toml", "--jobs", "-1"],
        ["run", "x.toml", "--jobs", "two"],
        ["plugins"],
        ["plugins", "list", "--kind", "stream"],
        ["run", "x.toml", "--no-such"],
        ["run", "x.toml", "--shard", "9/3"],
        ["plan", "x.toml", "--within", "0h"],
        ["run", "x.toml", "--engine", "shared-folder", "--stale-seconds", "-5"],
        ["run", "x.toml", "--engine", "shared-folder", "--stale-seconds", "0.5"],
        ["run", "x.toml", "--engine", "shared-folder", "--stale-seconds", "nan"],
        ["run", "x.toml", "--engine", "dask", "--cell-resources", "GPU=inf"],
        ["report", "x", "--repetitions", "4-1"],
        ["worker", "x", "--max-time", "soon"],
        ["worker", "x", "--max-time", f"{'9' * 400}h"],
        ["run", "x.toml", "--jobs", "\u00b2"],
        ["run", "x.toml", "--jobs", "9" * 400],
        ["run", "x.toml", "--jobs", "9" * 5000],
        ["run", "x.toml", "--engine", "shared-folder", "--stale-seconds", "1e300"],
        ["audit", "x", "--seed", "-1"],
        ["audit", "x", "--seed", "9" * 5000],
        ["check", "x.zip", "--seed", "-1"],
        ["status", "x", "--watch", "1e10"],
        ["status", "x", "--watch", "nan"],
        ["try", "x", "--against", "y", "--budget-seconds", "1e300"],
    ],
    ids=lambda arguments: " ".join(arguments)[:80],
)
def test_wrong_arguments_end_with_status_2_and_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("albench: ")
    assert "invalid" not in line or "choice" in line  # argparse's own word where it knows no better


def test_an_unknown_option_is_told_with_its_command_and_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["plan", "x.toml", "--frm=results", "--no-such"])
    problem = "--frm=results --no-such: `albench plan` has no such argument"
    assert capsys.readouterr().err == f"albench: {problem}; did you mean '--from'?\n"


def test_python_m_albench_is_albench() -> None:
    command = [sys.executable, "-m", "albench", "plugins", "show", "no-such"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own command
    assert done.returncode == 2
    assert done.stderr.startswith("albench: unknown plugin 'no-such'")


def test_plugins_are_listed_with_kind_name_state_and_summary(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["plugins", "list", "--kind", "strategy"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["kind", "name", "state", "summary"]
    assert any(line.split()[:3] == ["strategy", "core/esd", "ok"] for line in lines)
    assert {line.split()[0] for line in lines[1:]} == {"strategy"}


def test_a_listing_as_json_holds_what_descriptors_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plugins", "list", "--json"]) == 0
    (esd,) = [x for x in json.loads(capsys.readouterr().out) if x["qualified"] == "core/esd"]
    assert (esd["kind"], esd["distribution"], esd["needs"]) == (
        "strategy",
        "albench",
        ["dropout_proba"],
    )
    assert {option["type"] for option in esd["options"]} == {"int"}


def test_any_default_can_be_listed_as_json(
    show: Show,
    make_component: Callable[..., Component],
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = (Option(name="file", type=Path, default=Path("x") / "y"),)
    show(report(State.OK, "", make_component(Kind.LOADER, "l", "lab", options=options)))
    assert cli.main(["plugins", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["options"][0]["default"] == str(Path("x/y"))


def test_a_listing_of_nothing_is_a_heading(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    show()
    assert cli.main(["plugins", "list"]) == 0
    assert capsys.readouterr().out.split() == ["kind", "name", "state", "summary"]


def test_a_plugin_is_shown_with_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plugins", "show", "core/esd"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("strategy core/esd: ")
    assert "  needs: dropout_proba\n" in shown
    assert "  option passes (int; default 10; from 1" in shown


def test_a_plugin_is_shown_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plugins", "show", "core/esd", "--json"]) == 0
    assert [part["qualified"] for part in json.loads(capsys.readouterr().out)] == ["core/esd"]


def test_a_name_of_two_plugins_shows_both(
    show: Show, make_component: Callable[..., Component], capsys: pytest.CaptureFixture[str]
) -> None:
    parts = [make_component(Kind.STRATEGY, "esd", owner) for owner in ("one", "two")]
    show(report(State.OK, "", *parts))
    assert cli.main(["plugins", "show", "esd"]) == 0
    shown = capsys.readouterr().out
    assert "strategy one/esd: " in shown
    assert "strategy two/esd: " in shown


def test_a_broken_component_is_shown_with_the_reason(
    show: Show, make_component: Callable[..., Component], capsys: pytest.CaptureFixture[str]
) -> None:
    show(
        report(
            State.OK,
            "",
            make_component(Kind.MODEL, "m", state=State.MISSING_EXTRA, reason="needs timm"),
        )
    )
    assert cli.main(["plugins", "show", "m"]) == 0
    assert "  state: missing-extra\n  reason: needs timm\n" in capsys.readouterr().out


def test_an_unknown_plugin_is_wrong_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plugins", "show", "marign"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("albench: unknown plugin 'marign'; did you mean 'margin'")


def test_the_doctor_finds_what_albench_ships_sound(
    show: Show, capsys: pytest.CaptureFixture[str]
) -> None:
    show(*(x for x in registry.discover().reports if x.distribution == "albench"))
    assert cli.main(["plugins", "doctor"]) == 0
    assert "albench" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("state", "status"), [(state, int(state not in ("ok", "disabled"))) for state in State], ids=str
)
def test_the_doctor_fails_where_a_plugin_has_a_problem(
    state: State, status: int, show: Show, capsys: pytest.CaptureFixture[str]
) -> None:
    show(report(), report(state, "the reason"))
    assert cli.main(["plugins", "doctor"]) == status
    assert "the reason" in capsys.readouterr().out


def test_the_doctor_lists_components_that_cannot_be_used(
    show: Show, make_component: Callable[..., Component], capsys: pytest.CaptureFixture[str]
) -> None:
    part = make_component(Kind.MODEL, "m", state=State.MISSING_EXTRA, reason="needs timm")
    show(report(State.OK, "", part))
    assert cli.main(["plugins", "doctor"]) == 0
    assert "missing-extra: model core/m: needs timm" in capsys.readouterr().out


def test_the_doctor_speaks_json(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    show(report(State.BAD_HOOK, "the reason"))
    assert cli.main(["plugins", "doctor", "--json"]) == 1
    (report_json,) = json.loads(capsys.readouterr().out)
    assert (report_json["distribution"], report_json["state"], report_json["reason"]) == (
        "albench-lab",
        "bad-hook",
        "the reason",
    )


def test_a_listing_names_plugins_with_problems(
    show: Show, capsys: pytest.CaptureFixture[str]
) -> None:
    show(report(State.IMPORT_ERROR, "the reason"))
    assert cli.main(["plugins", "list"]) == 0
    assert "albench-lab (import-error); see `albench plugins doctor`" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["run"], ["plan"], ["data", "describe"]], ids=" ".join)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not valid TOML"),
        ("nmae = 'x'", "unknown key; did you mean 'name'?"),
        (None, "there is no such file"),
    ],
    ids=["not TOML", "unknown key", "no file"],
)
def test_a_bad_specification_is_reported_and_nothing_is_written(
    command: list[str],
    text: str | None,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path("bench.toml").write_text(text)
    before = sorted(tmp_path.rglob("*"))
    assert cli.main([*command, "bench.toml"]) == 2
    assert said in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_every_complaint_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bench.toml").write_text("seed = 'x'\nrepetitions = 0\n")
    assert cli.main(["plan", str(tmp_path / "bench.toml")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("albench: ") and "bench.toml" in line for line in lines)
    assert len(lines) == 7  # of two keys, and of five that are missing


@pytest.mark.parametrize("command", ["status", "report"])
def test_a_folder_without_results_is_wrong_input(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, str(tmp_path / "nowhere")]) == 2
    assert str(tmp_path / "nowhere") in capsys.readouterr().err


def test_a_reader_that_has_had_enough_ends_it_quietly() -> None:
    command = f"{sys.executable} -m albench plugins list --json | head -c 10"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602  # our own command
    assert (len(done.stdout), done.stderr) == (10, "")


NOTHING_TO_RUN = """
name = "toy"
repetitions = 1
[cohorts.far]
optional = true
modalities.a = { loader = "mylab/scans" }
[models.small]
plugin = "core/mmfn"
[budgets.tenth]
[[matrix]]
cohorts = ["far"]
models = ["small"]
strategies = ["core/esd"]
budgets = ["tenth"]
"""


def test_a_run_of_nothing_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bench.toml").write_text(NOTHING_TO_RUN)
    assert cli.main(["run", "bench.toml"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("skipped: cohort far: unknown loader 'mylab/scans'")
    assert captured.err == "albench: bench.toml: nothing is left to run: every cell is skipped\n"
    assert [path.name for path in tmp_path.iterdir()] == ["bench.toml"]


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError(["one", "two"]), 2, "albench: one\nalbench: two\n"),
        (QueryFault("a bad pick"), 1, "albench: a bad pick\n"),
        (KeyboardInterrupt(), 130, "albench: stopped; run the same command again to continue\n"),
    ],
    ids=["wrong input", "another error", "an interrupt"],
)
def test_what_ends_a_command_is_one_message_and_a_status(
    error: BaseException,
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> Registry:
        raise error

    monkeypatch.setattr(registry, "discover", fail)
    assert cli.main(["plugins", "list"]) == status
    assert capsys.readouterr().err == said


def test_every_module_of_a_command_is_listed() -> None:
    folder = Path(cli.__file__).parent / "commands"
    shared = {"__init__", "arguments", "engine_options", "numeric_options", "plugin_options"}
    modules = {f"albench.commands.{path.stem}" for path in folder.glob("*.py")}
    listed = set(map(cli.module_of, COMMANDS))
    assert modules == listed | {f"albench.commands.{name}" for name in shared}
