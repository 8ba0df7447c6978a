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
    """

    file: Path
    where: str
    subject: str
    digest: str
    frames: tuple[int, ...]
    crop: Box | None


@dataclass(frozen=True)
class ScanReader:
    """Decodes the rows that are asked for; can be sent to another process.

    Parameters
    ----------
    scans : tuple of Scan
        A row is a frame: first those of the first scan.
    size, channels : int
        What a frame becomes.
    """

    scans: tuple[Scan, ...]
    size: int
    channels: int

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
                return np.stack([self._sample(frame, scan) for frame in frames(dataset, numbers)])
        except Unusable as error:
            complaint = Complaint(f"{scan.where}, subject {scan.subject}", str(error))
        raise DataError([complaint])

    def _sample(self, frame: Frame, scan: Scan) -> NDArray[np.uint8]:
        if scan.crop is not None:
            x, y, width, height = scan.crop
            frame = frame[y : y + height, x : x + width]
        image = Image.fromarray(frame).convert("RGB" if self.channels == 3 else "L")
        resized = image.resize((self.size, self.size), Image.Resampling.BILINEAR)
        values = np.asarray(resized, dtype=np.uint8)
        return values.reshape(self.size, self.size, -1).transpose(2, 0, 1)


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
