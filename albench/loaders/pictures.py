"""Picture files: checked when they are loaded, decoded when they are read."""

import hashlib
import io
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from albench.api import Complaint, DataError
from albench.loaders.frames import Box
from albench.loaders.regions import Region

# Pillow's decoders let what they stumble over escape: each of these was seen on damaged files.
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)

GREY_MODES = frozenset({"1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "I;16N"})
COLOUR_MODES = frozenset({"P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"})
MODES = GREY_MODES | COLOUR_MODES
"""Pillow's names of the grey and colour pixels that have one meaning in RGB."""

JPEG_END = b"\xff\xd9"
MAX_PIXELS = 50_000_000


@dataclass(frozen=True)
class PictureFile:
    """One picture of one subject, where it was named, and what is wanted of it.

    Parameters
    ----------
    file : Path
        The picture.
    subject : str
        Whom it shows.
    where : str
        The line or folder that names it.
    box : Box or None
        Its own region, if it has one, in place of that of `Framing`.
    """

    file: Path
    subject: str
    where: str
    box: Box | None = None


@dataclass(frozen=True)
class CheckedPicture:
    """A picture that was in order when it was checked, and what to cut out of it."""

    picture: PictureFile
    digest: str
    crop: Box | None


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
    region : Region
        The part that is wanted.
    """

    size: int
    channels: int
    max_pixels: int = MAX_PIXELS
    region: Region = field(default_factory=Region)


@dataclass(frozen=True)
class PictureReader:
    """Decodes the rows that are asked for; can be sent to another process."""

    pictures: tuple[CheckedPicture, ...]
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


def check(
    pictures: Sequence[PictureFile], framing: Framing
) -> tuple[list[CheckedPicture], list[Complaint]]:
    """Return the pictures that are in order, and a complaint about each that is not.

    Parameters
    ----------
    pictures : sequence of PictureFile
        What to look at.
    framing : Framing
        How they will be read.

    Returns
    -------
    checked : list of CheckedPicture
        With a hash of their bytes, and their region found.
    complaints : list of Complaint
        Missing, unreadable, truncated and oversized files, and regions that are not there; with
        place, file and subject.
    """
    checked, complaints = [], []
    for picture in pictures:
        try:
            content = picture.file.read_bytes()
            with _quiet():
                _require_decodable(content, framing)
                crop = _crop(content, picture, framing)
            checked.append(CheckedPicture(picture, _digest(content), crop))
        except DAMAGE as error:
            complaints.append(_complaint(picture, error))
    return checked, complaints


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _require_decodable(content: bytes, framing: Framing) -> None:
    """Raise one of `DAMAGE` if the picture cannot be decoded, decoding no more than it must."""
    with _opened(content, framing) as image:
        if image.format == "PNG":
            image.verify()  # compares the checksum of every chunk
        elif image.format != "JPEG" or not content.rstrip(b"\x00\r\n").endswith(JPEG_END):
            image.load()


def _crop(content: bytes, picture: PictureFile, framing: Framing) -> Box | None:
    region = framing.region if picture.box is None else replace(framing.region, box=picture.box)
    if region.kind == "whole":
        return None
    with _opened(content, framing) as image:
        return region.locate(ImageOps.exif_transpose(image), framing.size)


def _read(checked: CheckedPicture, framing: Framing) -> NDArray[np.uint8]:
    try:
        content = checked.picture.file.read_bytes()
        if _digest(content) != checked.digest:
            raise ValueError("it has changed since it was checked: start again")
        with _quiet(), _opened(content, framing) as image:
            whole = _converted(ImageOps.exif_transpose(image), framing.channels)
            return _as_array(_cut(whole, checked.crop), framing.size)
    except DAMAGE as error:
        raise DataError([_complaint(checked.picture, error)]) from error


def _cut(image: Image.Image, crop: Box | None) -> Image.Image:
    if crop is None:
        return image
    x, y, width, height = crop
    return image.crop((x, y, x + width, y + height))  # black beyond the picture


def grey_levels(file: Path, framing: Framing) -> NDArray[np.uint8]:
    """Return a whole picture, such as a mask, as grey levels, ``(height, width)``.

    Parameters
    ----------
    file : Path
        Any picture; what is wrong with it is one of `DAMAGE`.
    framing : Framing
        Whose limit of pixels holds.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        Upright.
    """
    with _quiet(), _opened(file.read_bytes(), framing) as image:
        return np.array(_converted(ImageOps.exif_transpose(image), 1), dtype=np.uint8)


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
    if isinstance(error, UnidentifiedImageError):  # Pillow's own words name an object in memory
        reason = "it is in no format that Pillow knows"
    return Complaint(where, f"the picture {picture.file} cannot be read: {reason}")
