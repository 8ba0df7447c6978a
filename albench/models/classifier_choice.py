"""Any classifier by its import path, with the parameters that a specification gives it."""

from __future__ import annotations

import inspect
import tomllib
from importlib import import_module
from typing import TYPE_CHECKING, Any

from albench.api import Complaint, DataError
from albench.api.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SET_HERE = {
    "random_state": "the benchmark's seed and the repetition decide it",
    "n_jobs": "a cell has one core: run cells side by side with --jobs",
    "warm_start": "a classifier is fitted anew in each round",
}
"""Parameters that no specification sets, and why."""


def settle(options: Mapping[str, Any]) -> dict[str, Any]:  # of the options' own types
    """Return the options of the model `sklearn` in their one form, after having tried them.

    Parameters
    ----------
    options : mapping of str to object
        ``classifier`` and ``parameters``.

    Returns
    -------
    dict of str to object
        With ``parameters`` as a mapping.

    Raises
    ------
    DataError
        If there is no such classifier, or it does not take the parameters.
    """
    parameters = _as_mapping(options["parameters"])
    unfitted(options["classifier"], parameters)
    return {**options, "parameters": parameters}


def unfitted(path: str, parameters: Mapping[str, Any]) -> Any:  # a class of any library
    """Return a new classifier.

    Parameters
    ----------
    path : str
        Its import path, such as ``sklearn.svm.SVC``.
    parameters : mapping of str to object
        Keyword arguments; ``"None"`` stands for None, which TOML lacks.

    Returns
    -------
    object
        With ``fit`` and ``predict_proba``.

    Raises
    ------
    DataError
        If there is no such classifier, or it does not take the parameters.
    """
    found = _class_at(path)
    _require_no_arguments(found, path)
    made = _called(found, path, {})
    known = made.get_params()
    complaints = [*_about_names(path, parameters, known), *_about_types(parameters, known)]
    if complaints:
        raise DataError(complaints)
    given = {name: None if value == "None" else value for name, value in parameters.items()}
    made = _called(type(made), path, given)
    _require_valid(made)
    if not hasattr(made, "predict_proba"):
        raise _about_classifier(f"{path} {_without_probabilities(made, known)}")
    return made


def _as_mapping(parameters: Mapping[str, Any] | list[str] | None) -> dict[str, Any]:
    if isinstance(parameters, list):
        pairs = [text.partition("=") for text in parameters]
        names = [name.strip() for name, _, _ in pairs]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise DataError([Complaint("parameters", f"{twice[0]} is given twice")])
        return {name: _value(text) for name, (_, _, text) in zip(names, pairs, strict=True)}
    return dict(parameters or {})


def _value(written: str) -> Any:  # a number, a truth value or a list; else the text as it is
    try:
        return tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        return written.strip()


def _class_at(path: str) -> Any:  # a class of any library
    module, _, name = path.rpartition(".")
    try:
        found = getattr(import_module(module), name, None) if module else None
    except ImportError as error:
        raise _about_classifier(f"{module} cannot be imported: {error}{_hint(path)}") from error
    if found is None:
        raise _about_classifier(f"there is no {path!r}{_hint(path)}")
    if not all(callable(getattr(found, part, None)) for part in ("fit", "get_params")):
        wanted = "a classifier's class, with fit, get_params and predict_proba"
        raise _about_classifier(f"{path} is no classifier: expected {wanted}{_hint(path)}")
    return found


def _require_no_arguments(found: Any, path: str) -> None:  # a class of any library
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):  # of a class in C
        return
    gathered = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [x.name for x in parameters if x.default is x.empty and x.kind not in gathered]
    if needed:
        raise _about_classifier(
            f"{path} cannot be made from a specification: its constructor needs "
            f"{', '.join(needed)}, and no argument may be needed. Where one is another classifier, "
            "name a class of your own that makes both (allow_import)"
        )


def _without_probabilities(made: Any, known: Mapping[str, Any]) -> str:  # of any library
    if "probability" in known:
        return "has no predict_proba yet: give it the parameter probability = true"
    if hasattr(type(made), "predict_proba"):
        return "has no predict_proba with these parameters: change them"
    return "has no predict_proba: take a classifier that has"


def _hint(path: str) -> str:
    """Return the nearest of scikit-learn's own classifiers, for the end of a complaint."""
    from sklearn.utils.discovery import all_estimators  # slow: it imports all of scikit-learn

    public = {
        name: ".".join([*_public(found.__module__), name])
        for name, found in all_estimators(type_filter="classifier")
    }
    name = path.rpartition(".")[2]
    if name in public:
        return f"; did you mean {public[name]!r}?"
    hint = did_you_mean(path, list(public.values()))
    return f"{hint}" if hint else ". An example is 'sklearn.ensemble.RandomForestClassifier'"


def _public(module: str) -> Iterator[str]:
    return (part for part in module.split(".") if not part.startswith("_"))


def _called(found: Any, path: str, parameters: Mapping[str, Any]) -> Any:  # of any library
    try:
        return found(**parameters)
    except (TypeError, ValueError) as error:
        raise _about_classifier(f"{path} cannot be made: {error}") from error


def _about_names(
    path: str, parameters: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterator[Complaint]:
    for name in parameters:
        if name in SET_HERE:
            yield Complaint(f"parameters.{name}", f"cannot be set: {SET_HERE[name]}")
        elif name not in known:
            free = sorted(set(known) - set(SET_HERE))
            hint = did_you_mean(name, free) or "."
            problem = f"{path} has no parameter {name!r}{hint} It has: {', '.join(free)}"
            yield Complaint(f"parameters.{name}", problem)


def _about_types(parameters: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Complaint]:
    for name, value in parameters.items():
        default = known.get(name)
        if isinstance(default, bool) and not isinstance(value, bool):
            yield Complaint(f"parameters.{name}", f"expected true or false, found {value!r}")
        elif isinstance(value, dict):
            problem = f"expected a number, a text, a truth value or a list, found {value!r}"
            yield Complaint(f"parameters.{name}", problem)


def _require_valid(made: Any) -> None:  # of any library
    # scikit-learn's own check, which fit would make: it has no public name.
    validate = getattr(made, "_validate_params", None)
    if validate is None:
        return
    try:
        validate()
    except ValueError as error:
        raise DataError([Complaint("parameters", str(error))]) from error


def _about_classifier(problem: str) -> DataError:
    return DataError([Complaint("classifier", problem)])
