"""Stored values as the grey levels that a header wants shown: tables, rescaling, windows."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from albench_dicom.silence import Unusable

Levels = NDArray[np.float64]
Ends = tuple[float, float]
"""The values that become black and white."""

GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
MACROS = ("PixelValueTransformationSequence", "FrameVOILUTSequence")
"""Where multi-frame headers keep what `ELEMENTS` are elsewhere (PS3.3, C.7.6.16)."""

TABLES = ("ModalityLUTSequence", "VOILUTSequence")

ELEMENTS = (
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    *TABLES,
)


def grey_levels(
    stored: NDArray[np.generic], dataset: Dataset, number: int, bits: int | None = None
) -> NDArray[np.uint8]:
    """Return stored values as grey levels, 0 to 255.

    They go through the Modality look-up table or rescaling, and then through the first window or,
    if there is none, the first VOI look-up table; without either all stored bits are spread over
    the levels. An element without a value counts as absent.

    Parameters
    ----------
    stored : ndarray
        The values of one frame.
    dataset : Dataset
        Its header.
    number : int
        The frame's, from 0.
    bits : int or None
        How many bits are spread over the levels; None is the header's Bits Stored.

    Returns
    -------
    ndarray of uint8
        Of the same shape. A header that asks for what cannot be shown is `Unusable`.
    """
    wanted = _of_frame(dataset, number)
    values, ends = _measured(stored.astype(np.float64), dataset, wanted, bits)
    windows = list(_windows(wanted))
    if windows:
        shown = _windowed(values, *windows[0], wanted.get("VOILUTFunction") or "LINEAR")
    elif wanted.get("VOILUTSequence"):
        table = _Table(wanted.VOILUTSequence[0], dataset)
        shown = _spread(table.applied(values), (0.0, 2.0**table.bits - 1))
    else:
        shown = _spread(values, ends)
    grey: NDArray[np.uint8] = np.rint(255 * shown).astype(np.uint8)
    return grey


def spreads_all_bits(dataset: Dataset) -> bool:
    """Return whether all of more than 8 bits are spread over the grey levels.

    Parameters
    ----------
    dataset : Dataset
        Its header.

    Returns
    -------
    bool
        False for colours, and where a window or table says what is black and white.
    """
    is_grey = str(dataset.get("PhotometricInterpretation")).startswith("MONOCHROME")
    wanted = _of_frame(dataset, 0)
    says = any(_windows(wanted)) or any(wanted.get(name) for name in TABLES)
    return is_grey and not says and int(dataset.BitsStored) > 8


def is_shown_by_later_rules(dataset: Dataset) -> bool:
    """Return whether a header has what was passed over or taken wrongly at first.

    Such files have another fingerprint than they had, so that what was cached of them is not used.

    Parameters
    ----------
    dataset : Dataset
        Its header.

    Returns
    -------
    bool
        True for look-up tables, windows without a value, and those of functional groups.
    """
    if not str(dataset.get("PhotometricInterpretation")).startswith("MONOCHROME"):
        return False
    if any(group.get(macro) for group in _groups(dataset) for macro in MACROS):
        return True
    both = "WindowCenter" in dataset and "WindowWidth" in dataset
    first = [_numbers(dataset, name)[:1] for name in ("WindowCenter", "WindowWidth")]
    lacks_value = both and any(values in ([], [None]) for values in first)
    has_table = dataset.get("VOILUTSequence") and not any(_windows(dataset))
    return bool(lacks_value or has_table or dataset.get("ModalityLUTSequence"))


def _of_frame(dataset: Dataset, number: int) -> Dataset:
    """Return the `ELEMENTS` of a frame; its own come before those of all frames."""
    macros = (group.get(macro) or [] for group in _groups(dataset, number) for macro in MACROS)
    elements = Dataset()
    for source in (dataset, *(item for macro in macros for item in macro[:1])):
        for name in ELEMENTS:
            if name in source:
                elements[name] = source[name]
    return elements


def _groups(dataset: Dataset, number: int | None = None) -> Iterator[Dataset]:
    """Yield the functional groups of all frames, and then that of one, or those of each."""
    yield from dataset.get(GROUPS[0]) or []
    own = list(dataset.get(GROUPS[1]) or [])
    yield from own if number is None else own[number : number + 1]


def _measured(
    values: Levels, dataset: Dataset, wanted: Dataset, bits: int | None
) -> tuple[Levels, Ends]:
    """Return the values in the modality's unit, and the least and the most they can be."""
    if wanted.get("ModalityLUTSequence"):
        table = _Table(wanted.ModalityLUTSequence[0], dataset)
        return table.applied(values), (float(table.entries.min()), float(table.entries.max()))
    low, high = _stored_range(dataset, bits)
    slope, intercept = _number(wanted, "RescaleSlope", 1), _number(wanted, "RescaleIntercept", 0)
    if slope == 0:
        raise Unusable("its Rescale Slope is 0, which makes all grey levels one: fix or remove it")
    ends = (slope * low + intercept, slope * high + intercept)
    return slope * values + intercept, (min(ends), max(ends))


def _stored_range(dataset: Dataset, bits: int | None) -> Ends:
    levels = 2.0 ** (bits or int(dataset.BitsStored))
    is_signed = dataset.get("PixelRepresentation", 0) == 1
    return (-levels / 2, levels / 2 - 1) if is_signed else (0.0, levels - 1)


def _windows(wanted: Dataset) -> Iterator[tuple[float, float]]:
    """Yield the centre and width of each window that has both."""
    centres, widths = _numbers(wanted, "WindowCenter"), _numbers(wanted, "WindowWidth")
    for centre, width in zip(centres, widths, strict=False):
        if centre is not None and width is not None:
            yield centre, width


def _windowed(values: Levels, centre: float, width: float, function: str) -> Levels:
    """Return 0 to 1, black to white (PS3.3, C.11.2.1.2 and C.11.2.1.3)."""
    least = 1.0 if function == "LINEAR" else 0.0
    if not (np.isfinite(centre) and np.isfinite(width)) or width < least or width == 0:
        raise Unusable(
            "its window has no width that can be shown (Window Width: LINEAR ones are 1 or more, "
            "others above 0): fix it, or remove Window Center and Window Width from the header"
        )
    if function == "LINEAR":
        half = (width - 1) / 2
        return _spread(values, (centre - 0.5 - half, centre - 0.5 + half))
    if function == "LINEAR_EXACT":
        return _spread(values, (centre - width / 2, centre + width / 2))
    if function == "SIGMOID":
        steep: Levels = 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -700, 700)))
        return steep
    raise Unusable(
        "its VOI LUT Function is none that is known (LINEAR, LINEAR_EXACT, SIGMOID): fix it"
    )


def _spread(values: Levels, ends: Ends) -> Levels:
    low, high = ends
    shown: Levels = ((values - low) / max(high - low, 1e-9)).clip(0, 1)
    return shown


class _Table:
    """A look-up table (PS3.3, C.11.1.1 and C.11.2.1.1).

    pydicom 3.0.2 applies such tables too, but counts entries in the type of its outputs, so that
    a table from 12 bits to 8 shows noise.
    """

    def __init__(self, item: Dataset, dataset: Dataset) -> None:
        if not (item.get("LUTDescriptor") and item.get("LUTData")):
            raise Unusable("its look-up table is empty: fix or remove it (LUT Descriptor, Data)")
        n_entries, self.first, self.bits = (int(value) for value in item.LUTDescriptor)
        entries = _unpacked(item.LUTData, n_entries or 2**16, dataset)
        if len(entries) < (n_entries or 2**16):
            raise Unusable("its look-up table is shorter than its header says: fix or remove it")
        self.entries = entries[: n_entries or 2**16].astype(np.float64)

    def applied(self, values: Levels) -> Levels:
        places = np.rint(values - self.first).clip(0, len(self.entries) - 1).astype(np.intp)
        return self.entries[places]


def _unpacked(data: object, n_entries: int, dataset: Dataset) -> NDArray[np.generic]:
    if not isinstance(data, bytes):
        return np.atleast_1d(np.asarray(data))
    if len(data) < 2 * n_entries:  # entries of 8 bits, two a word
        return np.frombuffer(data, dtype=np.uint8)
    order = "<" if dataset.file_meta.TransferSyntaxUID.is_little_endian else ">"
    return np.frombuffer(data[: 2 * n_entries], dtype=f"{order}u2")


def _number(wanted: Dataset, name: str, default: float) -> float:
    (value, *_) = _numbers(wanted, name) or [None]
    return default if value is None else value


def _numbers(wanted: Dataset, name: str) -> list[float | None]:
    """Return the values of an element, None for those that are there and empty."""
    if not wanted.get(name) and wanted.get(name) != 0:
        return []
    value = wanted[name].value
    values = [value] if isinstance(value, int | float | str) else list(value)
    return [None if part in (None, "") else float(part) for part in values]
