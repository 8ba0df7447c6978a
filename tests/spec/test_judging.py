"""How results are judged is set before the run and is no part of a cell's identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.spec import Specification

    Parse = Callable[..., Specification]


def with_keys(parse: Parse, *lines: str) -> Specification:
    first = "repetitions = "
    return parse((first, "\n".join([*lines, first])))


def test_without_a_word_the_best_few_are_compared_in_accuracy(parse: Parse) -> None:
    judging = with_keys(parse).benchmark.judging
    assert (judging.compare, judging.equal_within) == ((), None)
    assert judging.primary_metric == "accuracy"


def test_what_is_said_is_kept(parse: Parse) -> None:
    lines = ('compare = ["random", "esd"]', "equal_within = 0.01", 'primary_metric = "auc"')
    judging = with_keys(parse, *lines).benchmark.judging
    assert (judging.compare, judging.equal_within) == (("random", "esd"), 0.01)
    assert judging.primary_metric == "auc"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('compare = ["esd"]', "compare"),
        ('compare = ["esd", "esd"]', "names 'esd' twice"),
        ('compare = ["random", "edsd"]', "'edsd' is not among the strategies of the matrix"),
        ('compare = ["random", "all-labels"]', "'all-labels' is not among the strategies"),
        ("equal_within = 0", "equal_within"),
        ("equal_within = 1.5", "equal_within"),
        ('equal_within = "small"', "equal_within"),
        ('primary_metric = "brier"', "primary_metric"),
        ('metrics = ["macro_f2"]', "did you mean 'macro_f1'"),
        ('metrics = ["log_loss"]', "there is no metric 'log_loss' of which more is better"),
        ('metrics = ["auc", "auc"]', "names 'auc' twice"),
        ('metrics = ["auc"]\nprimary_metric = "accuracy"', "leave out primary_metric"),
    ],
)
def test_what_cannot_be_judged_by_is_refused(parse: Parse, line: str, problem: str) -> None:
    with pytest.raises(SpecError) as refused:
        with_keys(parse, line)
    assert problem in str(refused.value)
    assert "leave out" in problem or ", line " in str(refused.value)


def test_the_first_of_the_metrics_is_the_headline(parse: Parse) -> None:
    judging = with_keys(parse, 'metrics = ["macro_f1", "recall_F3", "auc"]').benchmark.judging
    assert judging.headline == "macro_f1"
    assert judging.shown == ("macro_f1", "recall_F3", "auc")


def test_without_metrics_they_are_the_usual_ones(parse: Parse) -> None:
    judging = with_keys(parse, 'primary_metric = "auc"').benchmark.judging
    assert judging.headline == "auc"
    assert judging.shown == ("accuracy", "auc")
