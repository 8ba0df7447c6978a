import numpy as np
import pytest

from albench.loaders.liver.probe_view import CLOSE_UP, WHOLE, beams_of, picture


def test_a_complete_picture_is_a_fan_with_black_corners() -> None:
    bright = np.full(beams_of(WHOLE, 96).shape, 200, np.float32)
    shown = picture(bright, WHOLE, 96, (0.0, 0.0))
    assert shown[0, 0] == shown[0, -1] == shown[-1, 0] == shown[-1, -1] == 0
    assert shown[48, 48] == pytest.approx(200)


def test_a_close_up_lies_wholly_inside_the_fan() -> None:
    bright = np.full(beams_of(CLOSE_UP, 96).shape, 200, np.float32)
    assert picture(bright, CLOSE_UP, 96, (0.0, 0.0)).min() == pytest.approx(200)


def test_depth_is_shown_where_it_lies() -> None:
    beams = beams_of(WHOLE, 96)
    depth = np.broadcast_to(beams.depth, beams.shape).astype(np.float32)
    shown = picture(depth, WHOLE, 96, (0.0, 0.0))
    row = 60
    from_apex = WHOLE.top_cm + (row + 0.5) / 96 * (WHOLE.bottom_cm - WHOLE.top_cm)
    assert shown[row, 47:49].mean() == pytest.approx(from_apex - 5.0, abs=0.02)


def test_a_shift_moves_the_tissue_by_its_length() -> None:
    beams = beams_of(CLOSE_UP, 96)
    depth = np.broadcast_to(beams.depth, beams.shape).astype(np.float32)
    moved = picture(depth, CLOSE_UP, 96, (0.2, 0.0)) - picture(depth, CLOSE_UP, 96, (0.0, 0.0))
    assert moved == pytest.approx(np.full((96, 96), 0.2), abs=1e-3)
