"""Names become plugins and options are filled in; all problems are reported at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench.api import Kind, Option
from albench.errors import SpecError
from albench.planning import Resolved, resolve
from albench.registry import PluginReport, Registry, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.registry import Component
    from albench.spec import Specification

    Parse = Callable[..., Specification]


@pytest.fixture
def with_strategies(parse: Parse, toys: Registry) -> Callable[..., Resolved]:
    """Resolve the toys' specification with these strategies, and this text at its end."""

    def resolved(*names: str, text: str = "", registry: Registry = toys) -> Resolved:
        listed = ", ".join(f'"{name}"' for name in names)
        change = ('budgets = ["tenth"]', f'budgets = ["tenth"]\n{text}')
        return resolve(parse(('"esd"', listed), change), registry)

    return resolved


def complaints(error: pytest.ExceptionInfo[SpecError]) -> list[str]:
    return [str(complaint) for complaint in error.value.complaints]


def test_every_name_becomes_a_plugin_with_its_options_filled_in(
    parse: Parse, toys: Registry
) -> None:
    resolved = resolve(parse(), toys)
    assert resolved.models["small"].plan.plugin == "core/linear"
    assert resolved.models["small"].plan.options == {"dropout": 0.5}
    assert resolved.strategies["esd"].plan.options == {"passes": 10}
    assert resolved.loaders["clinic"]["b"].options == {"size": 4, "file": None}
    assert resolved.models["small"].component.name == "linear"


@pytest.mark.parametrize(
    ("said", "options"),
    [("", {"old": 1}), ("later = 2", {"old": 1}), ("later = 3", {"old": 1, "later": 3})],
)
def test_an_option_that_came_later_is_named_only_where_it_is_used(
    parse: Parse,
    toys: Registry,
    make_component: Callable[..., Component],
    make_registry: Callable[..., Registry],
    said: str,
    options: dict[str, int],
) -> None:
    later = Option(name="later", type=int, default=2, later=True, help="it came later")
    model = make_component(
        Kind.MODEL, "linear", options=(Option(name="old", type=int, default=1), later)
    )
    registry = make_registry(*(model if x.name == "linear" else x for x in toys.components))
    change = ('plugin = "linear"', f'plugin = "linear"\noptions = {{ {said} }}')

    assert resolve(parse(change), registry).models["small"].plan.options == options


def test_random_is_always_there(with_strategies: Callable[..., Resolved]) -> None:
    assert list(with_strategies("esd").strategies) == ["random", "esd"]
    assert list(with_strategies("esd", "random").strategies) == ["random", "esd"]


def test_random_is_albench_s_own_though_another_plugin_has_the_name(
    with_strategies: Callable[..., Resolved],
    toys: Registry,
    make_component: Callable[..., Component],
) -> None:
    theirs = make_component(Kind.STRATEGY, "random", "mylab")
    report = PluginReport("x", "x", "mylab", "1.0", State.OK, components=(theirs,))
    resolved = with_strategies("esd", registry=Registry((*toys.reports, report)))
    assert resolved.strategies["random"].plan.plugin == "core/random"


def test_no_other_strategy_can_be_called_random(with_strategies: Callable[..., Resolved]) -> None:
    with pytest.raises(SpecError) as error:
        with_strategies("badge", text='[strategies.random]\nplugin = "esd"')
    assert complaints(error) == [
        "bench.toml, line 22: strategies.random.plugin: found 'core/esd', but 'random' is the "
        "name of core/random, which every strategy is compared to: choose another name"
    ]


def test_no_strategy_can_have_the_name_of_the_reference(
    with_strategies: Callable[..., Resolved],
) -> None:
    with pytest.raises(SpecError) as error:
        with_strategies("all-labels", text='[strategies.all-labels]\nplugin = "esd"')
    assert complaints(error) == [
        "bench.toml, line 21: strategies.all-labels: is the name of the reference that has all "
        "labels: choose another name"
    ]


def test_a_strategy_may_be_named_without_a_table(with_strategies: Callable[..., Resolved]) -> None:
    assert with_strategies("core/esd").strategies["core/esd"].plan.plugin == "core/esd"


def test_a_table_gives_a_strategy_its_name_and_options(
    with_strategies: Callable[..., Resolved],
) -> None:
    table = '[strategies.esd-20]\nplugin = "esd"\noptions = { passes = 20 }'
    plan = with_strategies("esd-20", text=table).strategies["esd-20"].plan
    assert (plan.label, plan.plugin, plan.options) == ("esd-20", "core/esd", {"passes": 20})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"esd"', '"edd"'), "line 19: matrix[0].strategies: unknown strategy 'edd'; did you mean"),
        (('"linear"', '"liner"'), "line 10: models.small.plugin: unknown model 'liner'; did you "),
        (
            ('a = { loader = "grid"', 'a = { loader = "gird"'),
            "line 6: cohorts.clinic.modalities.a.loader: unknown loader 'gird'; did you mean 'grid",
        ),
        (
            ("size = 4", "sise = 4"),
            "cohorts.clinic.modalities.b.options.sise: core/grid has no option 'sise'; did you mea"
            "n 'size'? Its options are: size, file",
        ),
        (("size = 4", "size = 0"), "modalities.b.options.size: found 0, allowed is 1 to inf"),
        (("size = 4", "size = 4.0"), "modalities.b.options.size: expected a whole number, found "),
        (("size = 4", "file = 3"), "modalities.b.options.file: expected a path, found 3"),
        (
            ('"linear"', '"deep"\noptions = { width = 3 }'),
            "line 11: models.small.options.width: core/deep has no option 'width'. It has no optio",
        ),
    ],
    ids=["strategy", "model", "loader", "option", "range", "type", "path", "no options"],
)
def test_a_name_or_an_option_that_is_not_there_is_told_with_its_line(
    change: tuple[str, str], said: str, parse: Parse, toys: Registry
) -> None:
    with pytest.raises(SpecError) as error:
        resolve(parse(change), toys)
    (complaint,) = complaints(error)
    assert said in complaint


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_file(
    parse: Parse, toys: Registry
) -> None:
    with pytest.raises(SpecError) as error:
        resolve(
            parse(
                ('"esd"', '"edd", "bagde"'),
                ('"linear"', '"liner"'),
                ("size = 4", "size = 0, depth = 2"),
                ('a = { loader = "grid"', 'a = { loader = "gird"'),
            ),
            toys,
        )
    places = [complaint.split(": ")[:2] for complaint in complaints(error)]
    assert places == [
        ["bench.toml, line 6", "cohorts.clinic.modalities.a.loader"],
        ["bench.toml, line 7", "cohorts.clinic.modalities.b.options.depth"],
        ["bench.toml, line 7", "cohorts.clinic.modalities.b.options.size"],
        ["bench.toml, line 10", "models.small.plugin"],
        ["bench.toml, line 19", "matrix[0].strategies"],
        ["bench.toml, line 19", "matrix[0].strategies"],
    ]


def test_an_option_that_must_be_given_is_missed(
    parse: Parse, toys: Registry, make_component: Callable[..., Component]
) -> None:
    needy = make_component(
        Kind.LOADER, "table", options=(Option(name="file", type=Path, required=True, help="CSV"),)
    )
    report = PluginReport("x", "x", "albench", "1.0", State.OK, components=(needy,))
    with pytest.raises(SpecError, match=r"modalities\.a\.options: option 'file' is missing: CSV"):
        resolve(
            parse(('a = { loader = "grid"', 'a = { loader = "table"')),
            Registry((*toys.reports, report)),
        )


def test_a_broken_plugin_is_told_with_its_reason(
    parse: Parse, toys: Registry, make_component: Callable[..., Component]
) -> None:
    part = make_component(Kind.MODEL, "big", state=State.MISSING_EXTRA, reason="needs timm")
    report = PluginReport("x", "x", "albench", "1.0", State.OK, components=(part,))
    with pytest.raises(SpecError, match="model core/big cannot be used: needs timm"):
        resolve(parse(('"linear"', '"big"')), Registry((*toys.reports, report)))


def test_a_broken_plugin_that_is_not_used_stops_nothing(
    parse: Parse, toys: Registry, make_component: Callable[..., Component]
) -> None:
    part = make_component(Kind.MODEL, "big", state=State.MISSING_EXTRA, reason="needs timm")
    broken = PluginReport("x", "x", "lab", "1.0", State.IMPORT_ERROR, "OSError")
    report = PluginReport("x", "x", "albench", "1.0", State.OK, components=(part,))
    assert resolve(parse(), Registry((*toys.reports, report, broken))).models


def test_a_path_is_taken_relative_to_the_specification(
    parse: Parse, toys: Registry, tmp_path: Path
) -> None:
    change = ("size = 4", 'file = "data/b.csv"')
    resolved = resolve(parse(change, folder=tmp_path), toys)
    assert resolved.loaders["clinic"]["b"].options["file"] == str(tmp_path / "data" / "b.csv")


def test_an_absolute_path_stays_as_it_is(parse: Parse, toys: Registry, tmp_path: Path) -> None:
    change = ("size = 4", f"file = '{tmp_path / 'b.csv'}'")
    resolved = resolve(parse(change, folder=tmp_path / "deep"), toys)
    assert resolved.loaders["clinic"]["b"].options["file"] == str(tmp_path / "b.csv")


def test_a_number_is_one_number_however_it_is_written(
    parse: Parse, make_component: Callable[..., Component], toys: Registry
) -> None:
    whole = make_component(
        Kind.MODEL, "whole", options=(Option(name="scale", type=float, default=1),)
    )
    report = PluginReport("x", "x", "albench", "1.0", State.OK, components=(whole,))
    registry = Registry((*toys.reports, report))
    written = ['"whole"', *(f'"whole"\noptions = {{ scale = {x} }}' for x in ("1", "1.0"))]
    options = [
        resolve(parse(('"linear"', x)), registry).models["small"].plan.options for x in written
    ]
    assert [repr(part) for part in options] == ["{'scale': 1.0}"] * 3


@pytest.mark.parametrize(
    ("names", "table", "said"),
    [
        (
            ("esd", "same"),
            '[strategies.same]\nplugin = "core/esd"\noptions = { passes = 10 }',
            "bench.toml, line 21: strategies.same: 'same' is the same plugin with the same options",
        ),
        (("esd", "core/esd"), "", "bench.toml, line 19: matrix[0].strategies: 'core/esd' is the"),
        (("core/random",), "", "bench.toml, line 19: matrix[0].strategies: 'core/random' is the "),
    ],
    ids=["filled in defaults", "two names", "random"],
)
def test_twins_are_refused(
    names: tuple[str, ...], table: str, said: str, with_strategies: Callable[..., Resolved]
) -> None:
    with pytest.raises(SpecError) as error:
        with_strategies(*names, text=table)
    (complaint,) = complaints(error)
    assert complaint.startswith(said)
    assert complaint.endswith("name it once")


def test_one_plugin_with_other_options_is_no_twin(with_strategies: Callable[..., Resolved]) -> None:
    table = '[strategies.more]\nplugin = "esd"\noptions = { passes = 11 }'
    assert len(with_strategies("esd", "more", text=table).strategies) == 3


@pytest.fixture
def optional(parse: Parse) -> Callable[..., Specification]:
    """The toys' specification with a second cohort, whose loader is not there."""

    def specification(is_optional: bool) -> Specification:
        cohort = f"""[cohorts.far]
            optional = {str(is_optional).lower()}
            modalities.a = {{ loader = "grid" }}
            modalities.b = {{ loader = "mylab/scans" }}
            [models.small]"""
        return parse(("[models.small]", cohort), ('["clinic"]', '["clinic", "far"]'))

    return specification


def test_an_optional_cohort_without_its_loader_is_skipped_with_the_reason(
    optional: Callable[..., Specification], toys: Registry
) -> None:
    resolved = resolve(optional(is_optional=True), toys)
    assert list(resolved.loaders) == ["clinic"]
    (skip,) = resolved.skipped
    assert skip.what == "cohort far"
    assert skip.reason.startswith("unknown loader 'mylab/scans'")


def test_a_cohort_that_is_not_optional_must_be_there(
    optional: Callable[..., Specification], toys: Registry
) -> None:
    with pytest.raises(SpecError, match=r"cohorts\.far\.modalities\.b\.loader: unknown loader"):
        resolve(optional(is_optional=False), toys)


def test_an_optional_cohort_with_its_loader_is_not_skipped(
    optional: Callable[..., Specification], toys: Registry, make_component: Callable[..., Component]
) -> None:
    part = make_component(Kind.LOADER, "scans", "mylab")
    report = PluginReport("x", "x", "mylab", "1.0", State.OK, components=(part,))
    resolved = resolve(optional(is_optional=True), Registry((*toys.reports, report)))
    assert (list(resolved.loaders), resolved.skipped) == (["clinic", "far"], ())


def test_an_optional_cohort_s_own_mistakes_are_told(parse: Parse, toys: Registry) -> None:
    change = (
        "[cohorts.clinic.modalities]",
        "[cohorts.clinic]\noptional = true\n[cohorts.clinic.modalities]",
    )
    with pytest.raises(SpecError, match=r"options\.size: found 0"):
        resolve(parse(change, ("size = 4", "size = 0")), toys)


@pytest.fixture
def with_weights(
    toys: Registry, make_component: Callable[..., Component], parse: Parse, tmp_path: Path
) -> Callable[..., Resolved]:
    """Resolve a model whose weights are a file in a folder here."""

    def resolved(folder: str, content: bytes | None = b"weights") -> Resolved:
        option = Option(name="weights", type=Path, required=True)
        part = make_component(Kind.MODEL, "big", options=(option,))
        report = PluginReport("x", "x", "albench", "1.0", State.OK, components=(part,))
        (tmp_path / folder).mkdir(exist_ok=True)
        if content is not None:
            (tmp_path / folder / "w.pth").write_bytes(content)
        change = ('"linear"', '"big"\noptions = { weights = "w.pth" }')
        registry = Registry((*toys.reports, report))
        return resolve(parse(change, folder=tmp_path / folder), registry)

    return resolved


def test_a_file_is_known_by_its_content_wherever_it_lies(
    with_weights: Callable[..., Resolved], tmp_path: Path
) -> None:
    here, there = (
        with_weights("here").models["small"].plan,
        with_weights("there").models["small"].plan,
    )
    changed = with_weights("here", b"other").models["small"].plan
    assert here.options == {"weights": str(tmp_path / "here" / "w.pth")}
    assert here.files == there.files != changed.files


def test_a_file_that_is_not_there_is_told(with_weights: Callable[..., Resolved]) -> None:
    with pytest.raises(SpecError, match=r"models\.small\.options\.weights: .*w\.pth cannot be rea"):
        with_weights("here", None)
