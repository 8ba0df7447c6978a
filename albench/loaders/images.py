"""The loader ``images``: pictures listed in a manifest."""

from collections.abc import Sequence
from pathlib import Path

from albench.api import Complaint, DataError, Modality
from albench.loaders.gallery import modality_of
from albench.loaders.manifest_rows import read_manifest
from albench.loaders.pictures import MAX_PIXELS, Framing
from albench.loaders.regions import region_of


def load(  # noqa: PLR0913  # one argument an option of the benchmark
    *,
    manifest: Path,
    modality: str | None = None,
    unlabelled: str = "refuse",
    literal: Sequence[str] | None = None,
    separator: str = ",",
    size: int = 224,
    channels: int = 3,
    root: Path | None = None,
    max_pixels: int = MAX_PIXELS,
    region: str = "whole",
    box: Sequence[int] | None = None,
    colour: str = "yellow",
    bits: int = 16,
) -> Modality:
    """Return the pictures of one modality of a manifest, in its order.

    Every file is opened and checked now, so that a damaged one is known before training starts;
    it is decoded when it is read. Of a file with several frames the first is taken.

    Parameters
    ----------
    manifest : Path
        A CSV file with the columns subject, modality, path and, if it knows the labels, label.
    modality : str or None
        Whose rows to take; None if the manifest has but one.
    unlabelled : str
        ``"refuse"`` rows without a label, or ``"drop"`` subjects of which no row has one.
    literal : sequence of str or None
        Words such as ``"NA"`` or ``"None"`` that are not missing values here.
    separator : str
        What stands between the fields of the manifest.
    size : int
        Pixels a side of the square that each region is stretched to.
    channels : int
        3 for RGB, 1 for grey.
    root : Path or None
        The folder that paths are relative to and may not leave; None is the manifest's.
    max_pixels : int
        A picture with more is refused as a decompression bomb.
    region : str
        ``"whole"``, ``"box"``, ``"yellow-frame"`` or ``"roi-square"``; see `Region`.
    box : sequence of int or None
        x, y, width and height of the region, in pixels from the upper left corner.
    colour : str
        Of the frame: a name of CSS or ``#rrggbb``.
    bits : int
        How many bits the grey values of 16-bit pictures use: 12 where a camera of 12 bits wrote
        them. The upper 8 of these are taken.

    Returns
    -------
    Modality
        Of uint8 pictures, ``(channels, size, size)``. Its warnings count pictures of one single
        value, and report 16-bit pictures whose values leave few grey levels.

    Raises
    ------
    DataError
        With all that is wrong with options, or with manifest and files, each with its line.
    """
    if channels not in (1, 3):
        raise DataError([Complaint("option 'channels'", f"found {channels}, allowed are 1 and 3")])
    framing = Framing(
        size=size,
        channels=channels,
        max_pixels=max_pixels,
        region=region_of(region, box, colour),
        bits=bits,
    )
    rows = read_manifest(
        Path(manifest),
        modality,
        root,
        unlabelled=unlabelled,
        literal=literal or (),
        separator=separator,
    )
    note = f"Pictures listed in {Path(manifest).name}.{rows.remark}"
    return modality_of(rows.pictures, rows.labels, framing, note, rows.complaints, rows.facts)
