"""What every cell of a block needs, made once: samples decoded, frozen trunks run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from albench.cohort.cache import FeatureCache
from albench.cohort.stored_array import StoredArray
from albench.errors import AlbenchError
from albench.execute.frames import Message
from albench.execute.stacking_verdicts import NOT_TRIED, Make, StackingVerdict
from albench.execute.trials import Trials
from albench.planning.blame import Blame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from albench.api.modality import Modality
    from albench.cohort.join import Cohort
    from albench.execute.child import ChildLine
    from albench.planning import LoaderPlan, ModelPlan
    from albench.registry import Component


@dataclass(frozen=True)
class PreparationRequest:
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
    tags : mapping of str to str
        By modality: what marks its samples in the cache as made by a working copy's present source;
        empty if its loader is released.
    trunk_tags : mapping of str to str
        The same of the outputs of the modality's frozen trunk, which the model makes as well.
    code : str
        What `code_of` says of the model's source.
    """

    cohort: str
    n_classes: int
    loaders: Mapping[str, LoaderPlan]
    component: Component
    model: ModelPlan
    cache: Path
    tags: Mapping[str, str]
    trunk_tags: Mapping[str, str]
    code: str


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
    arrays : mapping of str to StoredArray
        The file of each modality, all rows: samples, or the outputs of a frozen trunk.
    gaps : tuple of str
        The modalities whose vectors hold NaN for what is missing.
    stackable : StackingVerdict
        Whether its networks can learn in lockstep.
    """

    cohort: Cohort
    component: Component
    shapes: Mapping[str, tuple[int, ...]]
    arrays: Mapping[str, StoredArray]
    gaps: tuple[str, ...] = ()
    stackable: StackingVerdict = NOT_TRIED


def prepare(request: PreparationRequest, line: ChildLine) -> dict[str, Any]:
    """Return where a block's data lie, after having put there what was missing.

    Parameters
    ----------
    request : PreparationRequest
        What is needed.
    line : ChildLine
        Takes what the user should know: of a damaged cache that is made again.

    Returns
    -------
    dict
        Plain, for `read_prepared`: shapes, and places in the feature cache, which all cells map
        into memory.

    Raises
    ------
    DataError
        If a sample cannot be read; names file and subject.
    WeightsError
        If the model's weights are unavailable.
    PluginError
        If a plugin raises anything else; names it and the options to change.
    """
    from albench.learn.extraction import features
    from albench.seeds import torch_seeded

    modalities = {key: _opened(request, key) for key in request.loaders}
    shapes = {key: modality.shape for key, modality in modalities.items()}
    component = request.component
    blame = Blame(f"models.{request.model.label}", component, request.model.options)
    # Only its trunks are looked at.
    with torch_seeded(0), blame.while_("its network was built"):
        model = component.load()(**component.arguments(request.model.options))
        trunks = model.build(shapes, request.n_classes).trunks
    cache = FeatureCache(request.cache, lambda text: line.send(Message("notice", {"text": text})))
    arrays = {}
    for key, modality in modalities.items():
        trunk = trunks.get(key)
        kept = _tagged(modality, (request.trunk_tags if trunk else request.tags)[key])
        with blame.while_("its frozen trunk was run"):
            array = features(kept, blame.loading(trunk) if trunk else None, cache)
        arrays[key] = _stored(array, kept, cache).plain()
    make = Make(component, request.model, shapes, request.n_classes, request.code)
    return {
        "stackable": asdict(Trials(request.cache).verdict(make)),
        "shapes": {key: list(shape) for key, shape in shapes.items()},
        "arrays": arrays,
        "gaps": [key for key, modality in modalities.items() if modality.has_gaps],
    }


def _opened(request: PreparationRequest, key: str) -> Modality:
    from albench.planning import open_loader

    plan, where = request.loaders[key], f"cohorts.{request.cohort}.modalities.{key}"
    modality = replace(open_loader(plan, where), labels=None, marks={})  # no model needs to know
    return Blame(where, plan.component, plan.options).reading(modality)


def _tagged(modality: Modality, tag: str) -> Modality:
    """Return a modality whose name in the cache also says which source made what is kept."""
    return replace(modality, fingerprint=f"{modality.fingerprint} {tag}") if tag else modality


def _stored(array: NDArray[Any], modality: Modality, cache: FeatureCache) -> StoredArray:
    """Return where an array lies, writing it to the cache if it only lies in memory."""

    def fill(target: NDArray[Any]) -> None:
        target[...] = array

    key = f"samples {modality.fingerprint}"
    return cache.stored(array) or cache.store(key, array.shape, array.dtype, fill, modality.note)


def read_prepared(plain: Any, request: PreparationRequest, cohort: Cohort) -> Prepared:
    """Return what `prepare` gave, which comes from a process that has run plugins.

    Parameters
    ----------
    plain : object
        As it came.
    request : PreparationRequest
        What was asked for.
    cohort : Cohort
        Of the block.

    Returns
    -------
    Prepared
        Of the types that it should be of; the files are checked when they are opened.

    Raises
    ------
    AlbenchError
        If it is anything else.
    """
    keys = list(request.loaders)
    shapes, arrays = _table(plain, "shapes", keys), _table(plain, "arrays", keys)
    gaps = plain.get("gaps")
    are_shapes = all(
        isinstance(shape, list) and all(type(size) is int and size > 0 for size in shape)
        for shape in shapes.values()
    )
    if not are_shapes or not isinstance(gaps, list) or not set(map(str, gaps)) <= set(keys):
        raise AlbenchError("the answer names no shapes, or modalities that were not asked for")
    try:
        stored = {key: StoredArray.of_plain(array) for key, array in arrays.items()}
        stackable = StackingVerdict.of_plain(plain.get("stackable"))
    except ValueError as error:
        raise AlbenchError(str(error)) from error
    return Prepared(
        cohort=cohort,
        component=request.component,
        shapes={key: tuple(shape) for key, shape in shapes.items()},
        arrays=stored,
        gaps=tuple(gaps),
        stackable=stackable,
    )


def _table(plain: Any, name: str, keys: Sequence[str]) -> dict[str, Any]:
    table = plain.get(name) if isinstance(plain, dict) else None
    if not isinstance(table, dict) or list(table) != list(keys):
        raise AlbenchError(f"the answer has no {name} of {', '.join(keys)}")
    return table
