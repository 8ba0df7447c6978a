"""Metrics that a specification asks for: shipped ones, recalls, and functions of plugins."""

from __future__ import annotations

import importlib.metadata
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics import f1_score, recall_score

from albench.errors import PluginError
from albench.metrics import chosen
from albench.metrics.catalogue import LABELS as NAMES
from albench.metrics.chosen import class_of, more_scores, unknown
from albench.metrics.unequal_classes import macro_f1

if TYPE_CHECKING:
    from collections.abc import Callable

CLASSES = ("F0", "F1", "F2", "F4")
RNG = np.random.default_rng(0)
LABELS = RNG.integers(3, size=60)
PROBA = RNG.dirichlet(np.ones(4), 60)
PROBA[:, 3] = 0  # a class that neither occurs nor is answered


def rows_before_columns(labels: np.ndarray, proba: np.ndarray) -> float:
    return float(proba[0, 0] + len(labels))


def spoils(labels: np.ndarray, proba: np.ndarray) -> float:
    labels[:] = 0
    proba[:] = 0
    return 0.5


def fails(labels: np.ndarray, proba: np.ndarray) -> float:
    raise KeyError("what")


def quits(labels: np.ndarray, proba: np.ndarray) -> float:
    raise SystemExit(3)


@pytest.fixture
def announce(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that announces functions of this module as a plugin would."""

    def announced(**names: str) -> None:
        found = {
            name: importlib.metadata.EntryPoint(name, f"{__name__}:{function}", chosen.GROUP)
            for name, function in names.items()
        }
        monkeypatch.setattr(chosen, "_announced", lambda: found)

    return announced


def test_macro_f1_is_that_of_scikit_learn() -> None:
    assert macro_f1(LABELS, PROBA) == pytest.approx(
        f1_score(LABELS, PROBA.argmax(axis=1), average="macro")
    )


def test_a_recall_is_that_of_its_class() -> None:
    found = more_scores(["recall_F0", "recall_F2"], CLASSES, LABELS, PROBA)
    expected = recall_score(LABELS, PROBA.argmax(axis=1), average=None, labels=[0, 2])
    assert list(found.values()) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["recall_F4", "recall_F9"])
def test_a_recall_of_nobody_is_not_known(name: str) -> None:
    assert math.isnan(more_scores([name], CLASSES, LABELS, PROBA)[name])


def test_what_is_computed_anyway_is_not_computed_twice() -> None:
    assert more_scores(["accuracy", "macro_f1"], CLASSES, LABELS, PROBA).keys() == {"macro_f1"}


def test_a_function_of_a_plugin_is_asked(announce: Callable[..., None]) -> None:
    announce(mine="rows_before_columns")
    assert more_scores(["mine"], CLASSES, LABELS, PROBA) == {"mine": PROBA[0, 0] + 60}
    assert unknown("mine") == ""


def test_it_cannot_change_what_is_scored(announce: Callable[..., None]) -> None:
    announce(spoils="spoils")
    before = LABELS.copy(), PROBA.copy()
    more_scores(["spoils"], CLASSES, LABELS, PROBA)
    np.testing.assert_array_equal(LABELS, before[0])
    np.testing.assert_array_equal(PROBA, before[1])


@pytest.mark.parametrize(
    ("function", "said"),
    [("fails", "KeyError: 'what'"), ("quits", "SystemExit: 3"), ("absent", "AttributeError")],
)
def test_a_function_that_fails_is_named(
    announce: Callable[..., None], function: str, said: str
) -> None:
    announce(mine=function)
    with pytest.raises(PluginError, match=rf"metric mine \(.*\) fails: {said}"):
        more_scores(["mine"], CLASSES, LABELS, PROBA)


def test_a_metric_that_is_not_installed_is_told() -> None:
    with pytest.raises(PluginError, match="'mine' is not installed here"):
        more_scores(["mine"], CLASSES, LABELS, PROBA)


@pytest.mark.parametrize("name", ["macro_f1", "balanced_accuracy", "kappa", "recall_F3"])
def test_these_can_be_asked_for(name: str) -> None:
    assert unknown(name) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [("macro_f", "did you mean 'macro_f1'"), ("brier", "which more is better"), ("recall_", "no")],
)
def test_others_are_answered_with_the_list(name: str, said: str) -> None:
    assert said in unknown(name)
    assert "There are: accuracy, auc" in unknown(name)


def test_labels_are_words() -> None:
    assert [NAMES[name] for name in ("macro_f1", "recall_F3", "my_own", "auc")] == [
        *("macro F1", "recall of F3", "my own", "AUC")
    ]


def test_a_recall_is_told_from_a_plugin_of_that_name(announce: Callable[..., None]) -> None:
    announce(recall_of_two="fails")
    assert class_of("recall_of_two") is None
    assert class_of("recall_F0") == "F0"
