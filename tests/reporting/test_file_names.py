"""No name of the records leads a file outside its folder."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest

from albench.reporting.content import Table
from albench.reporting.file_names import file_name
from albench.reporting.latex import as_latex

HOSTILE = (
    "../../x",
    "/etc/x",
    "a/b",
    "..",
    ".",
    ".x",
    "",
    "C:\\x",
    "a\0b",
    "é",
    "x" * 5000,
    "}\\x%",
)


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_name_stays_in_its_folder(name: str) -> None:
    safe = file_name(name)
    assert PurePosixPath(safe).name == PureWindowsPath(safe).name == safe
    assert safe.isascii()
    assert not safe.startswith(".")
    assert len(safe) < 200


def test_names_stay_different_and_plain_ones_as_they_are() -> None:
    assert len({file_name(name) for name in (*HOSTILE, "a-b", "a b", "a:b")}) == len(HOSTILE) + 3
    assert file_name("against-random-balanced_accuracy.v1") == "against-random-balanced_accuracy.v1"


def test_a_label_holds_nothing_that_latex_reads() -> None:
    assert r"\label{tab:a-x-" in as_latex(Table("a}%\\x", "T", "", ("a",), (("1",),)))
