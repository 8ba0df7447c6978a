"""The loader of this package, announced; importing this imports no pydicom."""

from collections.abc import Iterable
from pathlib import Path

from albench.api import Descriptor, Kind, Option, hookimpl

DICOM = Descriptor(
    name="dicom",
    kind=Kind.LOADER,
    target="albench_dicom.loader:load",
    summary="DICOM ultrasound, stills and frames of videos, with subjects under pseudonyms",
    options=(
        Option(
            name="manifest",
            type=Path,
            required=True,
            help="a CSV file with the column path and, if you like, subject, modality and label",
        ),
        Option(
            name="salt",
            type=Path,
            required=True,
            help="a file with a secret of 16 characters or more, from which pseudonyms are made",
        ),
        Option(
            name="modality", type=str, help="whose rows to take; silent: the manifest's only one"
        ),
        Option(
            name="unlabelled",
            type=str,
            default="refuse",
            choices=("refuse", "drop"),
            help="rows without a label: refuse them, or leave out subjects that have none",
        ),
        Option(
            name="literal",
            type=list,
            help="words such as NA or None that are not missing values here",
        ),
        Option(
            name="separator",
            type=str,
            default=",",
            choices=(",", ";", "\t", "|"),
            help="what stands between the fields of the manifest",
        ),
        Option(
            name="size",
            type=int,
            default=224,
            minimum=1,
            maximum=4096,
            help="pixels a side of the square that each region is stretched to",
        ),
        Option(
            name="channels", type=int, default=3, minimum=1, maximum=3, help="3 (RGB) or 1 (grey)"
        ),
        Option(
            name="frames",
            type=int,
            default=1,
            minimum=1,
            help="how many frames of a video to take, evenly spaced; all if it has fewer",
        ),
        Option(
            name="region",
            type=str,
            default="ultrasound",
            choices=("ultrasound", "box", "whole"),
            help="the largest region of tissue that the header names, a fixed box, or everything",
        ),
        Option(name="box", type=list, help="the region: x, y, width, height in pixels"),
        Option(
            name="burned_in",
            type=bool,
            default=False,
            help="true takes whole pictures although their header says that text is burned in",
        ),
        Option(
            name="root",
            type=Path,
            help="the folder that paths are relative to and may not leave; silent: the manifest's",
        ),
        Option(
            name="max_pixels",
            type=int,
            default=50_000_000,
            minimum=1,
            help="a frame with more pixels is refused as a decompression bomb",
        ),
        Option(
            name="bits",
            type=int,
            minimum=8,
            maximum=16,
            help="how many bits grey values without a window use; silent: what the header says",
        ),
    ),
    citation="DICOM PS3.3, C.8.5.5 US Region Calibration and C.8.5.6 US Image",
)


@hookimpl
def albench_loaders() -> Iterable[Descriptor]:
    """Return the one loader of this package.

    Returns
    -------
    iterable of Descriptor
        ``dicom``.
    """
    return (DICOM,)
