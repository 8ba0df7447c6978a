"""A modality whose samples are picture files."""

from collections.abc import Mapping, Sequence

import numpy as np

from albench.api import Complaint, DataError, Label, Modality, fingerprint
from albench.loaders.labels import as_text
from albench.loaders.pictures import Framing, PictureFile, PictureReader, check


def modality_of(
    pictures: Sequence[PictureFile],
    labels: Mapping[str, Label] | None,
    framing: Framing,
    note: str,
    complaints: Sequence[Complaint] = (),
) -> Modality:
    """Return the modality of pictures, in their order, after a look at every file.

    Parameters
    ----------
    pictures : sequence of PictureFile
        One a row.
    labels : mapping of str to str or int, or None
        By subject; those of other subjects are left out.
    framing : Framing
        What a picture becomes.
    note : str
        The modality's.
    complaints : sequence of Complaint
        What is known to be wrong already.

    Returns
    -------
    Modality
        Of uint8 pictures, ``(channels, size, size)``.

    Raises
    ------
    DataError
        With all that is wrong.
    """
    checked, damaged = check(pictures, framing)
    if complaints or damaged:
        raise DataError([*complaints, *damaged])
    subjects = np.array([picture.subject for picture in pictures], dtype=np.str_)
    present = sorted(set(subjects.tolist()))
    own = None if labels is None else {subject: labels[subject] for subject in present}
    crops = [f"{found.digest} {found.crop}" for found in checked]
    return Modality(
        subjects=subjects,
        shape=(framing.channels, framing.size, framing.size),
        read=PictureReader(tuple(checked), framing),
        fingerprint=fingerprint(
            "pictures", f"{framing.size} {framing.channels}", subjects, as_text(own), *crops
        ),
        labels=own,
        note=note,
    )
