"""The loader ``images``: pictures listed in a manifest."""

from pathlib import Path

import numpy as np

from albench.api import Complaint, DataError, Modality, fingerprint
from albench.loaders.labels import as_text
from albench.loaders.manifest import read_manifest
from albench.loaders.pictures import Framing, PictureReader, check

MAX_PIXELS = 50_000_000


def load(
    *,
    manifest: Path,
    modality: str | None = None,
    size: int = 224,
    channels: int = 3,
    root: Path | None = None,
    max_pixels: int = MAX_PIXELS,
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
    size : int
        Pixels a side of the square that each picture becomes.
    channels : int
        3 for RGB, 1 for grey.
    root : Path or None
        The folder that paths are relative to and may not leave; None is the manifest's.
    max_pixels : int
        A picture with more is refused as a decompression bomb.

    Returns
    -------
    Modality
        Of uint8 pictures, ``(channels, size, size)``.

    Raises
    ------
    DataError
        With all that is wrong with manifest and files, each with its line.
    """
    if channels not in (1, 3):
        raise DataError([Complaint("channels", f"found {channels}, allowed are 1 and 3")])
    framing = Framing(size=size, channels=channels, max_pixels=max_pixels)
    pictures, labels, complaints = read_manifest(Path(manifest), modality, root)
    digests, damaged = check(pictures, framing)
    if complaints + damaged:
        raise DataError(complaints + damaged)
    subjects = np.array([picture.subject for picture in pictures], dtype=np.str_)
    own = (
        None if labels is None else {name: labels[name] for name in sorted(set(subjects.tolist()))}
    )
    return Modality(
        subjects=subjects,
        shape=(channels, size, size),
        read=PictureReader(tuple(pictures), framing),
        fingerprint=fingerprint("images", f"{size} {channels}", subjects, as_text(own), *digests),
        labels=own,
        note=f"Pictures listed in {Path(manifest).name}.",
    )
