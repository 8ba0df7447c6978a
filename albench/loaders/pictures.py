"""Picture files: checked when they are loaded, decoded when they are read."""

import hashlib
import io
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from albench.api import Complaint, DataError

# Pillow's decoders let what they stumble over escape: each of these was seen on damaged files.
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)

GREY_MODES = frozenset({"1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "I;16N"})
COLOUR_MODES = frozenset({"P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"})
MODES = GREY_MODES | COLOUR_MODES
"""Pillow's names of the grey and colour pixels that have one meaning in RGB."""

JPEG_END = b"\xff\xd9"


@dataclass(frozen=True)
class PictureFile:
    """One picture of one subject, and where it was named."""

    file: Path
    subject: str
    where: str


@dataclass(frozen=True, kw_only=True)
class Framing:
    """What a picture becomes.

    Parameters
    ----------
    size : int
        Pixels a side of the square.
    channels : int
        3 for RGB, 1 for grey.
    max_pixels : int
        More than these are taken for a decompression bomb.
    """

    size: int
    channels: int
    max_pixels: int


@dataclass(frozen=True)
class PictureReader:
    """Decodes the rows that are asked for; can be sent to another process."""

    pictures: tuple[PictureFile, ...]
    framing: Framing

    def __call__(self, rows: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Return pictures as arrays.

        Parameters
        ----------
        rows : ndarray of int, shape (k,)
            Which.

        Returns
        -------
        ndarray of uint8, shape (k, channels, size, size)
            In the order of `rows`. One that cannot be read is a `DataError` with file and subject.
        """
        side = self.framing.size
        samples = np.empty((len(rows), self.framing.channels, side, side), dtype=np.uint8)
        for position, row in enumerate(rows.tolist()):
            samples[position] = _read(self.pictures[row], self.framing)
        return samples


def check(pictures: Sequence[PictureFile], framing: Framing) -> tuple[list[str], list[Complaint]]:
    """Return a hash of every picture's bytes, and a complaint about each that is not in order.

    Parameters
    ----------
    pictures : sequence of PictureFile
        What to look at.
    framing : Framing
        How they will be read.

    Returns
    -------
    digests : list of str
        SHA-256 of each file that can be read.
    complaints : list of Complaint
        Missing, unreadable, truncated and oversized files, with place, file and subject.
    """
    digests, complaints = [], []
    for picture in pictures:
        try:
            content = picture.file.read_bytes()
            with _quiet():
                _check(content, framing)
            digests.append(hashlib.sha256(content).hexdigest())
        except DAMAGE as error:
            complaints.append(_complaint(picture, error))
    return digests, complaints


def _check(content: bytes, framing: Framing) -> None:
    """Raise one of `DAMAGE` if the picture cannot be decoded, decoding no more than it must."""
    with _opened(content, framing) as image:
        if image.format == "PNG":
            image.verify()  # compares the checksum of every chunk
        elif image.format != "JPEG" or not content.rstrip(b"\x00\r\n").endswith(JPEG_END):
            image.load()


def _read(picture: PictureFile, framing: Framing) -> NDArray[np.uint8]:
    try:
        with _quiet(), _opened(picture.file.read_bytes(), framing) as image:
            upright = ImageOps.exif_transpose(image)
            return _as_array(_converted(upright, framing.channels), framing.size)
    except DAMAGE as error:
        raise DataError([_complaint(picture, error)]) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Pillow's warnings: of bombs, since our limit decides, and of odd metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        warnings.simplefilter("ignore", UserWarning)
        yield


def _opened(content: bytes, framing: Framing) -> Image.Image:
    if not content:
        raise ValueError("it is empty")
    try:
        image = Image.open(io.BytesIO(content))
    except Image.DecompressionBombError as error:
        raise ValueError(str(error)) from error
    n_pixels = image.width * image.height
    if n_pixels > framing.max_pixels:
        raise ValueError(
            f"it has {image.width} x {image.height} = {n_pixels} pixels, allowed are "
            f"{framing.max_pixels} (option 'max_pixels')"
        )
    if image.mode not in MODES:
        allowed = ", ".join(sorted(MODES))
        raise ValueError(f"its pixels are of Pillow's mode {image.mode!r}, allowed are {allowed}")
    return image


def _converted(image: Image.Image, channels: int) -> Image.Image:
    """Return the image in 8 bits, RGB or grey."""
    if image.mode.startswith("I"):
        image = _eight_bits(image)
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA")  # straight to RGB, Pillow warns of a transparent palette
    return image.convert("RGB" if channels == 3 else "L")


def _eight_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.int64)
    if values.min() < 0 or values.max() > 0xFFFF:
        found = f"{values.min()} to {values.max()}"
        raise ValueError(f"its values reach from {found}, allowed is 0 to 65535")
    return Image.fromarray((values >> 8).astype(np.uint8))


def _as_array(image: Image.Image, size: int) -> NDArray[np.uint8]:
    """Return ``(channels, size, size)``; the picture is stretched to a square."""
    resized = image.resize((size, size), Image.Resampling.BILINEAR)
    values = np.asarray(resized, dtype=np.uint8)
    return values.reshape(size, size, -1).transpose(2, 0, 1)


def _complaint(picture: PictureFile, error: Exception) -> Complaint:
    where = f"{picture.where}, subject {picture.subject!r}"
    if isinstance(error, FileNotFoundError):
        return Complaint(where, f"the file {picture.file} does not exist")
    reason = getattr(error, "strerror", None) or error
    return Complaint(where, f"the picture {picture.file} cannot be read: {reason}")
