"""The page describes every check as the check describes itself, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench.api import Kind
from albench.testing import parametrize_with_checks
from albench.testing.catalogue import OF_ACQUISITIONS, OF_DESCRIPTORS, OF_KIND
from albench.testing.descriptor_claims import TRIED_TAGS

if TYPE_CHECKING:
    from albench.testing.checks import Check

PAGE = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text(encoding="utf-8")
CHECKS = [(kind, check) for kind in Kind for check in (*OF_DESCRIPTORS, *OF_KIND[kind])]
ACQUISITIONS = [check for check in OF_ACQUISITIONS if check not in OF_KIND[Kind.STRATEGY]]
TITLES = {Kind.STRATEGY: "strategies", Kind.MODEL: "models", Kind.LOADER: "loaders"}


def section(title: str) -> str:
    """Return the text between a heading and the next."""
    _, heading, rest = PAGE.partition(f"## Checks of {title}\n")
    assert heading
    return rest.partition("\n## ")[0]


@pytest.mark.parametrize(
    ("kind", "check"), CHECKS, ids=[f"{kind}:{check.name}" for kind, check in CHECKS]
)
def test_every_check_has_its_row(kind: Kind, check: Check) -> None:
    title = "every plugin" if check in OF_DESCRIPTORS else TITLES[kind]
    assert f"| `{check.name}` | {check.holds} | {check.guards} |" in section(title)


def test_checks_of_what_asks_for_modalities_have_their_rows() -> None:
    text = section("strategies that ask for modalities")
    rows = [f"| `{check.name}` | {check.holds} | {check.guards} |" for check in ACQUISITIONS]
    assert [row for row in rows if row not in text] == []


def test_the_page_tells_of_no_check_that_is_gone() -> None:
    rows = re.findall(r"^\| `([a-z-]+-[a-z-]+)` \|", PAGE, re.MULTILINE)
    names = {check.name for _, check in CHECKS} | {check.name for check in ACQUISITIONS}
    names |= {"every-claim-is-tried"}
    assert set(rows) == names


def test_every_tag_that_is_tried_is_explained() -> None:
    assert all(f"| `{tag}` |" in PAGE for tag in TRIED_TAGS)


def test_the_five_lines_of_the_page_run() -> None:
    (code,) = re.findall(r"```python\n(from albench.testing import param.*?)```", PAGE, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 5
    scope: dict[str, object] = {"__name__": "five_lines"}
    exec(code.replace("mylab/widest-doubt", "core/entropy"), scope)  # noqa: S102  # the page's own
    assert callable(scope["test_widest_doubt_conforms"])
    assert scope["parametrize_with_checks"] is parametrize_with_checks


def test_the_numbers_of_checks_are_right() -> None:
    numbers = [len(OF_KIND[kind]) for kind in (Kind.STRATEGY, Kind.MODEL, Kind.LOADER)]
    rows = list(map(int, re.findall(r"(\d+)(?: checks of what| of a )", PAGE)))
    assert rows == [len(OF_DESCRIPTORS), *numbers]
