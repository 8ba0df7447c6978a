"""16-bit pictures come out with white as 255 and all their grey levels, or a warning."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from albench.api import DataError, Modality, fingerprint
from albench.loaders import images

RAMP = np.linspace(0, 0xFFFF, 16).astype(np.uint16).reshape(4, 4)
TWELVE = (RAMP >> 4).astype(np.uint16)

Load = Callable[..., Modality]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load pictures as a modality, one subject a picture."""

    def run(*pictures: bytes, **options: Any) -> Modality:
        lines = ["subject,modality,path"]
        for number, content in enumerate(pictures):
            (tmp_path / f"{number}.bin").write_bytes(content)
            lines.append(f"P{number},M,{number}.bin")
        (tmp_path / "m.csv").write_text("\n".join(lines))
        return images.load(**{"manifest": tmp_path / "m.csv", "size": 4, "channels": 1, **options})

    return run


def tiff(values: NDArray[Any], *, white_is_zero: bool = False) -> bytes:
    """Return a little-endian TIFF; Pillow does not write min-is-white, so the tag is changed."""
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, format="TIFF")
    content = bytearray(stream.getvalue())
    entry = struct.pack("<HHI", 262, 3, 1)  # PhotometricInterpretation, one SHORT
    place = content.index(entry) + len(entry)
    content[place : place + 2] = struct.pack("<H", 0 if white_is_zero else 1)
    return bytes(content)


def png(values: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, format="PNG")
    return stream.getvalue()


def shown(modality: Modality) -> NDArray[np.int64]:
    return np.asarray(modality.read(np.array([0]))[0, 0], dtype=np.int64)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_white_that_is_zero_is_white_whatever_the_depth(load: Load, dtype: type) -> None:
    values = (RAMP >> 8).astype(np.uint8) if dtype is np.uint8 else RAMP
    plain, inverse = shown(load(tiff(values))), shown(load(tiff(values, white_is_zero=True)))
    assert np.array_equal(inverse, 255 - plain)
    assert plain[0, 0] == 0
    assert inverse[0, 0] == 255


def test_inverted_pictures_are_other_data_than_before_and_others_are_not(load: Load) -> None:
    assert load(tiff(RAMP)).fingerprint != load(tiff(RAMP, white_is_zero=True)).fingerprint
    content = png(RAMP)
    before = fingerprint(
        "pictures", "4 1", np.array(["P0"]), "null", f"{hashlib.sha256(content).hexdigest()} None"
    )
    assert load(content).fingerprint == before


def test_twelve_bits_in_sixteen_are_a_warning(load: Load) -> None:
    (warning,) = load(png(TWELVE)).warnings
    assert "The 1 pictures of 16 bits hold no value above 4095" in warning
    assert "16 of 256 grey levels" in warning
    assert "bits = 12" in warning


def test_twelve_bits_that_are_told_keep_all_grey_levels(load: Load) -> None:
    modality = load(png(TWELVE), bits=12)
    assert np.array_equal(shown(modality), RAMP >> 8)
    assert modality.warnings == ()
    assert modality.fingerprint != load(png(TWELVE)).fingerprint


def test_twelve_bits_with_white_as_zero_are_inverted_within_their_bits(load: Load) -> None:
    inverse = shown(load(tiff(TWELVE, white_is_zero=True), bits=12))
    assert np.array_equal(inverse, 255 - (RAMP >> 8))


def test_a_value_beyond_the_bits_is_refused_when_loaded(load: Load) -> None:
    with pytest.raises(DataError, match="allowed is 0 to 4095"):
        load(png(RAMP), bits=12)


def test_sixteen_bits_that_are_used_are_no_warning(load: Load) -> None:
    assert load(png(TWELVE), png(RAMP)).warnings == ()


def deep_colour(value: int) -> bytes:
    """Return a PNG of 16-bit RGB, which Pillow reads but does not write."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    header = struct.pack(">IIBBBBB", 4, 4, 16, 2, 0, 0, 0)
    pixels = np.full((4, 4, 3), value, dtype=">u2")
    pixels[0, 0] = 0
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def test_colours_of_twelve_bits_in_sixteen_are_a_warning(load: Load) -> None:
    (warning,) = load(deep_colour(0x0FFF)).warnings
    assert "16 of 256 grey levels" in warning
    assert load(deep_colour(0xFFFF)).warnings == ()


def test_bits_are_refused_for_colours_that_pillow_has_cut(load: Load) -> None:
    with pytest.raises(DataError, match="colours of 16 bits"):
        load(deep_colour(0x0FFF), bits=12)
