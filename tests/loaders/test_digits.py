"""The digits are scikit-learn's, in three views that agree on subjects."""

import cmath

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from albench.loaders import digits


def test_pixels_are_the_images_of_scikit_learn_spread_over_a_byte() -> None:
    read = digits.load(view="pixels").read(np.arange(1797))
    assert read.shape == (1797, 1, 8, 8)
    assert read.dtype == np.uint8
    assert np.abs(read[:, 0] / 255 - load_digits().images / 16).max() <= 0.5 / 255


def test_labels_are_those_of_scikit_learn_by_subject() -> None:
    modality = digits.load(view="profile")
    labels = [(modality.labels or {})[subject] for subject in modality.subjects.tolist()]
    assert labels == load_digits().target.tolist()
    assert modality.subjects[[0, -1]].tolist() == ["0001", "1797"]


def slow_magnitude(image: np.ndarray, u: int, v: int) -> float:
    terms = (
        image[y, x] * cmath.exp(-2j * cmath.pi * (u * y + v * x) / 8)
        for y in range(8)
        for x in range(8)
    )
    return float(abs(sum(terms))) / 64 / 16


def test_fourier_features_are_the_distinct_magnitudes_of_the_transform() -> None:
    image = load_digits().images[5]
    whole = [slow_magnitude(image, u, v) for u in range(8) for v in range(8)]
    features = digits.fourier(image[np.newaxis].astype(np.uint8))[0]
    assert features.shape == (34,)
    assert np.unique(np.round(whole, 5)).size == np.unique(np.round(features, 5)).size
    assert np.allclose(np.unique(np.round(whole, 5)), np.unique(np.round(features, 5)), atol=2e-5)


def test_profile_features_are_mean_ink_of_rows_then_columns() -> None:
    image = np.zeros((1, 8, 8), dtype=np.uint8)
    image[0, 2, 7] = 16
    assert digits.profile(image)[0].tolist() == [0, 0, 0.125, *[0] * 5, *[0] * 7, 0.125]


@pytest.mark.parametrize("view", list(digits.VIEWS))
def test_every_view_tells_the_digits_apart(view: str) -> None:
    modality = digits.load(view=view)
    values = modality.read(np.arange(len(modality))).reshape(len(modality), -1)
    X = StandardScaler().fit_transform(values.astype(float))
    y = np.array(list((modality.labels or {}).values()))
    model = LogisticRegression(max_iter=300).fit(X[:1000], y[:1000])
    assert model.score(X[1000:], y[1000:]) > 0.6


def test_views_differ_in_fingerprint_and_agree_on_subjects() -> None:
    views = [digits.load(view=view) for view in digits.VIEWS]
    assert len({view.fingerprint for view in views}) == 3
    assert all((view.subjects == views[0].subjects).all() for view in views)
