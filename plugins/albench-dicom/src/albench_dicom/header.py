"""What is read of a header: how to decode the pixels, where the tissue is, and whose it is."""

import io
from pathlib import Path

import pydicom
from pydicom import Dataset
from pydicom.pixels import get_decoder  # type: ignore[attr-defined]  # re-exported without saying so

from albench_dicom.silence import Unusable, quoting_nothing

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")

SHAPE = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
)

PALETTE = tuple(
    f"{prefix}PaletteColorLookupTable{part}"
    for colour in ("Red", "Green", "Blue")
    for prefix, part in ((colour, "Descriptor"), (colour, "Data"), (f"Segmented{colour}", "Data"))
)

GREY = ("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth", "VOILUTFunction")

PLACE = ("SequenceOfUltrasoundRegions", "BurnedInAnnotation")

EXTRAS = {
    "1.2.840.10008.1.2.4.57": "jpeg-lossless",
    "1.2.840.10008.1.2.4.70": "jpeg-lossless",
    "1.2.840.10008.1.2.4.80": "jpeg-ls",
    "1.2.840.10008.1.2.4.81": "jpeg-ls",
    "1.2.840.10008.1.2.4.201": "htj2k",
    "1.2.840.10008.1.2.4.202": "htj2k",
    "1.2.840.10008.1.2.4.203": "htj2k",
}
"""What to install for a transfer syntax that Pillow cannot decode."""


def content_of(file: Path) -> bytes:
    """Return the bytes of a file.

    Parameters
    ----------
    file : Path
        Whose name is not quoted.

    Returns
    -------
    bytes
        Of the whole file. One that is not there is `Unusable`.

    Raises
    ------
    Unusable
        If there is no such file.
    """
    if not file.exists():
        raise Unusable("its file does not exist")
    with quoting_nothing("its file cannot be read"):
        return file.read_bytes()


def dataset_of(content: bytes, *, whose: bool = False) -> Dataset:
    """Return the few elements of a file that are needed, and its pixels.

    Parameters
    ----------
    content : bytes
        Of a DICOM file with its preamble.
    whose : bool
        Whether to read the patient's id too; no other identifier is ever read.

    Returns
    -------
    Dataset
        Of an image that can be decoded here. A file that is no such image is `Unusable`.
    """
    tags = [*PIXELS, *SHAPE, *PALETTE, *GREY, *PLACE, *(["PatientID"] if whose else [])]
    with quoting_nothing("it is no DICOM file, or a damaged one"):
        dataset = pydicom.dcmread(io.BytesIO(content), specific_tags=list(tags))
        _require_image(dataset)
        _require_decoder(dataset)
    return dataset


def _require_image(dataset: Dataset) -> None:
    if not any(name in dataset for name in PIXELS):
        raise Unusable("it has no pixels: it is a DICOM file, but not of an image")
    if "PixelData" not in dataset:
        raise Unusable("its pixels are fractions, allowed are whole numbers")
    missing = [name for name in ("Rows", "Columns", "BitsAllocated") if name not in dataset]
    if missing:
        raise Unusable(f"its header lacks {', '.join(missing)}")


def _require_decoder(dataset: Dataset) -> None:
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax is None:
        raise Unusable("its header does not say how the pixels are stored (Transfer Syntax UID)")
    if not get_decoder(syntax).is_available:
        extra = EXTRAS.get(str(syntax))
        remedy = f": pip install 'albench-dicom[{extra}]'" if extra else ""
        raise Unusable(f"no decoder of {syntax.name} is installed{remedy}")
