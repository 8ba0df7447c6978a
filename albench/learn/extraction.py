"""What the streams are given of a modality: decoded once, and through its frozen trunk once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from albench.cohort.stored_array import in_place
from albench.learn.devices import resolved
from albench.learn.gaps import require_whole
from albench.learn.mapped_rows import IN_MEMORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from albench.api import Modality, Trunk
    from albench.cohort.cache import FeatureCache

    Array = NDArray[Any]  # uint8 images, or float32

_DECODED = "decoded samples"

_AT_ONCE = 2**22
"""Numbers of vectors in one such block."""

_BATCH = {"cpu": 8, "cuda": 64}
"""Images a pass: measured best on a CPU, and enough to fill a GPU."""


def features(
    modality: Modality,
    trunk: Trunk | None,
    cache: FeatureCache,
    *,
    batch_size: int | None = None,
    device: str = "auto",
    name: str = "",
) -> Array:
    """Return what the stream of a modality is given, for all its rows.

    Parameters
    ----------
    modality : Modality
        The samples.
    trunk : Trunk or None
        The frozen trunk whose outputs are wanted; None wants the samples themselves.
    cache : FeatureCache
        Where outputs of trunks and decoded images are kept; vectors without a trunk are just read,
        unless they are large.
    batch_size : int or None
        Samples a pass; None takes what suits the device.
    device : str
        Where the trunk runs.
    name : str
        The modality's name, noted in the cache for people.

    Returns
    -------
    ndarray, shape (n_rows, *shape)
        Outputs of the trunk (float32), images as they were read, or vectors: float32, or what the
        file that they are mapped from holds.
    """
    where = resolved(device)
    size = batch_size or _BATCH.get(where.type, _BATCH["cpu"])
    if trunk is not None:
        return cache.build(
            f"{modality.fingerprint} through {trunk.key}",
            (len(modality), *trunk.shape),
            np.float32,
            lambda out: _through(trunk, modality, out, size, where),
            note=f"{name} through {trunk.key}",
        )
    is_large = len(modality.shape) == 1 and len(modality) * modality.shape[0] > IN_MEMORY
    if is_large and modality.mapped is not None:
        return _in_place(modality, modality.mapped)
    if is_large:
        return cache.build(
            f"samples {modality.fingerprint}",
            (len(modality), *modality.shape),
            np.float32,
            lambda out: _copied(modality, out),
            note=modality.note,
        )
    if len(modality.shape) == 1:
        vectors = modality.read(np.arange(len(modality))).astype(np.float32, copy=False)
        require_whole(vectors, modality)
        return vectors
    return cache.build(
        f"{modality.fingerprint} {_DECODED}",
        (len(modality), *modality.shape),
        modality.read(np.arange(1)).dtype,
        lambda out: _decoded(modality, out, size),
        note=f"{name} {_DECODED}",
    )


def _in_place(modality: Modality, file: Path) -> Array:
    vectors = in_place(file, f"samples {modality.fingerprint}").open()
    require_whole(vectors, modality)
    return vectors


def _copied(modality: Modality, out: Array) -> None:
    _decoded(modality, out, max(1, _AT_ONCE // modality.shape[0]))
    require_whole(out, modality)


def _decoded(modality: Modality, out: Array, batch_size: int) -> None:
    for rows, samples in _read_ahead(modality.read, len(modality), batch_size):
        out[rows] = samples


def _through(
    trunk: Trunk, modality: Modality, out: Array, batch_size: int, device: torch.device
) -> None:
    module = trunk.load().to(device)
    with torch.inference_mode():
        for rows, samples in _read_ahead(modality.read, len(modality), batch_size):
            x = torch.from_numpy(np.require(samples, requirements=["C", "W"])).to(
                device, non_blocking=True
            )
            x = x.float().div_(255.0) if x.dtype == torch.uint8 else x.float()
            out[rows] = module(x).cpu().numpy()


def _read_ahead(
    read: Callable[[NDArray[np.intp]], Array], n_rows: int, batch_size: int
) -> Iterator[tuple[slice, Array]]:
    """Yield batches, the next two being read in a thread while one is in use."""
    starts = range(0, n_rows, batch_size)
    slices = [slice(start, min(start + batch_size, n_rows)) for start in starts]
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader") as reader:
        ahead = [reader.submit(read, np.arange(rows.start, rows.stop)) for rows in slices[:_AHEAD]]
        for number, rows in enumerate(slices):
            samples = ahead.pop(0).result()
            if number + _AHEAD < len(slices):
                later = slices[number + _AHEAD]
                ahead.append(reader.submit(read, np.arange(later.start, later.stop)))
            yield rows, samples


_AHEAD = 2
"""Batches that are read before they are needed; more would only hold memory."""
