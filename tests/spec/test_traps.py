"""A trap is defined by the behaviour of who falls into it, and must say what is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.spec import Specification

    Parse = Callable[..., Specification]


def with_trap(parse: Parse, *lines: str, cohort: str = "clinic") -> Specification:
    table = "\n".join(["[[traps]]", f'cohort = "{cohort}"', 'best = "Do right."', *lines])
    return parse(("[budgets.tenth]", f"{table}\n[budgets.tenth]"))


def test_a_trap_says_what_counts_as_falling_in(parse: Parse) -> None:
    (trap,) = with_trap(parse, 'fall = "buys-more"', 'mark = "copy"').benchmark.traps
    assert (trap.cohort, trap.fall, trap.mark, trap.tolerance) == (
        "clinic",
        "buys-more",
        "copy",
        0.05,
    )


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (('fall = "misses"',), "'misses' needs a mark"),
        (('fall = "learns-less"',), "'learns-less' needs a metric"),
        (('fall = "learns-less"', 'metric = "auc"', 'mark = "x"'), "'learns-less' takes no mark"),
        (
            ('fall = "labels-fewer-subjects"', 'metric = "auc"'),
            "'labels-fewer-subjects' takes no metric",
        ),
        (('fall = "buys-lots"', 'mark = "x"'), "input should be 'buys-more'"),
    ],
)
def test_what_is_counted_must_fit(parse: Parse, lines: tuple[str, ...], problem: str) -> None:
    with pytest.raises(SpecError, match=problem):
        with_trap(parse, *lines)


def test_a_trap_of_no_known_cohort_is_refused_with_its_line(parse: Parse) -> None:
    with pytest.raises(SpecError, match=r"line 13: traps\[0\].cohort: 'clinik' .* 'clinic'"):
        with_trap(parse, 'fall = "buys-more"', 'mark = "x"', cohort="clinik")


def test_traps_are_no_part_of_what_a_cell_is(parse: Parse, planned: Callable[..., object]) -> None:
    table = '[[traps]]\ncohort = "clinic"\nbest = "b"\nfall = "buys-more"\nmark = "x"\n'
    one, other = planned(), planned(("[budgets.tenth]", f"{table}[budgets.tenth]"))
    assert [cell.id for cell in one.cells] == [cell.id for cell in other.cells]  # type: ignore[attr-defined]  # of a plan
