"""What every cell of a block needs, made once: samples decoded, frozen trunks run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.cohort.cache import FeatureCache

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from albench.api.modality import Modality
    from albench.cohort.join import Cohort
    from albench.plan import LoaderPlan, ModelPlan
    from albench.registry import Component


@dataclass(frozen=True)
class Request:
    """The data of one cohort on one set of modalities, for one model.

    Parameters
    ----------
    cohort : Cohort
        Joined.
    loaders : mapping of str to LoaderPlan
        Of the modalities in use.
    component : Component
        The model.
    model : ModelPlan
        The model's options.
    cache : Path
        The folder of the feature cache.
    """

    cohort: Cohort
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
    gaps : tuple of str
        The modalities whose vectors hold NaN for what is missing.
    """

    cohort: Cohort
    component: Component
    shapes: Mapping[str, tuple[int, ...]]
    arrays: Mapping[str, Path]
    gaps: tuple[str, ...] = ()


def prepare(request: Request, _emit: Callable[[Any], None]) -> Prepared:
    """Return where a block's data lie, after having put there what was missing.

    Parameters
    ----------
    request : Request
        What is needed.
    _emit : callable
        Not used: there is nothing to tell on the way.

    Returns
    -------
    Prepared
        Paths into the feature cache, which all cells map into memory.

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
        key: open_loader(plan, f"cohorts.{request.cohort.name}.modalities.{key}")
        for key, plan in request.loaders.items()
    }
    shapes = {key: modality.shape for key, modality in modalities.items()}
    component = request.component
    model = component.load()(**component.arguments(request.model.options))
    with torch_seeded(0):  # only its trunks are looked at
        trunks = model.build(shapes, len(request.cohort.classes)).trunks
    cache = FeatureCache(request.cache)
    arrays = {
        key: _on_disk(features(modality, trunks.get(key), cache), modality, cache)
        for key, modality in modalities.items()
    }
    gaps = tuple(key for key, modality in modalities.items() if modality.has_gaps)
    return Prepared(request.cohort, request.component, shapes, arrays, gaps)


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
