"""A modality whose samples are picture files."""

from collections.abc import Mapping, Sequence

import numpy as np

from albench.api import Complaint, DataError, Label, Modality, fingerprint
from albench.loaders.glance import warnings_about
from albench.loaders.labels import as_text
from albench.loaders.pictures import CheckedPicture, Framing, PictureFile, PictureReader, check


def modality_of(
    pictures: Sequence[PictureFile],
    labels: Mapping[str, Label] | None,
    framing: Framing,
    note: str,
    complaints: Sequence[Complaint] = (),
    facts: Mapping[str, Mapping[str, str]] | None = None,
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
    facts : mapping of str to mapping of str to str, or None
        The modality's.

    Returns
    -------
    Modality
        Of uint8 pictures, ``(channels, size, size)``, with warnings of pictures that show nothing.

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
    glances = [picture.glance for picture in checked]
    places = [picture.where for picture in pictures]
    return Modality(
        subjects=subjects,
        shape=(framing.channels, framing.size, framing.size),
        read=PictureReader(tuple(checked), framing),
        fingerprint=fingerprint(
            "pictures", _form(framing), subjects, as_text(own), *map(_content, checked)
        ),
        labels=own,
        facts=facts or {},
        note=note,
        warnings=warnings_about(glances, places, framing.bits),
    )


# What came later than the first results is named only where it is used: they stay valid.
def _form(framing: Framing) -> str:
    form = f"{framing.size} {framing.channels}"
    return form if framing.bits == 16 else f"{form}, {framing.bits} bits"


def _content(checked: CheckedPicture) -> str:
    content = f"{checked.digest} {checked.crop}"
    return f"{content}, min is white" if checked.glance.is_min_is_white else content
