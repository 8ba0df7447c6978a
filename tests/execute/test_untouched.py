"""A plugin that replaces albench's own functions where a run is supervised is found."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from albench import session
from albench.engines import local
from albench.errors import AlbenchError
from albench.execute import checked_strategy, query_checks, repetition
from albench.execute.repetition import Repetition
from albench.execute.reuse import successes
from albench.execute.untouched import require_untouched
from albench.planning import division
from albench.records.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def replacement(*_: object) -> None:
    """Do nothing."""


def test_nothing_is_found_where_nothing_is_replaced() -> None:
    require_untouched()


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        (query_checks, "checked_picks", "albench.execute.query_checks.checked_picks by "),
        (checked_strategy, "checked_picks", "albench.execute.checked_strategy.checked_picks by "),
        (Journal, "append", "albench.records.journal.Journal.append by "),
        (Repetition, "require_purchase", "Repetition.require_purchase by "),
        (repetition, "division_of", "albench.execute.repetition.division_of by "),
        (division, "split", "albench.planning.division.split by "),
        (local, "LocalEngine", "albench.engines.local.LocalEngine"),
    ],
    ids=[
        "a function",
        "an import",
        "a method",
        "the check of picks",
        "the parts",
        "the split",
        "a class",
    ],
)
def test_what_is_replaced_is_named_with_where_it_comes_from(
    owner: object, name: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, name, replacement)
    with pytest.raises(AlbenchError) as caught:
        require_untouched()
    assert expected in str(caught.value)


@pytest.mark.parametrize("by", [functools.partial(replacement), object(), None])
def test_it_need_not_be_a_function(by: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Repetition, "labels_of", by)
    with pytest.raises(AlbenchError, match=f"labels_of by {type(by).__name__}"):
        require_untouched()


def test_a_run_ends_with_a_sentence_and_writes_nothing(
    write_spec: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = session.open_spec(str(write_spec("margin")))
    monkeypatch.setattr(Repetition, "require_purchase", replacement)
    with pytest.raises(AlbenchError, match="a plugin has replaced functions of albench itself"):
        session.run(opened, tmp_path / "out", 1, [], lambda *_: None, lambda _: None)
    assert not (tmp_path / "out" / "journal").exists()


def test_what_ends_behind_the_replacement_is_not_recorded(
    write_spec: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, results = session.open_spec(str(write_spec("margin"))), tmp_path / "out"

    def patch(_: object) -> None:  # as a thread that a plugin has started could
        monkeypatch.setattr(Repetition, "labels_of", replacement)

    with pytest.raises(AlbenchError, match="no result could be trusted"):
        session.run(opened, results, 1, ["albench"], lambda *_: None, patch)
    assert successes(results) == {}
