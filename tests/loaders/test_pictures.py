"""Any picture Pillow reads becomes bytes of the right channels, or one kind of error."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from albench.api import DataError
from albench.loaders.pictures import CheckedPicture, Framing, PictureFile, PictureReader, check

FRAMING = Framing(size=16, channels=3, max_pixels=10_000)

FORMATS = {
    "png": ("RGB", "PNG"),
    "jpeg": ("RGB", "JPEG"),
    "grey jpeg": ("L", "JPEG"),
    "cmyk jpeg": ("CMYK", "JPEG"),
    "bmp": ("RGB", "BMP"),
    "tiff": ("RGB", "TIFF"),
    "gif": ("P", "GIF"),
    "webp": ("RGB", "WEBP"),
    "jpeg 2000": ("RGB", "JPEG2000"),
    "transparent": ("RGBA", "PNG"),
    "two grey levels": ("1", "PNG"),
    "grey with alpha": ("LA", "PNG"),
    "portable": ("RGB", "PPM"),
}


def picture(tmp_path: Path, content: bytes) -> PictureFile:
    file = tmp_path / "picture"
    file.write_bytes(content)
    return PictureFile(file, "P1", "clinic.csv, line 2")


def encoded(mode: str, name: str, side: int = 40) -> bytes:
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (side, side, 3), dtype=np.uint8))
    stream = io.BytesIO()
    noise.convert(mode).save(stream, format=name)
    return stream.getvalue()


def read(file: PictureFile, framing: Framing = FRAMING) -> NDArray[np.uint8]:
    digest = hashlib.sha256(file.file.read_bytes()).hexdigest()
    (sample,) = PictureReader((CheckedPicture(file, digest, None),), framing)(np.array([0]))
    return np.asarray(sample)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_format_of_pillow_is_read(tmp_path: Path, kind: str) -> None:
    file = picture(tmp_path, encoded(*FORMATS[kind]))
    checked, complaints = check([file], FRAMING)
    assert not complaints
    assert len(checked) == 1
    assert read(file).shape == (3, 16, 16)
    assert np.ptp(read(file)) > 0


@pytest.mark.parametrize("kind", FORMATS)
def test_a_truncated_file_is_found_before_it_is_read(tmp_path: Path, kind: str) -> None:
    content = encoded(*FORMATS[kind])
    file = picture(tmp_path, content[: int(0.7 * len(content))])
    checked, complaints = check([file], FRAMING)
    assert not checked
    assert "subject 'P1'" in complaints[0].where
    assert str(file.file) in complaints[0].problem


@pytest.mark.parametrize("kind", FORMATS)
def test_damage_raises_nothing_but_data_errors(tmp_path: Path, kind: str) -> None:
    content, rng = encoded(*FORMATS[kind]), np.random.default_rng(1)
    for _ in range(30):
        damaged = bytearray(content)
        for place in rng.integers(0, len(content), 4).tolist():
            damaged[place] = int(rng.integers(0, 256))
        file = picture(tmp_path, bytes(damaged))
        check([file], FRAMING)
        try:
            read(file)
        except DataError as error:
            assert "subject 'P1'" in str(error)  # noqa: PT017  # whether it raises is open


def test_sixteen_bits_become_the_upper_eight(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.fromarray(np.full((4, 4), 0x8001, dtype=np.uint16)).save(stream, format="PNG")
    assert np.unique(read(picture(tmp_path, stream.getvalue()))).tolist() == [0x80]


@pytest.mark.parametrize("value", [-1, 70_000])
def test_values_that_are_no_grey_level_are_refused(tmp_path: Path, value: int) -> None:
    stream = io.BytesIO()
    Image.fromarray(np.full((4, 4), value, dtype=np.int32)).save(stream, format="TIFF")
    with pytest.raises(DataError, match="allowed is 0 to 65535"):
        read(picture(tmp_path, stream.getvalue()))


def test_pixels_that_are_fractions_are_refused_at_once(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.fromarray(np.zeros((4, 4), dtype=np.float32)).save(stream, format="TIFF")
    _, complaints = check([picture(tmp_path, stream.getvalue())], FRAMING)
    assert "mode 'F', allowed are" in complaints[0].problem


def test_bytes_behind_the_end_of_a_jpeg_do_no_harm(tmp_path: Path) -> None:
    file = picture(tmp_path, encoded("RGB", "JPEG") + b"trailer of a camera")
    assert not check([file], FRAMING)[1]


def test_the_first_frame_of_several_is_taken(tmp_path: Path) -> None:
    stream = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("#ff0000", "#00ff00")]
    frames[0].save(stream, format="TIFF", save_all=True, append_images=frames[1:])
    assert read(picture(tmp_path, stream.getvalue()))[:, 0, 0].tolist() == [255, 0, 0]
