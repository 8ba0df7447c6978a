"""What every cell of a block needs, made once: samples decoded, frozen trunks run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.cohort.cache import FeatureCache
from albench.errors import AlbenchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from albench.api.modality import Modality
    from albench.cohort.join import Cohort
    from albench.execute.child import Line
    from albench.plan import LoaderPlan, ModelPlan
    from albench.registry import Component


@dataclass(frozen=True)
class Request:
    """The data of one cohort on one set of modalities, for one model.

    Parameters
    ----------
    cohort : str
        The cohort's name.
    n_classes : int
        How many classes it has.
    loaders : mapping of str to LoaderPlan
        Of the modalities in use.
    component : Component
        The model.
    model : ModelPlan
        The model's options.
    cache : Path
        The folder of the feature cache.
    """

    cohort: str
    n_classes: int
    loaders: Mapping[str, LoaderPlan]
    component: Component
    model: ModelPlan
    cache: Path


@dataclass(frozen=True)
class Prepared:
    """A block's data on disk, for every cell of it.

    Parameters
    ----------
    cohort : Cohort
        Joined.
    component : Component
        The model.
    shapes : mapping of str to tuple of int
        Of one sample of each modality, for `FusionModel.build`.
    arrays : mapping of str to Path
        The file of each modality, all rows: samples, or the outputs of a frozen trunk.
    """

    cohort: Cohort
    component: Component
    shapes: Mapping[str, tuple[int, ...]]
    arrays: Mapping[str, Path]


def prepare(request: Request, _line: Line) -> dict[str, Any]:
    """Return where a block's data lie, after having put there what was missing.

    Parameters
    ----------
    request : Request
        What is needed.
    _line : Line
        Not used: there is nothing to tell on the way.

    Returns
    -------
    dict
        Plain, for `read_prepared`: shapes, and paths into the feature cache, which all cells map
        into memory.

    Raises
    ------
    DataError
        If a sample cannot be read; names file and subject.
    WeightsError
        If the model's weights are not to be had.
    """
    from albench.learn.extraction import features
    from albench.plan import open_loader
    from albench.seeds import torch_seeded

    modalities = {
        key: open_loader(plan, f"cohorts.{request.cohort}.modalities.{key}")
        for key, plan in request.loaders.items()
    }
    shapes = {key: modality.shape for key, modality in modalities.items()}
    component = request.component
    model = component.load()(**component.arguments(request.model.options))
    with torch_seeded(0):  # only its trunks are looked at
        trunks = model.build(shapes, request.n_classes).trunks
    cache = FeatureCache(request.cache)
    arrays = {
        key: _on_disk(features(modality, trunks.get(key), cache), modality, cache)
        for key, modality in modalities.items()
    }
    return {
        "shapes": {key: list(shape) for key, shape in shapes.items()},
        "arrays": {key: str(path) for key, path in arrays.items()},
    }


def read_prepared(
    told: Any, modalities: Sequence[str]
) -> tuple[dict[str, tuple[int, ...]], dict[str, Path]]:
    """Return what `prepare` gave, which comes from a process that has run plugins.

    Parameters
    ----------
    told : object
        As it came.
    modalities : sequence of str
        Those that were asked for.

    Returns
    -------
    shapes, arrays : dict
        As in `Prepared`.

    Raises
    ------
    AlbenchError
        If it is anything else.
    """
    shapes, arrays = _table(told, "shapes", modalities), _table(told, "arrays", modalities)
    are_shapes = all(
        isinstance(shape, list) and all(type(size) is int and size > 0 for size in shape)
        for shape in shapes.values()
    )
    are_files = all(isinstance(path, str) and Path(path).is_file() for path in arrays.values())
    if not (are_shapes and are_files):
        raise AlbenchError("the answer names no shapes, or files that are not there")
    return (
        {key: tuple(shape) for key, shape in shapes.items()},
        {key: Path(path) for key, path in arrays.items()},
    )


def _table(told: Any, name: str, modalities: Sequence[str]) -> dict[str, Any]:
    table = told.get(name) if isinstance(told, dict) else None
    if not isinstance(table, dict) or list(table) != list(modalities):
        raise AlbenchError(f"the answer has no {name} of {', '.join(modalities)}")
    return table


def _on_disk(array: NDArray[Any], modality: Modality, cache: FeatureCache) -> Path:
    """Return the file of an array, writing it to the cache if it only lies in memory."""
    if isinstance(array, np.memmap):
        return Path(str(array.filename))

    def fill(target: NDArray[Any]) -> None:
        target[...] = array

    key = f"samples {modality.fingerprint}"
    stored = cache.build(key, array.shape, array.dtype, fill, modality.note)
    if not isinstance(stored, np.memmap):
        raise TypeError("the cache gave an array that is not on disk")
    return Path(str(stored.filename))
