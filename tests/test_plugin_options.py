"""Options of a command line are read by what the plugin announces, and refused all at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from albench.api import Kind, Option
from albench.commands.plugin_options import plugin_options
from albench.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.registry import Component

OPTIONS = (
    Option(name="passes", type=int, default=10, minimum=1, maximum=100, help="how many"),
    Option(name="beta", type=float, default=1.0, help="the power"),
    Option(name="frozen", type=bool, default=True, help="whether it learns"),
    Option(name="view", type=str, default="1", choices=("1", "all"), help="which"),
    Option(name="file", type=Path, default=None, help="a file"),
    Option(name="names", type=list, default=None, help="of what"),
)


@pytest.fixture
def plugin(make_component: Callable[..., Component]) -> Component:
    return make_component(Kind.STRATEGY, "toy", "albench-lab", options=OPTIONS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("passes=5", 5),
        ("beta=2", 2.0),
        ("beta=0.5", 0.5),
        ("frozen=false", False),
        ("view=1", "1"),
        ("file=a=b.csv", "a=b.csv"),
        ('names=["x", "y"]', ["x", "y"]),
    ],
)
def test_a_value_has_the_type_of_its_option(text: str, value: Any, plugin: Component) -> None:
    (read,) = plugin_options(plugin, [text]).values()
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("passes=0", "--option passes=0: found 0, allowed is 1 to 100"),
        ("passes=1.5", "--option passes=1.5: expected a whole number, found 1.5"),
        ("passes=many", "expected a whole number, found 'many'"),
        ("passes=", "expected a whole number, found ''"),
        ("frozen=no", "expected true or false, found 'no'"),
        ("view=2", "found '2', allowed are '1', 'all'"),
        (f"passes={'9' * 5000}", "expected a whole number, found '999"),
        (f"beta={'9' * 400}", "expected a number, found '999"),
        (f"names={'[' * 5000}", "expected a list of strings or numbers, found '[[["),
        ("names=x", "expected a list of strings or numbers, found 'x'"),
        ("passes", "expected KEY=VALUE, as in passes=10"),
        ("pases=3", "lab/toy has no option 'pases'; did you mean 'passes'? Its options are: pas"),
        ("=3", "has no option ''. Its options are"),
    ],
)
def test_what_is_not_allowed_is_refused(text: str, said: str, plugin: Component) -> None:
    with pytest.raises(PluginError) as raised:
        plugin_options(plugin, [text])
    assert said in str(raised.value)


def test_all_complaints_come_at_once(make_component: Callable[..., Component]) -> None:
    options = (Option(name="path", type=Path, required=True, help="the table"), *OPTIONS)
    plugin = make_component(Kind.LOADER, "toy", options=options)
    with pytest.raises(PluginError) as raised:
        plugin_options(plugin, ["passes=0", "beta=x"])
    places = [str(complaint).partition(":")[0] for complaint in raised.value.complaints]
    assert places == ["--option passes=0", "--option beta=x", "--option path=..."]


def test_nothing_given_leaves_all_to_the_defaults(plugin: Component) -> None:
    assert plugin_options(plugin, []) == {}
