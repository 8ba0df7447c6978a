"""What is read of a header: how to decode the pixels, where the tissue is, and whose it is."""

import io
from pathlib import Path

import pydicom
from pydicom import Dataset
from pydicom.pixels import get_decoder  # type: ignore[attr-defined]  # re-exported without saying so

from albench_dicom.greys import ELEMENTS, GROUPS, MACROS
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

NEEDED = (
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PixelRepresentation",
)

COLOURS = (
    "MONOCHROME1",
    "MONOCHROME2",
    "PALETTE COLOR",
    "RGB",
    "YBR_FULL",
    "YBR_FULL_422",
    "YBR_ICT",
    "YBR_RCT",
)
"""What becomes RGB; pydicom leaves others as they are, which would be taken for RGB."""

PLACE = ("SequenceOfUltrasoundRegions", "BurnedInAnnotation", "PixelPresentation")

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

VIDEOS = ("MPEG", "Fragmentable MPEG", "HEVC", "SMPTE")
"""How the names of transfer syntaxes begin whose frames depend on one another."""

FOREIGN = {
    b"\x1f\x8b": "a gzip archive: unpack it",
    b"PK\x03\x04": "a zip archive: unpack it",
    b"\x89PNG": "a PNG picture: the loader 'images' reads it",
    b"\xff\xd8\xff": "a JPEG picture: the loader 'images' reads it",
    b"II*\0": "a TIFF picture: the loader 'images' reads it",
    b"MM\0*": "a TIFF picture: the loader 'images' reads it",
    b"RIFF": "a video or a WebP picture: the loader 'images' reads pictures, and frames of videos",
    b"%PDF": "a PDF document",
}
"""First bytes of files that lie among DICOM files by mistake."""


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
    _require_dicom(content)
    tags = [
        *PIXELS,
        *SHAPE,
        *PALETTE,
        *ELEMENTS,
        *GROUPS,
        *PLACE,
        *(["PatientID"] if whose else []),
    ]
    with quoting_nothing("it is a damaged DICOM file"):
        dataset = pydicom.dcmread(io.BytesIO(content), specific_tags=list(tags))
    # What is lacking is said by name; other looks at elements that are converted only now may fail.
    with quoting_nothing("its header cannot be read"):
        _require_pixels(dataset)
        _require_elements(dataset)
        _require_decoder(dataset)
        _require_colours(dataset)
        _tidy(dataset)
    return dataset


def _require_dicom(content: bytes) -> None:
    if not content:
        raise Unusable("its file is empty")
    if content[128:132] == b"DICM":
        return
    if content[:2] in (b"\x08\x00", b"\x02\x00", b"\x00\x08"):  # group numbers
        raise Unusable(
            "it is not a DICOM file, or one without its first 132 bytes (preamble and mark): write "
            "it again, as pydicom's dcmread(force=True) and save_as(enforce_file_format=True) do"
        )
    for start, kind in FOREIGN.items():
        if content.startswith(start):
            raise Unusable(f"it is not a DICOM file but {kind}")
    raise Unusable("it is not a DICOM file: the mark DICM is not where it should be, at byte 128")


def _require_pixels(dataset: Dataset) -> None:
    if not any(name in dataset for name in PIXELS):
        raise Unusable("it has no pixels: it is a DICOM file, but not of an image")
    if "PixelData" not in dataset:
        raise Unusable("its pixels are fractions, allowed are whole numbers")
    if not dataset["PixelData"].value:
        raise Unusable("it has no pixels: its Pixel Data are empty")


def _require_elements(dataset: Dataset) -> None:
    needed = [*NEEDED, *(["PlanarConfiguration"] if dataset.get("SamplesPerPixel") == 3 else [])]
    missing = [name for name in needed if dataset.get(name) in (None, "")]
    if missing:
        raise Unusable(f"its header lacks {', '.join(missing)}, or has no value there: add it")


def _require_decoder(dataset: Dataset) -> None:
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if not syntax:
        raise Unusable("its header does not say how the pixels are stored (Transfer Syntax UID)")
    # A syntax that pydicom does not know is named by its number, which a vendor may have filled.
    name = syntax.name if syntax.name != str(syntax) else "a transfer syntax of a vendor"
    if name.startswith(VIDEOS):
        raise Unusable(
            f"its pixels are a video ({name}), which pydicom does not decode: take frames out as "
            "pictures, and list those in a manifest of the loader 'images'"
        )
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        remedy = "store it again uncompressed, as dcmtk's dcmconv or gdcm's gdcmconv do"
        raise Unusable(f"pydicom has no decoder of {name}: {remedy}") from None
    if not decoder.is_available:
        extra = EXTRAS.get(str(syntax))
        remedy = f": pip install 'albench-dicom[{extra}]'" if extra else ""
        raise Unusable(f"no decoder of {name} is installed{remedy}")


def _require_colours(dataset: Dataset) -> None:
    if dataset.PhotometricInterpretation not in COLOURS:
        allowed = ", ".join(COLOURS)
        raise Unusable(f"its Photometric Interpretation is none of {allowed}: store it as RGB")
    is_grey = dataset.PhotometricInterpretation.startswith("MONOCHROME")
    if is_grey and dataset.get("PixelPresentation") in ("COLOR", "MIXED"):
        raise Unusable(
            "some of its grey values stand for colours (a supplemental palette), which are not "
            "read: store it as RGB"
        )


def _tidy(dataset: Dataset) -> None:
    """Drop a count of frames without a value, and of functional groups all but grey levels."""
    if not dataset.get("NumberOfFrames"):
        dataset.pop("NumberOfFrames", None)
    for group in (group for name in GROUPS for group in dataset.get(name) or []):
        for element in list(group):
            if element.keyword not in MACROS:
                del group[element.tag]
