"""Every entry point is loaded under a guard: distributions on disk, one for each state."""

from __future__ import annotations

import importlib.metadata
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from albench.api import ACQUISITION_API, API_VERSION, Kind
from albench.errors import PluginError
from albench.registry import (
    DISABLE_VARIABLE,
    PluginReport,
    Registry,
    State,
    _distribution,
    registry_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Install = Callable[..., None]
    Found = Callable[[], Registry]

SOUND = """
    from albench.api import Descriptor, Kind, hookimpl

    @hookimpl
    def albench_strategies():
        return [Descriptor(name="{name}", kind=Kind.STRATEGY, target="x:y", summary="A toy.")]
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a distribution: its metadata, one entry point and that entry point's module."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules = []

    def install(
        distribution: str, source: str, entry_point: str = "plugins", metadata: bool = True
    ) -> None:
        module = distribution.replace("-", "_").lower()
        modules.append(module)
        (tmp_path / f"{module}.py").write_text(dedent(source))
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_text(f"[albench]\n{entry_point} = {module}\n")
        if metadata:
            (info / "METADATA").write_text(f"Name: {distribution}\nVersion: 1.0\n")

    yield install
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def discovered(tmp_path: Path) -> Found:
    """Search the installed distributions, and no others."""

    def search() -> Registry:
        distributions = importlib.metadata.distributions(path=[str(tmp_path)])
        return registry_of(point for part in distributions for point in part.entry_points)

    return search


def _only(registry: Registry) -> PluginReport:
    (report,) = registry.reports
    return report


def test_a_sound_plugin_is_ok_and_knows_its_distribution(
    install: Install, discovered: Found
) -> None:
    install("albench-lab", SOUND.format(name="esd"))
    part = discovered().find(Kind.STRATEGY, "lab/esd")
    assert (part.state, part.package) == (State.OK, "albench-lab 1.0")
    assert _only(discovered()).state is State.OK


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("def broken(:", "SyntaxError"),
        ("import sys; sys.exit('bye')", "SystemExit: bye"),
        ("import albench_lab.gone", "albench_lab"),
        ("from albench.api import NoSuchThing", "NoSuchThing"),
        ("1 / 0", "ZeroDivisionError"),
    ],
    ids=["error", "syntax", "exit", "own module", "name", "arithmetic"],
)
def test_a_module_that_cannot_be_imported_is_an_import_error_with_its_place(
    source: str, said: str, install: Install, discovered: Found
) -> None:
    install("albench-lab", source)
    report = _only(discovered())
    assert report.state is State.IMPORT_ERROR
    assert said in report.reason


def test_an_import_error_names_file_and_line(install: Install, discovered: Found) -> None:
    install("albench-lab", "\n\nraise RuntimeError('no licence')")
    assert _only(discovered()).reason.endswith("albench_lab.py:3)")


def test_a_module_that_imports_what_is_not_installed_misses_an_extra(
    install: Install, discovered: Found
) -> None:
    install("albench-lab", "import no_such_package.sub")
    report = _only(discovered())
    assert report.state is State.MISSING_EXTRA
    assert "'no_such_package'" in report.reason


@pytest.mark.parametrize(
    "requires",
    ["no_such_package", "no_such_package.sub", "json.no_such_module", "json.decoder.deep"],
)
def test_a_component_whose_requirement_is_not_installed_says_what_to_install(
    requires: str, install: Install, discovered: Found
) -> None:
    fields = f"summary='A toy.', requires=('{requires}',), extra='albench-lab[gpu]'"
    install("albench-lab", SOUND.format(name="esd").replace('summary="A toy."', fields))
    part = discovered().components[0]
    assert part.state is State.MISSING_EXTRA
    assert part.reason == f"needs {requires}, not installed: pip install albench-lab[gpu]"


def test_a_requirement_is_looked_for_without_importing_it(
    install: Install, discovered: Found, tmp_path: Path
) -> None:
    (tmp_path / "heavy").mkdir()
    (tmp_path / "heavy" / "__init__.py").write_text("raise RuntimeError('was imported')")
    (tmp_path / "heavy" / "part.py").write_text("")
    fields = "summary='A toy.', requires=('heavy.part', 'heavy', 'json.decoder')"
    install("albench-lab", SOUND.format(name="esd").replace('summary="A toy."', fields))
    assert discovered().components[0].state is State.OK


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1", "implements none of albench_loaders, albench_models"),
        ("def albench_strategies(): return []", "mark them with @hookimpl"),
        (
            "from albench.api import hookimpl\n@hookimpl\ndef albench_models(registry): return []",
            "registry",
        ),
        (
            "from albench.api import hookimpl\n@hookimpl\ndef albench_models(): return None",
            "albench_models: TypeError",
        ),
        (
            "from albench.api import hookimpl\n@hookimpl\ndef albench_models(): return ['mmfn']",
            "must return descriptors of kind 'model', found 'mmfn'",
        ),
        (
            "from albench.api import hookimpl\n@hookimpl\ndef albench_models(): return 1 / 0",
            "albench_models: ZeroDivisionError",
        ),
        (
            "from albench.api import hookimpl\n@hookimpl\ndef albench_models(): raise SystemExit",
            "albench_models: SystemExit",
        ),
    ],
    ids=[
        "no hook",
        "no mark",
        "wrong arguments",
        "nothing",
        "no descriptor",
        "failure",
        "exit",
    ],
)
def test_a_hook_that_does_not_do_what_it_must_is_a_bad_hook(
    source: str, said: str, install: Install, discovered: Found
) -> None:
    install("albench-lab", source)
    report = _only(discovered())
    assert report.state is State.BAD_HOOK
    assert said in report.reason


def test_a_descriptor_of_another_kind_is_a_bad_hook(install: Install, discovered: Found) -> None:
    install("albench-lab", SOUND.format(name="esd").replace("_strategies", "_models"))
    assert _only(discovered()).state is State.BAD_HOOK


def test_a_misspelt_hook_is_answered_with_the_nearest(install: Install, discovered: Found) -> None:
    install("albench-lab", SOUND.format(name="esd").replace("_strategies", "_strategys"))
    report = _only(discovered())
    assert report.state is State.UNKNOWN_HOOK
    assert "did you mean 'albench_strategies'?" in report.reason


def test_a_hook_may_have_another_name_if_its_mark_says_so(
    install: Install, discovered: Found
) -> None:
    source = SOUND.format(name="esd").replace("def albench_strategies", "def announced")
    install("albench-lab", source.replace("@hookimpl", "@hookimpl(specname='albench_strategies')"))
    assert [part.qualified for part in discovered().components] == ["lab/esd"]


def test_a_function_without_the_mark_is_not_called(install: Install, discovered: Found) -> None:
    install("albench-lab", SOUND.format(name="esd") + "\n    def albench_models(): return 1 / 0\n")
    assert _only(discovered()).state is State.OK


def test_a_plugin_for_another_api_is_a_mismatch(install: Install, discovered: Found) -> None:
    fields = f"summary='A toy.', api={ACQUISITION_API + 1}"
    install("albench-lab", SOUND.format(name="esd").replace('summary="A toy."', fields))
    report = _only(discovered())
    assert report.state is State.API_MISMATCH
    assert f"version {ACQUISITION_API + 1} of albench.api, this is {API_VERSION}" in report.reason


def test_one_component_for_another_api_leaves_the_others_usable(
    install: Install, discovered: Found
) -> None:
    install(
        "albench-lab",
        """
        from albench.api import Descriptor, Kind, hookimpl

        def toy(name, api):
            told = {"target": "x:y", "summary": "A toy.", "api": api}
            return Descriptor(name=name, kind=Kind.MODEL, **told)

        @hookimpl
        def albench_models():
            return toy("now", 1), toy("then", 999)
        """,
    )
    assert discovered().find(Kind.MODEL, "now").state is State.OK
    with pytest.raises(PluginError, match="was written for version 999"):
        discovered().find(Kind.MODEL, "then")


def test_two_distributions_with_one_qualified_name_clash_on_both_sides(
    install: Install, discovered: Found
) -> None:
    for owner in ("albench-one", "albench-two"):
        fields = 'summary="A toy.", namespace="lab"'
        install(owner, SOUND.format(name="esd").replace('summary="A toy."', fields))
    registry = discovered()
    assert {report.state for report in registry.reports} == {State.NAME_CLASH}
    with pytest.raises(PluginError, match=f"by albench-one, albench-two: .*{DISABLE_VARIABLE}"):
        registry.find(Kind.STRATEGY, "lab/esd")


def test_a_clash_leaves_the_other_components_of_both_usable(
    install: Install, discovered: Found
) -> None:
    two = '''summary="A toy.", namespace="lab"), Descriptor(
        name="{}", kind=Kind.STRATEGY, target="x:y", summary="Another."'''
    for owner in ("one", "two"):
        source = SOUND.format(name="esd").replace('summary="A toy."', two.format(owner))
        install(owner, source)
    assert discovered().find(Kind.STRATEGY, "one/one").distribution == "one"


def test_two_distributions_with_one_entry_point_name_are_both_kept(
    install: Install, discovered: Found
) -> None:
    install("albench-one", SOUND.format(name="esd"), entry_point="same")
    install("albench-two", SOUND.format(name="esd"), entry_point="same")
    assert [part.qualified for part in discovered().components] == ["one/esd", "two/esd"]


@pytest.mark.parametrize("name", ["albench-lab", "mine", "other, albench-lab ,", "Albench_Lab"])
def test_a_disabled_plugin_is_not_imported(
    name: str, install: Install, discovered: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DISABLE_VARIABLE, name)
    install("albench-lab", "raise RuntimeError", entry_point="mine")
    report = _only(discovered())
    assert (report.state, report.components) == (State.DISABLED, ())
    assert DISABLE_VARIABLE in report.reason


def test_a_broken_plugin_does_not_stop_the_others(install: Install, discovered: Found) -> None:
    install("albench-broken", "raise RuntimeError")
    install("albench-exiting", "raise SystemExit")
    install("albench-sound", SOUND.format(name="esd"))
    install("albench-without", "import no_such_package")
    registry = discovered()
    assert [report.state.value for report in registry.reports] == [
        "import-error",
        "import-error",
        "ok",
        "missing-extra",
    ]
    assert registry.find(Kind.STRATEGY, "esd").qualified == "sound/esd"


def test_a_distribution_whose_metadata_raise_is_unknown() -> None:
    class Lost:
        @property
        def name(self) -> str:  # as the backport importlib_metadata does, which others import
            raise FileNotFoundError("No package metadata was found.")

    entry = importlib.metadata.EntryPoint("half", "half.plugin", "albench")
    vars(entry).update(dist=Lost())
    assert _distribution(entry)[0] == "unknown"


@pytest.mark.filterwarnings("ignore:Implicit None on return values:DeprecationWarning")
def test_a_distribution_that_lost_its_metadata_does_not_stop_the_others(
    install: Install, discovered: Found
) -> None:
    # pip leaves such folders behind when it is killed; the filter is for Python 3.12 and 3.13.
    install("albench-half", SOUND.format(name="half"), metadata=False)
    install("albench-sound", SOUND.format(name="esd"))
    assert discovered().find(Kind.STRATEGY, "half").distribution == "unknown"
    assert discovered().find(Kind.STRATEGY, "sound/esd").state is State.OK
