"""Files that were looked at: which frames of them to take, and how to read them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from albench.api import Complaint, DataError
from albench_dicom.header import content_of, dataset_of
from albench_dicom.pixels import Frame, frames
from albench_dicom.regions import Box
from albench_dicom.silence import Unusable, quoting_nothing


@dataclass(frozen=True)
class Scan:
    """One file that was in order.

    Parameters
    ----------
    file : Path
        Never shown, since it may be named for the patient.
    where : str
        The line of the manifest, which complaints show instead.
    subject : str
        A pseudonym.
    digest : str
        SHA-256 of its bytes.
    frames : tuple of int
        The numbers of those to take.
    crop : Box or None
        What to cut out of them.
    is_blank : bool
        Whether the last of them has one single value.
    n_levels : int or None
        How many grey levels its values reach over; None unless all of more than 8 bits are spread.
    by_later_rules : bool
        See `albench_dicom.greys.is_shown_by_later_rules`.
    """

    file: Path
    where: str
    subject: str
    digest: str
    frames: tuple[int, ...]
    crop: Box | None
    is_blank: bool = False
    n_levels: int | None = None
    by_later_rules: bool = False


@dataclass(frozen=True)
class ScanReader:
    """Decodes the rows that are asked for; can be sent to another process.

    Parameters
    ----------
    scans : tuple of Scan
        A row is a frame: first those of the first scan.
    size, channels : int
        What a frame becomes.
    bits : int or None
        How many bits grey values use; None is what their header says.
    """

    scans: tuple[Scan, ...]
    size: int
    channels: int
    bits: int | None = None

    def __call__(self, rows: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Return frames as arrays; each file is opened once.

        Parameters
        ----------
        rows : ndarray of int, shape (k,)
            Which.

        Returns
        -------
        ndarray of uint8, shape (k, channels, size, size)
            In the order of `rows`. One that cannot be read is a `DataError` with line and
            pseudonym.
        """
        samples = np.empty((len(rows), self.channels, self.size, self.size), dtype=np.uint8)
        counts = np.array([len(scan.frames) for scan in self.scans])
        ends = np.cumsum(counts)
        owners = np.searchsorted(ends, rows, side="right")
        for owner in np.unique(owners).tolist():
            mine = np.flatnonzero(owners == owner)
            scan = self.scans[owner]
            wanted, places = np.unique(
                rows[mine] - (ends[owner] - counts[owner]), return_inverse=True
            )
            decoded = self._frames(scan, [scan.frames[number] for number in wanted.tolist()])
            samples[mine] = decoded[places]
        return samples

    def _frames(self, scan: Scan, numbers: list[int]) -> NDArray[np.uint8]:
        try:
            with quoting_nothing("its pixels cannot be decoded"):
                dataset = dataset_of(_unchanged(scan))
                decoded = frames(dataset, numbers, self.bits)
                return np.stack([self._sample(frame, scan) for frame in decoded])
        except Unusable as error:
            complaint = Complaint(f"{scan.where}, subject {scan.subject}", str(error))
        raise DataError([complaint])

    def _sample(self, frame: Frame, scan: Scan) -> NDArray[np.uint8]:
        image = Image.fromarray(cut(frame, scan.crop)).convert("RGB" if self.channels == 3 else "L")
        resized = image.resize((self.size, self.size), Image.Resampling.BILINEAR)
        values = np.asarray(resized, dtype=np.uint8)
        return values.reshape(self.size, self.size, -1).transpose(2, 0, 1)


def cut(frame: Frame, crop: Box | None) -> Frame:
    """Return the part of a frame that is wanted.

    Parameters
    ----------
    frame : ndarray of uint8, shape (height, width, 3)
        The whole.
    crop : Box or None
        The part; None is all of it.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        A view.
    """
    if crop is None:
        return frame
    x, y, width, height = crop
    return frame[y : y + height, x : x + width]


def _unchanged(scan: Scan) -> bytes:
    content = content_of(scan.file)
    if digest(content) != scan.digest:
        raise Unusable("it has changed since it was checked: start again")
    return content


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes.

    Parameters
    ----------
    content : bytes
        All of them.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return hashlib.sha256(content).hexdigest()
