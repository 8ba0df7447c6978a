import numpy as np
import pytest

from albench.loaders.liver import elastogram
from albench.loaders.liver.elastogram import Box
from albench.loaders.liver.failed_scans import Quality

BRIGHT = np.full((60, 60), 110, np.float32)


def test_soft_is_blue_and_stiff_is_red_and_the_scale_saturates() -> None:
    blue, green, red, beyond = elastogram.jet(np.array([[0.1, 0.5, 0.9, 3.0]]))[:, 0].T
    assert blue.argmax() == 2
    assert green.argmax() == 1
    assert red.argmax() == beyond.argmax() == 0


def test_a_good_map_is_centred_on_the_patients_stiffness() -> None:
    means = [
        elastogram.stiffness_kpa((40, 40), 10.0, Quality.GOOD, (number,)).mean()
        for number in range(200)
    ]
    assert np.median(means) == pytest.approx(10.0, rel=0.05)
    assert np.log(means).std() == pytest.approx(elastogram.IMAGE_LOG_SD, rel=0.2)


def test_the_worse_the_scan_the_less_of_the_map_is_shown() -> None:
    shares = [
        np.mean([elastogram.filled(BRIGHT, how, (number,)).mean() for number in range(30)])
        for how in (Quality.GOOD, Quality.UNRELIABLE, Quality.FAILED)
    ]
    assert shares[0] > 0.9
    assert 0.3 < shares[1] < 0.8
    assert shares[2] < 0.2


def test_nothing_is_shown_where_there_are_no_echoes() -> None:
    half_dark = BRIGHT.copy()
    half_dark[:, :30] = 5
    shown = elastogram.filled(half_dark, Quality.GOOD, ("key",))
    assert shown[:, :24].mean() < 0.2
    assert shown[:, 36:].mean() > 0.8


def test_a_frame_is_a_closed_line_inside_its_box() -> None:
    image = np.zeros((3, 64, 64), np.uint8)
    elastogram.draw_frame(image, Box(0.25, 0.25, 0.75, 0.5), elastogram.YELLOW)
    rows, columns = np.nonzero((image == np.array([255, 255, 0])[:, None, None]).all(axis=0))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (16, 31, 16, 47)
    assert len(rows) == 2 * 32 + 2 * 14
