"""A new package is complete, announces what works, and can be made again from a newer template."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import copier
import pytest
from copier.errors import UserMessageError

from albench import scaffold
from albench.api import Kind
from albench.cli import main
from albench.errors import InputError
from albench.registry import Registry, discover

KINDS = tuple(Kind)
ROOT = Path(__file__).parents[1]


UNTRIED = """
import sys
from albench.cli import main
from albench.execute import stacking_verdicts, trials
trials.verdicts = lambda makes: [trials.StackingVerdict(stacking_verdicts.UNKNOWN)] * len(makes)
raise SystemExit(main())
"""
"""Albench that does not try, in a process that imports torch, if networks learn in lockstep."""


def run(*command: str, folder: Path, **environment: str) -> str:
    """Return what a command prints; it must end well."""
    done = subprocess.run(  # noqa: S603  # our own commands
        command,
        cwd=folder,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    run("git", *identity, *arguments, folder=folder)


def committed(folder: Path, message: str = "all") -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packages of all kinds, installed as pip does it, beside a folder of their sources."""
    folder = tmp_path_factory.mktemp("made")
    for kind in KINDS:
        scaffold.new_package(kind, f"my-{kind}", folder / f"my-{kind}", Registry(()))
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install += ["--no-index", "--no-deps", "--no-build-isolation", "--target", "site"]
    run(*install, *(f"./my-{kind}" for kind in KINDS), folder=folder)
    return folder / "site"


@pytest.mark.sweep  # the finished example is what the template makes, and is tested as a plugin
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_passes_its_own_tests(site: Path, kind: Kind) -> None:
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    output = run(*command, folder=site.parent / f"my-{kind}", PYTHONPATH=str(site))
    assert " passed" in output
    assert "failed" not in output


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_is_listed_at_once(site: Path, kind: Kind) -> None:
    command = (sys.executable, "-m", "albench", "plugins", "list", "--kind", kind.value)
    listed = run(*command, folder=site, PYTHONPATH=str(site)).splitlines()
    assert any(f"my-{kind}/my-{kind}" in line and " ok " in line for line in listed)


@pytest.mark.parametrize(
    "kind",
    [Kind.STRATEGY, *(pytest.param(kind, marks=pytest.mark.sweep) for kind in KINDS[:2])],
)
def test_its_benchmark_has_two_cells_and_a_reference(site: Path, kind: Kind) -> None:
    command = (sys.executable, "-c", UNTRIED, "plan", "benchmark.toml", "--json")
    planned = run(*command, folder=site.parent / f"my-{kind}", PYTHONPATH=str(site))
    assert json.loads(planned)["cells"] == 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_is_well_formatted(tmp_path: Path, kind: Kind) -> None:
    made = scaffold.new_package(kind, "rare-doubt", tmp_path / "new", Registry(()))
    ruff = shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    run(ruff, "check", "--isolated", "--line-length=100", ".", folder=made.folder)
    run(ruff, "format", "--isolated", "--line-length=100", "--check", ".", folder=made.folder)


@pytest.mark.parametrize(
    "file", [".copier-answers.yml", ".gitignore", ".github/workflows/tests.yml"]
)
def test_the_finished_example_is_what_the_template_makes(tmp_path: Path, file: str) -> None:
    made = scaffold.new_package(Kind.STRATEGY, "example", tmp_path / "new", Registry(()))
    written = (made.folder / file).read_text()
    # Its path is told from the root of the repository, for which an absolute one stands here.
    relative = scaffold.TEMPLATE.relative_to(ROOT).as_posix()
    expected = written.replace(str(scaffold.TEMPLATE), relative)
    assert (ROOT / "plugins/albench-example" / file).read_text() == expected


def test_a_leading_albench_means_the_same() -> None:
    with pytest.raises(InputError, match="taken by the strategy core/margin"):
        scaffold.new_package(Kind.STRATEGY, "albench-margin", None, discover())


def test_it_is_written_beside_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plugins", "new", "strategy", "rare-doubt"]) == 0
    assert (tmp_path / "albench-rare-doubt/src/albench_rare_doubt/strategy.py").is_file()
    assert "rare-doubt/rare-doubt" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "problem"),
    {
        "capitals": ("RareDoubt", "allowed are lower case"),
        "a path": ("../rare", "allowed are lower case"),
        "a digit first": ("2fast", "beginning with a letter"),
        "nothing": ("", "allowed are lower case"),
        "a Python keyword": ("none", "Python keyword"),
        "core's": ("margin", "taken by the strategy core/margin"),
    }.values(),
)
def test_a_bad_name_ends_with_status_2_and_one_line(
    name: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plugins", "new", "strategy", name, "--output", str(tmp_path / "new")]) == 2
    stderr = capsys.readouterr().err
    assert problem in stderr
    assert stderr.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_a_name_of_another_kind_is_free(tmp_path: Path) -> None:
    made = scaffold.new_package(Kind.LOADER, "margin", tmp_path / "new", discover())
    assert (made.folder / "samples.csv").is_file()


def test_an_unknown_kind_ends_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["plugins", "new", "metric", "rare-doubt"])
    assert "invalid choice: 'metric'" in capsys.readouterr().err


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty; name a new or empty folder"):
        scaffold.new_package(Kind.MODEL, "rare-doubt", tmp_path, Registry(()))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        scaffold.new_package(Kind.MODEL, "rare-doubt", tmp_path / "new", Registry(()))


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError) as error:
        scaffold.new_package(Kind.MODEL, "Rare", tmp_path, Registry(()))
    assert len(error.value.complaints) == 2


def test_without_copier_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "copier", None)
    with pytest.raises(InputError, match=r"python -m pip install 'albench\[new\]'"):
        scaffold.new_package(Kind.MODEL, "rare-doubt", tmp_path / "new", Registry(()))


def test_answers_are_remembered(tmp_path: Path) -> None:
    made = scaffold.new_package(Kind.STRATEGY, "rare-doubt", tmp_path / "new", Registry(()))
    remembered = (made.folder / ".copier-answers.yml").read_text().splitlines()[1:]
    expected = [f"_src_path: {scaffold.TEMPLATE}", "kind: strategy", "name: rare-doubt"]
    assert [line for line in remembered if line] == expected


def newer_template(tmp_path: Path) -> Path:
    """Return a copy of the template that a test may change."""
    return Path(shutil.copytree(scaffold.TEMPLATE, tmp_path / "template"))


def add_line(file: Path, line: str) -> None:
    file.write_text(f"{file.read_text()}{line}\n")


def test_recopy_brings_a_newer_template_and_discards_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = newer_template(tmp_path)
    monkeypatch.setattr(scaffold, "TEMPLATE", template)
    made = scaffold.new_package(Kind.STRATEGY, "rare-doubt", tmp_path / "new", Registry(()))
    add_line(made.folder / "src/albench_rare_doubt/strategy.py", "MINE = 1")
    add_line(template / "package/tox.ini.jinja", "# newer")
    run(
        *(sys.executable, "-m", "copier", "recopy", "--defaults", "--overwrite", "--quiet"),
        folder=made.folder,
    )
    assert "# newer" in (made.folder / "tox.ini").read_text()
    assert "MINE" not in (made.folder / "src/albench_rare_doubt/strategy.py").read_text()


def test_update_is_refused_for_a_template_in_an_installed_package(tmp_path: Path) -> None:
    made = scaffold.new_package(Kind.STRATEGY, "rare-doubt", tmp_path / "new", Registry(()))
    git(made.folder, "init", "--quiet")
    committed(made.folder)
    with pytest.raises(UserMessageError, match="cannot obtain old template references"):
        copier.run_update(made.folder, defaults=True, overwrite=True, quiet=True)


def test_update_merges_where_the_template_is_a_tagged_git_repository(tmp_path: Path) -> None:
    template = newer_template(tmp_path)
    git(template, "init", "--quiet")
    committed(template)
    git(template, "tag", "1.0.0")
    package = tmp_path / "new"
    copier.run_copy(str(template), package, {"name": "rare-doubt"}, defaults=True, quiet=True)
    git(package, "init", "--quiet")
    add_line(package / "tox.ini", "# mine")
    committed(package)
    script = template / "package/tests/test_conformance.py.jinja"
    script.write_text(script.read_text().replace("test_it_conforms", "test_it_is_right"))
    committed(template, "newer")
    git(template, "tag", "1.1.0")
    copier.run_update(package, defaults=True, overwrite=True, quiet=True)
    assert "test_it_is_right" in (package / "tests/test_conformance.py").read_text()
    assert "# mine" in (package / "tox.ini").read_text()
