"""A section is a module and an entry of one tuple."""

from __future__ import annotations

import pkgutil
from typing import TYPE_CHECKING, Any

import pytest

from albench.reporting import build, sections, writing
from albench.reporting.content import Section, Text
from albench.reporting.sections import answer, environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.reporting.derived import Derived


def in_one_sentence(derived: Derived) -> Section:
    return Section("How many rounds", [Text((f"There are {len(derived.rounds)} rounds.",))])


def with_nothing_to_say(derived: Derived) -> None:
    """Return what a section returns that does not apply."""


def text_with(section: object, toy: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the report of a run, with one more section before the others."""
    monkeypatch.setattr(build, "SECTIONS", (section, *build.SECTIONS))
    text: str = (writing.write(toy.write()).parent / "report.md").read_text(encoding="utf-8")
    return text


@pytest.mark.sections(answer, environment)
def test_a_new_section_is_one_entry(
    make_toy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = text_with(in_one_sentence, make_toy(n_repetitions=1), monkeypatch)
    assert "## How many rounds\n\nThere are 26 rounds.\n\n## The answer" in text


@pytest.mark.sections(answer, environment)
def test_a_section_with_nothing_to_say_is_left_out(
    make_toy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = make_toy(n_repetitions=1)
    plain = (writing.write(toy.write()).parent / "report.md").read_text(encoding="utf-8")
    assert text_with(with_nothing_to_say, toy, monkeypatch) == plain


def test_every_module_of_sections_is_listed() -> None:
    modules = {f"{sections.__name__}.{m.name}" for m in pkgutil.iter_modules(sections.__path__)}
    functions = [getattr(entry, "func", entry) for entry in build.SECTIONS]
    assert {function.__module__ for function in functions} == modules
