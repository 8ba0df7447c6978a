"""The loaders that ship with albench, announced; importing this imports no data."""

from collections.abc import Iterable
from pathlib import Path

from albench.api import Descriptor, Kind, Option, hookimpl
from albench.loaders.liver import descriptors as liver
from albench.loaders.public import descriptors as public
from albench.loaders.traps import descriptors as traps

DIGITS = Descriptor(
    name="digits",
    kind=Kind.LOADER,
    target="albench.loaders.digits:load",
    summary="1,797 real handwritten digits: 8x8 pixels, Fourier or projection features",
    options=(
        Option(
            name="view",
            type=str,
            default="pixels",
            choices=("pixels", "fourier", "profile"),
            help="8x8 images; 34 Fourier magnitudes; 16 means of rows and columns",
        ),
    ),
    citation="Alpaydin and Kaynak 1998, UCI Optical Recognition of Handwritten Digits",
)

BREAST_CANCER = Descriptor(
    name="breast-cancer",
    kind=Kind.LOADER,
    target="albench.loaders.breast_cancer:load",
    summary="569 real breast masses: mean, error or worst of ten measures of their nuclei",
    options=(
        Option(
            name="view",
            type=str,
            default="mean",
            choices=("mean", "error", "worst"),
            help="how a measure is taken over the nuclei of a mass",
        ),
    ),
    citation="Street, Wolberg and Mangasarian 1993, Wisconsin Diagnostic Breast Cancer",
)

UNLABELLED = Option(
    name="unlabelled",
    type=str,
    default="refuse",
    choices=("refuse", "drop"),
    help="rows without a label: refuse them, or leave out subjects that have none",
)
LITERAL = Option(
    name="literal",
    type=list,
    help="words such as NA or None that are not missing values here",
)
SEPARATOR = Option(
    name="separator", type=str, default=",", help="what stands between the fields of a CSV file"
)

TABLE = Descriptor(
    name="table",
    kind=Kind.LOADER,
    target="albench.loaders.table:load",
    summary="rows of numbers from a CSV or Parquet file",
    options=(
        Option(name="path", type=Path, required=True, help="the CSV or Parquet file"),
        Option(name="subject", type=str, default="subject", help="the column with the subject"),
        Option(
            name="label",
            type=str,
            default="label",
            help="the column with the label; empty if another modality has the labels",
        ),
        Option(
            name="features",
            type=list,
            help="the columns to read; silent: every other column that holds a number",
        ),
        Option(name="categorical", type=list, help="columns to read as levels, one feature each"),
        Option(
            name="facts",
            type=list,
            help="columns such as fold or site, by which splits may go and which are no features",
        ),
        Option(
            name="missing",
            type=str,
            default="refuse",
            choices=("refuse", "mean", "indicator"),
            help="features without a value: refuse, the training mean, or that and an indicator",
        ),
        UNLABELLED,
        LITERAL,
        SEPARATOR,
        Option(
            name="decimal",
            type=str,
            default=".",
            choices=(".", ","),
            help="the decimal mark of numbers in text",
        ),
    ),
)

EMBEDDINGS = Descriptor(
    name="embeddings",
    kind=Kind.LOADER,
    target="albench.loaders.embeddings.loader:load",
    summary="vectors that another program has made: NumPy, safetensors, Parquet, or shards",
    options=(
        Option(name="path", type=Path, required=True, help="the file, or the folder of shards"),
        Option(name="key", type=str, help="the array or column; silent: the only one of vectors"),
        Option(
            name="table",
            type=Path,
            help="subjects and labels, one row per vector; silent: what stands in the file itself",
        ),
        Option(
            name="match",
            type=str,
            help="the column of file and table that matches their rows; silent: their order",
        ),
        Option(
            name="subject",
            type=str,
            help="the column with the subject; empty: every row is its own",
        ),
        Option(
            name="label",
            type=str,
            default="label",
            help="the column with the label; empty if another modality has the labels",
        ),
        UNLABELLED,
        LITERAL,
        SEPARATOR,
    ),
)

IMAGES = Descriptor(
    name="images",
    kind=Kind.LOADER,
    target="albench.loaders.images:load",
    summary="pictures listed in a manifest of subject, modality, path and label",
    options=(
        Option(name="manifest", type=Path, required=True, help="the CSV file"),
        Option(
            name="modality", type=str, help="whose rows to take; silent: the manifest's only one"
        ),
        UNLABELLED,
        LITERAL,
        SEPARATOR,
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
            name="root",
            type=Path,
            help="the folder that paths are relative to and may not leave; silent: the manifest's",
        ),
        Option(
            name="max_pixels",
            type=int,
            default=50_000_000,
            minimum=1,
            maximum=178_956_970,
            help="a picture with more pixels is refused as a decompression bomb",
        ),
        Option(
            name="region",
            type=str,
            default="whole",
            choices=("whole", "box", "yellow-frame", "roi-square"),
            help="the part of a picture that is taken",
        ),
        Option(name="box", type=list, help="the region: x, y, width, height in pixels"),
        Option(
            name="colour",
            type=str,
            default="yellow",
            help="of the frame round the region: a name of CSS or #rrggbb, but no grey",
        ),
        Option(
            name="bits",
            type=int,
            default=16,
            minimum=8,
            maximum=16,
            help="how many bits the grey values of 16-bit pictures use; the upper 8 are taken",
        ),
    ),
)

PICTURE_FOLDERS = Descriptor(
    name="picture-folders",
    kind=Kind.LOADER,
    target="albench.loaders.picture_folders:load",
    summary="pictures whose class and subject stand in their paths, such as a folder a class",
    options=(
        Option(name="path", type=Path, required=True, help="the folder the pictures are below"),
        Option(
            name="files",
            type=str,
            required=True,
            help="the pattern of their paths, such as {label}/{subject}/*.png",
        ),
        Option(
            name="subject",
            type=str,
            help="what subjects are called, by placeholders of files; silent: {subject}, if it is "
            "there, else each picture is its own",
        ),
        Option(
            name="size",
            type=int,
            default=224,
            minimum=1,
            maximum=4096,
            help="pixels a side of the square that each picture is stretched to",
        ),
        Option(
            name="channels", type=int, default=3, minimum=1, maximum=3, help="3 (RGB) or 1 (grey)"
        ),
    ),
)


@hookimpl
def albench_loaders() -> Iterable[Descriptor]:
    """Return what ships with albench.

    Returns
    -------
    iterable of Descriptor
        Real sets, loaders of local files, and simulated cohorts.
    """
    return (
        DIGITS,
        BREAST_CANCER,
        TABLE,
        EMBEDDINGS,
        IMAGES,
        PICTURE_FOLDERS,
        *public.DESCRIPTORS,
        *liver.DESCRIPTORS,
        *traps.DESCRIPTORS,
    )
