"""Training faults are shown on the first screen, and every check under Coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.reporting import writing
from albench.reporting.sections import answer, coverage, labels_needed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reporting.conftest import Toy

pytestmark = pytest.mark.sections(answer, coverage, labels_needed)

DIGITS = "digits: pixels"


def page(toy: Toy) -> tuple[str, str]:
    """Return the first screen, and the section Coverage."""
    written = writing.write(toy.write(), formats=["csv", "markdown"])
    text = (written / "report.md").read_text(encoding="utf-8")
    sections = {part.split("\n")[0]: part for part in text.split("\n## ")}
    return sections["The answer"], sections["Coverage"]


def of_digits(toy: Toy, strategy: str) -> list[str]:
    """Return the cells of a strategy on the first block."""
    is_it = (toy.cells["cohort"] == "digits") & (toy.cells["strategy"] == strategy)
    return toy.cells.loc[is_it, "cell"].tolist()


def test_sound_training_is_not_spoken_of_in_the_first_screen(make_toy: Callable[..., Toy]) -> None:
    first, coverage = page(make_toy())

    assert "Training fails" not in first
    assert "Checks of training" in coverage
    assert "**fail**" not in coverage
    assert "Convergence is not measured" in coverage


def test_a_loss_above_guessing_is_in_the_first_screen(make_toy: Callable[..., Toy]) -> None:
    toy = make_toy()
    toy.scores.loc[toy.scores["cell"].isin(of_digits(toy, "all-labels")), "log_loss"] = 4.7

    first, coverage = page(toy)

    assert f"not below that of guessing: {DIGITS} (4.700, guessing 0.693)" in first
    assert "**fail**: 4.700 against 0.693" in coverage


def test_no_labels_are_given_for_a_line_that_strategies_pass(make_toy: Callable[..., Toy]) -> None:
    toy = make_toy()
    is_line = toy.scores["cell"].isin(of_digits(toy, "all-labels"))
    toy.scores.loc[is_line, "accuracy"] -= 0.2

    first, _ = page(toy)
    folder = toy.folder / "report"
    table = (folder / "tables" / "labels-accuracy.csv").read_text(encoding="utf-8")
    other = (folder / "tables" / "labels-auc.csv").read_text(encoding="utf-8")

    assert f"no upper bound there: {DIGITS} (+0.1" in first
    assert "needs" not in first.split(f"**{DIGITS}")[-1].split("\n")[0]
    assert DIGITS not in table
    assert DIGITS in other
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert f"Training on all labels is not an upper bound in accuracy on {DIGITS}" in text


def test_an_oracle_passes_no_line(make_toy: Callable[..., Toy]) -> None:
    toy = make_toy()
    for plugin in toy.manifest["plugins"]:
        plugin["tags"] = ["oracle"] if plugin["name"] == "core/margin" else []
    is_oracle = toy.scores["cell"].isin(of_digits(toy, "margin"))
    toy.scores.loc[is_oracle, "accuracy"] += 0.3

    first, _ = page(toy)

    assert "no upper bound" not in first


def test_where_no_line_holds_there_is_no_table_of_labels(make_toy: Callable[..., Toy]) -> None:
    toy = make_toy()
    lines = toy.cells.loc[toy.cells["strategy"] == "all-labels", "cell"]
    toy.scores.loc[toy.scores["cell"].isin(lines), ["accuracy", "auc"]] -= 0.2

    page(toy)

    assert not list((toy.folder / "report" / "tables").glob("labels-*.csv"))
    assert "has a known" not in (toy.folder / "report" / "report.md").read_text(encoding="utf-8")


def test_a_second_model_of_twice_the_length_measures_convergence(
    make_toy: Callable[..., Toy],
) -> None:
    blocks = [("digits", "pixels", "small", "tenth"), ("digits", "pixels", "long", "tenth")]
    toy = make_toy(blocks=blocks)
    toy.manifest["spec"] = (
        '[models.small]\nplugin = "mmfn"\ntraining = { epochs = 5 }\n'
        '[models.long]\nplugin = "mmfn"\ntraining = { epochs = 10 }\n'
    )

    _, coverage = page(toy)

    assert "(twice as long: long)" in coverage


def test_accuracies_in_both_modes_are_judged_where_they_are_recorded(
    make_toy: Callable[..., Toy],
) -> None:
    toy = make_toy()
    toy.scores["train_accuracy_by_batch"] = 0.99
    toy.scores["train_accuracy"] = 0.5

    first, coverage = page(toy)

    assert "networks predict what they were trained on worse than they did in training" in first
    assert "**fail**: +0.490" in coverage
