"""Metrics that a specification asks for by name: listed ones, recalls, and those of plugins.

A plugin announces a function under the entry point group `GROUP`. It is given class numbers,
``(n,)``, and probabilities, ``(n, n_classes)``, and returns a number of which more is better.
"""

from __future__ import annotations

import importlib.metadata
import math
from functools import cache
from typing import TYPE_CHECKING

from albench.api.nearest import did_you_mean
from albench.errors import PluginError
from albench.foreign import foreign_code
from albench.metrics.catalogue import METRICS
from albench.metrics.unequal_classes import macro_f1, recall
from albench.spelt_keys import as_spelt

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from albench.metrics.catalogue import Score

GROUP = "albench.metrics"
"""The group of entry points under which plugins announce functions."""

RECALL = "recall_"
"""Before the name of a class: the recall of that class."""

MORE: dict[str, Score] = {"macro_f1": macro_f1}
"""What ships beside the listed metrics, and is computed only where it is asked for."""

_LISTED = {metric.name: metric for metric in METRICS if metric.larger}


def unknown(name: str) -> str:
    """Return what is wrong with the name of a metric, or nothing.

    Parameters
    ----------
    name : str
        As a specification gives it.

    Returns
    -------
    str
        The nearest names and the list; empty if the name can be asked for.
    """
    names = [*_LISTED, *MORE, *_announced()]
    if name in names or (name.startswith(RECALL) and name != RECALL):
        return ""
    hint = did_you_mean(name, names) or "."
    return (
        f"there is no metric {name!r} of which more is better{hint} There are: "
        f"{', '.join(names)}, and {RECALL}CLASS for each class"
    )


def class_of(name: str) -> str | None:
    """Return the class whose recall is asked for; None of any other metric."""
    is_recall = name.startswith(RECALL) and name not in {*_LISTED, *MORE, *_announced()}
    return name.removeprefix(RECALL) if is_recall else None


def more_scores(
    names: Sequence[str],
    classes: Sequence[str],
    labels: NDArray[np.intp],
    proba: NDArray[np.floating],
) -> dict[str, float]:
    """Return the scores that are asked for and not computed anyway.

    Parameters
    ----------
    names : sequence of str
        As the specification gives them.
    classes : sequence of str
        In their order.
    labels : ndarray of int, shape (n,)
        Class numbers.
    proba : ndarray of float, shape (n, n_classes)
        Class probabilities.

    Returns
    -------
    dict of str to float
        A recall is NaN where there is no such class.

    Raises
    ------
    PluginError
        If a metric is not installed here, or fails.
    """
    return {
        name: _score(name, classes, labels, proba)
        for name in names
        if name not in {metric.name for metric in METRICS}
    }


def _score(
    name: str,
    classes: Sequence[str],
    labels: NDArray[np.intp],
    proba: NDArray[np.floating],
) -> float:
    wanted = class_of(name)
    if wanted is not None:
        spelt = as_spelt([wanted], classes)[0]
        if spelt not in classes:
            return math.nan
        return recall(labels, proba, classes.index(spelt))
    if name in MORE:
        return MORE[name](labels, proba)
    return _of_plugin(name, labels.copy(), proba.copy())


def _of_plugin(name: str, labels: NDArray[np.intp], proba: NDArray[np.floating]) -> float:
    entry = _announced().get(name)
    if entry is None:
        raise PluginError(f"the metric {name!r} is not installed here: {unknown(name)}")
    who = f"metric {name} ({entry.value})"
    try:
        with foreign_code():
            answer = entry.load()(labels, proba)
            return float(answer)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin's function may do anything
        raise PluginError(f"{who} fails: {type(error).__name__}: {error}") from error


@cache
def _announced() -> dict[str, importlib.metadata.EntryPoint]:
    return {entry.name: entry for entry in importlib.metadata.entry_points(group=GROUP)}
