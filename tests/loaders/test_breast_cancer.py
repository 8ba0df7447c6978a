"""The breast masses are scikit-learn's, ten measures a view."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

from albench.loaders import breast_cancer


@pytest.mark.parametrize("view", breast_cancer.VIEWS)
def test_a_view_holds_the_columns_of_its_name(view: str) -> None:
    bunch = load_breast_cancer()
    columns = [view in name.split() for name in bunch.feature_names]
    read = breast_cancer.load(view=view).read(np.arange(569))
    assert read.dtype == np.float32
    assert np.array_equal(read, bunch.data[:, columns].astype(np.float32))


def test_357_masses_are_benign_and_212_malignant() -> None:
    labels = list((breast_cancer.load().labels or {}).values())
    assert (labels.count("benign"), labels.count("malignant")) == (357, 212)


def test_the_first_mass_is_malignant() -> None:
    assert (breast_cancer.load().labels or {})["0001"] == "malignant"


def test_views_differ_in_fingerprint() -> None:
    assert len({breast_cancer.load(view=view).fingerprint for view in breast_cancer.VIEWS}) == 3
