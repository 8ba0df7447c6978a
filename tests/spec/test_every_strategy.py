"""``strategies = "all"`` stands for what ships with albench, less what is excluded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.errors import SpecError
from albench.strategies import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.spec import Specification

    Parse = Callable[..., Specification]

SHIPPED = [descriptor.name for descriptor in catalogue.every()]


def test_all_names_every_strategy_that_ships(parse: Parse) -> None:
    (entry,) = parse(('["esd"]', '"all"')).benchmark.matrix
    assert entry.strategies == SHIPPED


def test_what_is_excluded_is_left_out(parse: Parse) -> None:
    written = '"all"\nexclude_strategies = ["esd", "badge"]'
    (entry,) = parse(('["esd"]', written)).benchmark.matrix
    assert set(SHIPPED) - set(entry.strategies) == {"esd", "badge"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            '"all"\nexclude_strategies = ["bagde"]',
            "line 20: matrix[0].exclude_strategies: 'bagde' does not ship with albench; did you "
            "mean 'badge'? There are: oracle-greedy, random, ",
        ),
        (
            '["esd"]\nexclude_strategies = ["badge"]',
            'line 19: matrix[0].strategies: exclude_strategies needs strategies = "all"',
        ),
        (
            '"every"',
            'line 19: matrix[0].strategies: must be a list of strategies, or "all" '
            "(found 'every')",
        ),
        (
            '"all"\nexclude_strategies = ["esd", "esd"]',
            "line 20: matrix[0].exclude_strategies: names 'esd' twice",
        ),
    ],
)
def test_a_mistake_is_told_at_its_line(written: str, said: str, parse: Parse) -> None:
    with pytest.raises(SpecError) as error:
        parse(('["esd"]', written))
    (complaint,) = error.value.complaints
    assert said in str(complaint)


def test_excluding_every_strategy_is_refused(parse: Parse) -> None:
    written = f'"all"\nexclude_strategies = {SHIPPED!r}'
    with pytest.raises(SpecError, match="leaves no strategy"):
        parse(('["esd"]', written))


def test_a_table_gives_one_of_all_its_options(parse: Parse) -> None:
    table = '[strategies.esd]\nplugin = "esd"\noptions = { passes = 50 }\n[budgets.tenth]'
    benchmark = parse(('["esd"]', '"all"'), ("[budgets.tenth]", table)).benchmark
    assert benchmark.matrix[0].strategies == SHIPPED
    assert benchmark.strategies["esd"].options == {"passes": 50}
