"""Which edits of source make a cell's result stale."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from albench import registry, source_digest, spec
from albench.planning import Sources, make, open_cohorts, resolve

if TYPE_CHECKING:
    from albench.planning import Cell, Resolved

SPEC = """
name = "sources"
repetitions = 1
[cohorts.digits.modalities]
profile = { loader = "digits", options = { view = "profile" } }
[models.m]
plugin = "mmfn"
[strategies.gated]
plugin = "sub-sample"
options = { base = "entropy" }
[budgets.b]
initial = 20
query = 10
stop = 80
[[matrix]]
cohorts = ["digits"]
models = ["m"]
strategies = ["margin", "gated"]
budgets = ["b"]
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Resolved, dict[str, Cell]]:
    """Return a resolved specification, and its cells by strategy."""
    path = tmp_path_factory.mktemp("sources") / "sources.toml"
    path.write_text(SPEC, encoding="utf-8")
    resolved = resolve(spec.read(path), registry.discover())
    _, cohorts = open_cohorts(resolved)
    return resolved, {cell.strategy_label: cell for cell in make(resolved, cohorts).cells}


def test_a_cell_is_made_by_its_loaders_its_model_and_its_strategy(
    opened: tuple[Resolved, dict[str, Cell]],
) -> None:
    resolved, cells = opened
    sources = Sources(resolved)
    assert list(sources.of(cells["margin"])) == ["core/digits", "core/margin", "core/mmfn"]
    assert list(sources.of(cells["all-labels"])) == ["core/digits", "core/mmfn"]
    assert all(len(digest) == 16 for digest in sources.of(cells["margin"]).values())


def test_a_wrapper_is_also_made_by_what_it_wraps(
    opened: tuple[Resolved, dict[str, Cell]],
) -> None:
    resolved, cells = opened
    assert "core/entropy" in Sources(resolved).of(cells["gated"])


def test_only_a_component_whose_digest_differs_is_an_edit(
    opened: tuple[Resolved, dict[str, Cell]],
) -> None:
    resolved, cells = opened
    sources = Sources(resolved)
    recorded = sources.of(cells["margin"])
    assert sources.edits_since(cells["margin"], recorded) == ()
    (edit,) = sources.edits_since(cells["margin"], recorded | {"core/margin": "0" * 16})
    assert (edit.name, edit.recorded) == ("core/margin", "0" * 16)
    assert edit.file.endswith(".py")
    assert edit.is_working_copy


def test_a_result_that_names_no_digest_is_not_known_to_be_current(
    opened: tuple[Resolved, dict[str, Cell]],
) -> None:
    resolved, cells = opened
    assert len(Sources(resolved).edits_since(cells["margin"], {})) == 3


def test_an_edit_while_a_run_is_on_is_seen(
    opened: tuple[Resolved, dict[str, Cell]], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved, cells = opened
    sources = Sources(resolved)
    sources.of(cells["margin"])
    assert sources.edits_meanwhile(cells["margin"]) == ()
    before = source_digest.source_digest

    def edited(module: str) -> source_digest.SourceDigest:
        digest = before(module)
        return replace(digest, value="f" * 16) if module.endswith("one_pass") else digest

    monkeypatch.setattr("albench.planning.component_digests.source_digest", edited)
    assert sources.edits_meanwhile(cells["margin"]) == ()  # no file has changed: none is read again
    monkeypatch.setattr("albench.planning.component_digests.stamps", lambda _: ((0, 0),))
    assert [edit.name for edit in sources.edits_meanwhile(cells["margin"])] == ["core/margin"]


def test_tags_are_of_working_copies_alone(
    opened: tuple[Resolved, dict[str, Cell]], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved, cells = opened
    tags = [Sources(resolved).cell_tag(cells[label]) for label in ("margin", "gated")]
    assert tags[0] != tags[1]
    round_zero = Sources(resolved).round_zero_tag
    assert round_zero(cells["margin"]) == round_zero(cells["gated"]) != ""
    before = source_digest.source_digest
    monkeypatch.setattr(
        "albench.planning.component_digests.source_digest",
        lambda module: replace(before(module), is_working_copy=False),
    )
    assert Sources(resolved).cell_tag(cells["margin"]) == ""
