"""Where classes are of unequal size, the answer in accuracy has balanced accuracy beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from albench.reporting import methods
from albench.reporting.build import SECTIONS
from albench.reporting.content import Text
from albench.reporting.derived import derive
from albench.reporting.load import load
from albench.site.standing import standing

if TYPE_CHECKING:
    from collections.abc import Callable

RARE = {"a": 100, "b": 20}


@pytest.fixture
def toy(make_toy: Callable[..., Any]) -> Any:
    """A run in which margin gains in accuracy alone, on the cohort whose classes are unequal."""
    run = make_toy()
    run.manifest["cohorts"]["digits"]["classes"] = RARE
    margin = run.cells.loc[run.cells["strategy"] == "margin", "cell"]
    run.scores.loc[run.scores["cell"].isin(margin), "balanced_accuracy"] -= 0.2
    return run


def said(run: Any) -> list[str]:
    """Return every sentence of the first section."""
    section = SECTIONS[0](derive(load(run.write())))
    assert section is not None
    return [line for part in section.parts if isinstance(part, Text) for line in part.sentences]


def with_words(sentences: list[str], words: str) -> str:
    (found,) = [sentence for sentence in sentences if words in sentence]
    return found


def test_the_answer_is_said_again_with_every_class_counted_alike(toy: Any) -> None:
    beside = with_words(said(toy), "of unequal size")
    assert beside.startswith("Classes are of unequal size on digits, where accuracy counts the ")
    assert "counts the largest 5.0 times as much as the smallest." in beside
    assert "No strategy beats random in balanced accuracy" in beside
    assert "margin, the first in accuracy, has −0." in beside


def test_findings_are_said_again_for_the_blocks_of_these_cohorts_alone(toy: Any) -> None:
    blocks = [sentence for sentence in said(toy) if "pixels" in sentence or "LSTE" in sentence]
    again = [sentence for sentence in blocks if "in balanced accuracy" in sentence]
    (block,) = again
    assert block.startswith("**digits: pixels in balanced accuracy:** margin is worse than random")


def test_equal_classes_have_nothing_beside_accuracy(toy: Any) -> None:
    toy.manifest["cohorts"]["digits"]["classes"] = {"a": 60, "b": 60}
    assert not any("balanced accuracy" in sentence for sentence in said(toy))


@pytest.mark.parametrize(
    ("judging", "is_secondary"),
    [({"primary_metric": "auc"}, True), ({"metrics": ["auc", "balanced_accuracy"]}, False)],
)
def test_another_primary_metric_has_nothing_beside_it(
    toy: Any, judging: dict[str, Any], is_secondary: bool
) -> None:
    toy.manifest["judging"] |= judging
    sentences = said(toy)
    assert not any("of unequal size" in sentence for sentence in sentences)
    secondary = [line for line in sentences if "comparisons in balanced accuracy" in line]
    assert len(secondary) == 1
    assert any("comparisons in accuracy" in line for line in sentences) == is_secondary


def test_a_metric_that_has_its_own_section_is_compared_once(toy: Any) -> None:
    toy.manifest["judging"]["metrics"] = ["accuracy", "balanced_accuracy"]
    derived = derive(load(toy.write()))
    assert derived.alike is derived.findings[1]


def test_the_site_and_the_methods_say_it_too(toy: Any) -> None:
    folder = toy.write()
    assert any("of unequal size" in sentence for sentence in standing(folder).answer)
    text = " ".join(sentence.text for sentence in methods.methods(load(folder)))
    assert "Beside accuracy stands balanced accuracy, the mean of the classes' recalls" in text


def test_the_methods_name_the_metric_of_the_answer(toy: Any) -> None:
    toy.manifest["judging"]["metrics"] = ["balanced_accuracy"]
    text = " ".join(sentence.text for sentence in methods.methods(load(toy.write())))
    assert "area under the curve of balanced accuracy over the labels bought" in text
    assert "Beside accuracy" not in text
