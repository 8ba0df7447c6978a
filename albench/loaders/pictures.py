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
from albench.loaders.depth import eight_bits, has_deep_colours, has_deep_greys, is_min_is_white
from albench.loaders.file_kinds import kind_of
from albench.loaders.frame_detection import Box
from albench.loaders.glance import Glance, is_blank, is_worth_decoding
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
    glance: Glance = field(default_factory=Glance)


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
    bits : int
        How many bits the grey values of 16-bit pictures use.
    """

    size: int
    channels: int
    max_pixels: int = MAX_PIXELS
    region: Region = field(default_factory=Region)
    bits: int = 16


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
                glance = _glance(content, crop, framing)
            checked.append(CheckedPicture(picture, _digest(content), crop, glance))
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


def _glance(content: bytes, crop: Box | None, framing: Framing) -> Glance:
    with _opened(content, framing) as image:
        if crop is None and not is_worth_decoding(image, len(content)):
            return Glance()
        deep_colours = has_deep_colours(image)
        if deep_colours and framing.bits != 16:
            raise ValueError(
                "it has colours of 16 bits, of which the upper 8 are taken: convert it to 8 bits, "
                "or remove the option 'bits', which is for grey values"
            )
        min_is_white = is_min_is_white(image)
        upright = ImageOps.exif_transpose(image)
        blank = is_blank(_cut(upright, crop))
        largest = None
        if has_deep_greys(upright):
            values = np.asarray(upright)
            eight_bits(values, framing.bits, min_is_white=min_is_white)  # refuses values beyond
            largest = int(values.max())
        elif deep_colours:
            largest = int(np.asarray(upright).max()) << 8
        return Glance(blank, largest, min_is_white)


def _read(checked: CheckedPicture, framing: Framing) -> NDArray[np.uint8]:
    try:
        content = checked.picture.file.read_bytes()
        if _digest(content) != checked.digest:
            raise ValueError("it has changed since it was checked: start again")
        with _quiet(), _opened(content, framing) as image:
            whole = _shown(image, framing.channels, framing.bits)
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
        return np.array(_shown(image, 1, framing.bits), dtype=np.uint8)


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
    except UnidentifiedImageError:  # Pillow's own words name an object in memory
        raise ValueError(kind_of(content)) from None
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


def _shown(image: Image.Image, channels: int, bits: int) -> Image.Image:
    """Return the image upright, in 8 bits, RGB or grey."""
    min_is_white = is_min_is_white(image)
    upright = ImageOps.exif_transpose(image)
    if has_deep_greys(upright):
        upright = Image.fromarray(eight_bits(np.asarray(upright), bits, min_is_white=min_is_white))
    if upright.mode in ("P", "PA"):
        upright = upright.convert("RGBA")  # straight to RGB, Pillow warns of a transparent palette
    return upright.convert("RGB" if channels == 3 else "L")


def _as_array(image: Image.Image, size: int) -> NDArray[np.uint8]:
    """Return ``(channels, size, size)``; the picture is stretched to a square."""
    resized = image.resize((size, size), Image.Resampling.BILINEAR)
    values = np.asarray(resized, dtype=np.uint8)
    return values.reshape(size, size, -1).transpose(2, 0, 1)


def _complaint(picture: PictureFile, error: Exception) -> Complaint:
    where = f"{picture.where}, subject {picture.subject!r}"
    if isinstance(error, FileNotFoundError):
        return Complaint(where, f"the file {picture.file} does not exist")
    return Complaint(where, f"the picture {picture.file} cannot be read: {reason_of(error)}")


def reason_of(error: Exception) -> str:
    """Return what is wrong with a picture, in words that do not take the symptom for the cause.

    Parameters
    ----------
    error : Exception
        One of `DAMAGE`.

    Returns
    -------
    str
        The end of a sentence.
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if type(error) in (OSError, ValueError):  # Pillow's words, or ours, for a fault they know
        return str(error)
    return f"it is damaged; its decoder says {type(error).__name__}: {error}"
