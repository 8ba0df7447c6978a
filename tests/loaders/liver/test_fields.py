import numpy as np
import pytest

from albench.loaders.liver import fields

SHAPE = (128, 128)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def lag_correlation(field: np.ndarray, lag: int) -> float:
    return float(np.corrcoef(field[:-lag].ravel(), field[lag:].ravel())[0, 1])


def test_a_smooth_field_is_standardised_and_as_smooth_as_asked() -> None:
    field = fields.smooth(rng(), SHAPE, (4.0, 4.0))
    assert field.mean() == pytest.approx(0, abs=1e-4)
    assert field.std() == pytest.approx(1, abs=1e-4)
    assert lag_correlation(field, 4) == pytest.approx(np.exp(-1 / 4), abs=0.1)


def test_speckle_has_the_exponential_law_of_a_rayleigh_envelope() -> None:
    intensity = fields.speckle(rng(), SHAPE, (0.8, 0.8)).ravel()
    assert intensity.mean() == pytest.approx(1, abs=1e-3)
    assert intensity.var() == pytest.approx(1, abs=0.1)
    assert np.mean(intensity > 2) == pytest.approx(np.exp(-2), abs=0.02)


@pytest.mark.parametrize("order", [2.0, 5.0, 30.0])
def test_a_gamma_field_has_mean_one_and_the_variance_of_its_order(order: float) -> None:
    field = fields.gamma(rng().standard_normal(200_000), order)
    assert field.mean() == pytest.approx(1, abs=0.01)
    assert field.var() == pytest.approx(1 / order, rel=0.06)
    assert field.min() > 0


def test_speckle_times_a_gamma_field_leaves_the_rayleigh_law() -> None:
    speckle = fields.speckle(rng(), SHAPE, (0.8, 0.8))
    level = fields.gamma(fields.smooth(rng(), SHAPE, (2.0, 2.0)), 2.0)
    assert (speckle * level).var() > 1.5 * speckle.var()


def test_a_soft_step_is_a_step_however_far_one_goes() -> None:
    step = fields.soft_step(np.array([-1e6, 0.0, 1e6], np.float32))
    assert step == pytest.approx([0, 0.5, 1], abs=1e-6)
