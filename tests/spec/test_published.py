"""Published tables and claims must match the matrix, and every mistake is reported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench import spec
from albench.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.spec import Specification

    Parse = Callable[..., Specification]

TABLE = """
[[tables]]
title = "Table 4"
cohort = "clinic"
rows = [["LSTE"], ["LUS"]]
[[tables.columns]]
title = "ESD"
model = "net"
strategy = "esd"
budget = "tenth"
printed = [{ accuracy = 65.12, auc = 89.72, labelled = 87.4 }, { auc = 72.95 }]
"""
CLAIM = """
[[claims]]
text = "ESD needs fewer labels"
[claims.better]
cohort = "clinic"
modalities = ["LSTE"]
model = "net"
strategy = "esd"
budget = "tenth"
[claims.than]
cohort = "clinic"
modalities = ["LSTE"]
model = "net"
strategy = "random"
budget = "tenth"
"""
DATA = """
[[data_tables]]
title = "Table 1"
cohort = "clinic"
columns = [["LSTE"], ["LSTE", "LUS"]]
printed = { F0 = [185, 4195], F1 = [235, 5077] }
"""
SPEC = """
name = "toy"
repetitions = 2
[cohorts.clinic]
classes = ["F0", "F1"]
ordered = true
[cohorts.clinic.modalities]
LSTE = { loader = "digits" }
LUS = { loader = "digits" }
[models.net]
plugin = "mmfn"
[budgets.tenth]
[[matrix]]
cohorts = ["clinic"]
modalities = [["LSTE"], ["LUS"]]
models = ["net"]
strategies = ["esd"]
budgets = ["tenth"]
"""


@pytest.fixture
def published() -> Parse:
    def parse(text: str, *changes: tuple[str, str]) -> Specification:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        return spec.parse(SPEC + text, "toy.toml", Path())

    return parse


def test_a_table_has_the_papers_layout_and_default_shares(published: Parse) -> None:
    (table,) = published(TABLE).benchmark.tables
    assert table.rows == (("LSTE",), ("LUS",))
    assert table.shares == (0.1, 0.3, 0.5)
    assert table.columns[0].printed[0].labelled == 87.4


def test_a_claim_is_about_the_area_unless_it_says_otherwise(published: Parse) -> None:
    (claim,) = published(CLAIM).benchmark.claims
    assert (claim.better.at, claim.metric) == ("area", "auc")


def test_counts_are_printed_by_class(published: Parse) -> None:
    (table,) = published(DATA).benchmark.data_tables
    assert table.printed["F1"] == (235, 5077)


@pytest.mark.parametrize(
    ("text", "old", "new", "problem"),
    [
        (TABLE, '"clinic"', '"clinik"', r"tables\[0\].cohort: 'clinik' .* mean 'clinic'"),
        (TABLE, '["LUS"]]', '["LUX"]]', r"tables\[0\]: 'LUX' .* did you mean 'LUS'"),
        (TABLE, '"net"', '"nett"', r"tables\[0\].columns\[0\].model: 'nett'"),
        (TABLE, '"tenth"', '"tent"', r"tables\[0\].columns\[0\].budget: 'tent'"),
        (TABLE, '"esd"', '"bald"', r"clinic, LSTE, net, tenth without 'bald'; .*: all-labels, esd"),
        (TABLE, ", { auc = 72.95 }", "", "has 1 entry; the table has 2 rows"),
        (TABLE, '["LUS"]]', '["LSTE", "LUS"]]', r"the matrix has no clinic, LSTE\+LUS, net"),
        (TABLE, "auc = 72.95", "auc = 172.95", "less than or equal to 100"),
        (CLAIM, '"esd"', '"esd"\nat = "best"', "must be 'area', 'final' or a share"),
        (CLAIM, '"esd"', '"random"', "is the same as what is said to be better"),
        (CLAIM, '"random"', '"coin"', r"claims\[0\].than: .* without 'coin'"),
        (CLAIM, '"esd"', '"all-labels"\nat = 0.3', "one round, with all labels"),
        (DATA, "F1 = [235, 5077]", "F1 = [235]", "has 1 number; the table has 2 columns"),
        (DATA, "F1 =", "F5 =", "'F5' is not among the classes of cohort 'clinic'"),
    ],
)
def test_a_fault_is_told_with_its_place(
    published: Parse, text: str, old: str, new: str, problem: str
) -> None:
    with pytest.raises(SpecError, match=problem):
        published(text, (old, new))


def test_all_faults_are_told_at_once(published: Parse) -> None:
    with pytest.raises(SpecError) as raised:
        published(TABLE + CLAIM, ('"esd"', '"bald"'), ('"random"', '"coin"'))
    assert len(raised.value.complaints) == 3  # the table's two rows, and a side of the claim
