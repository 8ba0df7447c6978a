"""Classifiers are found by their import path, and their parameters are checked before a run."""

from __future__ import annotations

from typing import Any

import pytest

from albench.api import DataError
from albench.models.classifier_choice import settle

FOREST = "sklearn.ensemble.RandomForestClassifier"


def settled(classifier: str = FOREST, parameters: Any = None) -> dict[str, Any]:
    return settle({"classifier": classifier, "parameters": parameters})


def test_a_list_and_a_table_are_one_and_the_same() -> None:
    table = {"n_estimators": 20, "max_features": "sqrt", "max_depth": 3, "bootstrap": False}
    listed = ["n_estimators=20", "max_features = sqrt", "max_depth=3", "bootstrap=false"]
    assert settled(parameters=table) == settled(parameters=listed)
    assert settled(parameters=listed)["parameters"] == table


def test_no_parameters_are_an_empty_table() -> None:
    assert settled() == {"classifier": FOREST, "parameters": {}}


def test_none_can_be_said() -> None:
    assert settled(parameters=["max_features=None"])["parameters"] == {"max_features": "None"}


@pytest.mark.parametrize(
    "path",
    [
        "sklearn.linear_model.LogisticRegression",
        "sklearn.ensemble.RandomForestClassifier",
        "sklearn.ensemble.GradientBoostingClassifier",
        "sklearn.ensemble.HistGradientBoostingClassifier",
        "sklearn.neighbors.KNeighborsClassifier",
        "sklearn.gaussian_process.GaussianProcessClassifier",
        "sklearn.naive_bayes.GaussianNB",
        "sklearn.neural_network.MLPClassifier",
    ],
)
def test_scikit_learns_classifiers_are_taken(path: str) -> None:
    assert settled(path)["classifier"] == path


WRONG = {
    "no module": ("sklearn.forests.Forest", {}, "classifier: sklearn.forests cannot be imported"),
    "no class": ("sklearn.ensemble.RandomForest", {}, "did you mean 'sklearn.ensemble.RandomFor"),
    "elsewhere": ("sklearn.RandomForestClassifier", {}, "'sklearn.ensemble.RandomForestClassif"),
    "no dots": ("RandomForestClassifier", {}, "there is no 'RandomForestClassifier'; did you mean"),
    "a function": ("sklearn.metrics.accuracy_score", {}, "is no classifier: expected"),
    "a regression": ("sklearn.linear_model.Ridge", {}, "Ridge has no predict_proba: take a"),
    "no probabilities": ("sklearn.svm.LinearSVC", {}, "LinearSVC has no predict_proba: take a"),
    "told to have none": ("sklearn.svm.SVC", {}, "give it the parameter probability = true"),
    "by its loss": ("sklearn.linear_model.SGDClassifier", {}, "with these parameters: change them"),
    "made of others": (
        "sklearn.ensemble.VotingClassifier",
        {},
        "constructor needs estimators",
    ),
    "a pipeline": ("sklearn.pipeline.Pipeline", {}, "constructor needs steps, and no argument may"),
    "a misspelt parameter": (FOREST, {"n_estimator": 5}, "did you mean 'n_estimators'"),
    "a value": (FOREST, {"n_estimators": -5}, "parameters: The 'n_estimators' parameter"),
    "a type": (FOREST, {"n_estimators": "many"}, "parameters: The 'n_estimators' parameter"),
    "a truth value": (FOREST, {"bootstrap": "yes"}, "parameters.bootstrap: expected true or false"),
    "a table": (FOREST, {"class_weight": {"a": 1}}, "parameters.class_weight: expected a number"),
    "a seed": (FOREST, {"random_state": 1}, "parameters.random_state: cannot be set"),
    "cores": (FOREST, ["n_jobs=-1"], "run cells side by side with --jobs"),
    "twice": (FOREST, ["max_depth=1", "max_depth=2"], "parameters: max_depth is given twice"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_work_is_said_with_its_option(case: str) -> None:
    classifier, parameters, said = WRONG[case]
    with pytest.raises(DataError, match=said):
        settled(classifier, parameters)


def test_all_wrong_parameters_are_said_at_once() -> None:
    with pytest.raises(DataError) as raised:
        settled(parameters={"n_jobs": 2, "deep": True})
    assert len(raised.value.complaints) == 2
