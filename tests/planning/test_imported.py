"""What an option names by an import path is allowed by the specification, and its source counts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from albench import registry
from albench.errors import SpecError
from albench.planning import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from albench.planning import Resolved
    from albench.spec import Specification

SPECIFICATION = """
    name = "own"
    repetitions = 1
    allow_import = []

    [cohorts.digits.modalities]
    a = { loader = "digits", options = { view = "profile" } }

    [models.m]
    plugin = "sklearn"
    options = { classifier = "mylab_models.Guess" }

    [budgets.b]

    [[matrix]]
    cohorts = ["digits"]
    models = ["m"]
    strategies = ["random"]
    budgets = ["b"]
"""

OWN = """
from sklearn.dummy import DummyClassifier

class Guess(DummyClassifier):
    pass

class Bare:
    def fit(self, rows, labels):
        return self

raise_at = None
"""

ALLOWED = ("allow_import = []", 'allow_import = ["mylab_models"]')


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "mylab_models.py"
    path.write_text(OWN)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield path
    sys.modules.pop("mylab_models", None)


@pytest.fixture
def resolved(parse: Callable[..., Specification]) -> Callable[..., Resolved]:
    return lambda *changes: resolve(parse(*changes, text=SPECIFICATION), registry.discover())


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize("allowed", ["mylab_models", "mylab_models.Guess"])
def test_what_the_specification_allows_is_imported(
    resolved: Callable[..., Resolved], allowed: str
) -> None:
    found = resolved(("allow_import = []", f'allow_import = ["{allowed}"]'))
    assert found.models["m"].plan.options["classifier"] == "mylab_models.Guess"
    assert [part.name for part in found.models["m"].imported] == ["mylab_models.Guess"]


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize("allowed", ["", '"mylab"', '"mylab_models.Other"'])
def test_nothing_else_is_imported(resolved: Callable[..., Resolved], allowed: str) -> None:
    with pytest.raises(SpecError, match=r"write allow_import = \[.mylab_models.\] at its top"):
        resolved(("allow_import = []", f"allow_import = [{allowed}]"))
    assert "mylab_models" not in sys.modules


def test_scikit_learns_own_need_no_permission(resolved: Callable[..., Resolved]) -> None:
    change = ("mylab_models.Guess", "sklearn.naive_bayes.GaussianNB")
    assert resolved(change).models["m"].imported == ()


def test_an_edit_of_an_own_classifier_is_noticed(
    resolved: Callable[..., Resolved], module: Path
) -> None:
    parts = [resolved(ALLOWED).models["m"].imported[0]]
    before = resolved(ALLOWED).sources.tag(parts)
    module.write_text(OWN + "\nSHIFT = 2\n")
    after = resolved(ALLOWED).sources.tag(parts)
    assert before
    assert after != before


def test_an_import_that_fails_is_told_with_its_line(
    resolved: Callable[..., Resolved], module: Path
) -> None:
    module.write_text("raise RuntimeError('no licence')")
    with pytest.raises(SpecError, match=r"line 11: models.m.options: .*RuntimeError: no licence"):
        resolved(ALLOWED)


@pytest.mark.usefixtures("module")
def test_a_class_without_parameters_to_ask_for_is_refused(
    resolved: Callable[..., Resolved],
) -> None:
    with pytest.raises(SpecError, match=r"mylab_models.Bare is no classifier: expected"):
        resolved(ALLOWED, ("models.Guess", "models.Bare"))


def test_a_wrong_parameter_is_told_with_its_key(resolved: Callable[..., Resolved]) -> None:
    change = (
        '"mylab_models.Guess"',
        '"sklearn.naive_bayes.GaussianNB", parameters = { smooth = 1 }',
    )
    with pytest.raises(SpecError, match=r"line 11: models.m.options.parameters.smooth: skl"):
        resolved(change)


def test_a_path_is_no_sentence(resolved: Callable[..., Resolved]) -> None:
    with pytest.raises(SpecError, match="allow_import"):
        resolved(("allow_import = []", 'allow_import = ["my lab"]'))
