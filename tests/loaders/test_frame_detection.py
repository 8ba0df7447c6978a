"""A frame is found by its colour, and nothing else is taken for one."""

import functools
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from albench.loaders.frame_detection import frame_box

YELLOW = (255, 255, 0)
RECTANGLE = [(245, 145), (555, 145), (555, 395), (245, 395)]
TRAPEZOID = [(270, 145), (530, 145), (560, 395), (240, 395)]


def elastogram(
    corners: list[tuple[int, int]] = RECTANGLE,
    width: int = 2,
    colour: str = "yellow",
    opaque: bool = False,
) -> Image.Image:
    """Draw speckle, a colour map with yellow in it, a frame, a colour bar and yellow letters."""
    image = Image.fromarray(speckle_and_map(opaque))
    ImageDraw.Draw(image).polygon(corners, outline=colour, width=width)
    ImageDraw.Draw(image).text((600, 50), "Eme 10 kPa OOO", fill="yellow", font_size=24)
    return image


@functools.cache
def speckle_and_map(opaque: bool) -> NDArray[np.uint8]:
    """Return the pixels on which a frame and letters are drawn."""
    rng = np.random.default_rng(0)
    speckle = ndimage.gaussian_filter(rng.rayleigh(60, (600, 800)), 1).clip(0, 255)
    pixels = np.repeat(speckle[..., np.newaxis], 3, axis=2)
    stiffness = ndimage.gaussian_filter(rng.normal(size=(240, 300)), 20)
    colours = jet((stiffness - stiffness.min()) / np.ptp(stiffness))
    pixels[150:390, 250:550] = colours if opaque else (pixels[150:390, 250:550] + colours) / 2
    pixels[100:400, 20:40] = jet(np.linspace(1, 0, 300))[:, np.newaxis]
    return pixels.astype(np.uint8)


def jet(values: NDArray[np.float64]) -> NDArray[np.float64]:
    places = np.array([0.75, 0.5, 0.25])  # of red, green and blue
    colours: NDArray[np.float64] = 255 * (1.5 - 4 * np.abs(values[..., np.newaxis] - places)).clip(
        0, 1
    )
    return colours


def pixels_of(image: Image.Image, quality: int | None = None) -> NDArray[np.uint8]:
    stream = io.BytesIO()
    if quality is None:
        image.save(stream, format="PNG")
    else:
        image.save(stream, format="JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def far_off(corners: list[tuple[int, int]], box: tuple[int, int, int, int] | None) -> int:
    """Return the largest distance of a side from that of the frame, without its line."""
    assert box is not None
    x, y = [x for x, _ in corners], [y for _, y in corners]
    expected = min(x) + 1, min(y) + 1, max(x) - min(x) - 1, max(y) - min(y) - 1
    return int(np.abs(np.subtract(box, expected)).max())


@pytest.mark.parametrize("opaque", [False, True], ids=["blended", "opaque"])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_an_uncompressed_frame_is_found_to_its_line(width: int, opaque: bool) -> None:
    image = elastogram(width=width, opaque=opaque)
    assert far_off(RECTANGLE, frame_box(pixels_of(image), YELLOW)) <= 2 * (width - 1)


@pytest.mark.parametrize("quality", [50, 75, 95])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_frame_is_found_in_a_jpeg(width: int, quality: int) -> None:
    box = frame_box(pixels_of(elastogram(width=width), quality), YELLOW)
    assert far_off(RECTANGLE, box) <= 10


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_slanted_frame_is_found(width: int) -> None:
    box = frame_box(pixels_of(elastogram(TRAPEZOID, width)), YELLOW)
    assert far_off(TRAPEZOID, box) <= 3 * width


@pytest.mark.parametrize("opaque", [False, True], ids=["blended", "opaque"])
@pytest.mark.parametrize("quality", [None, 50, 90])
def test_yellow_tissue_and_letters_are_no_frame(quality: int | None, opaque: bool) -> None:
    image = elastogram(colour="black", opaque=opaque)
    assert frame_box(pixels_of(image, quality), YELLOW) is None


def test_a_frame_of_another_colour_is_found_by_it() -> None:
    pixels = pixels_of(elastogram(colour="lime"))
    assert far_off(RECTANGLE, frame_box(pixels, (0, 255, 0))) <= 2


def test_a_gap_of_two_pixels_is_no_opening() -> None:
    image = elastogram()
    ImageDraw.Draw(image).rectangle((400, 140, 401, 150), fill="black")
    assert far_off(RECTANGLE, frame_box(pixels_of(image), YELLOW)) <= 2


def test_an_open_line_is_no_frame() -> None:
    image = elastogram()
    ImageDraw.Draw(image).rectangle((400, 140, 405, 150), fill="black")
    assert frame_box(pixels_of(image), YELLOW) is None


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (40, 40)])
def test_a_picture_without_anything_has_no_frame(shape: tuple[int, int]) -> None:
    assert frame_box(np.zeros((*shape, 3), dtype=np.uint8), YELLOW) is None


def test_a_yellow_picture_has_no_frame() -> None:
    assert frame_box(np.full((40, 40, 3), YELLOW, dtype=np.uint8), YELLOW) is None
