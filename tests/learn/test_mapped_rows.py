"""Large files of vectors are memory-mapped: the same numbers, without a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.api import DataError, Modality, fingerprint
from albench.cohort.cache import FeatureCache
from albench.cohort.stored_array import StoredArray, remembered
from albench.learn import extraction, sample_vectors
from albench.learn.estimator import FusionClassifier
from albench.learn.extraction import features
from albench.learn.mapped_rows import MappedRows
from albench.learn.store import SampleStore, Scaling
from albench.models.logistic import Logistic

if TYPE_CHECKING:
    from pathlib import Path

VALUES = (np.random.default_rng(0).normal(3, 5, (90, 6))).astype(np.float16)
ROWS = np.arange(0, 90, 2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    np.save(tmp_path / "v.npy", VALUES)
    return tmp_path / "v.npy"


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take everything for large."""
    for module in (extraction, sample_vectors):
        monkeypatch.setattr(module, "IN_MEMORY", 0)


def modality(file: Path, values: np.ndarray = VALUES) -> Modality:
    subjects = np.array([f"P{number}" for number in range(len(values))])
    return Modality(
        subjects=subjects,
        shape=(values.shape[1],),
        read=lambda rows: values[rows].astype(np.float32),
        fingerprint=fingerprint(values),
        mapped=file,
    )


@pytest.mark.usefixtures("large")
def test_a_large_file_is_mapped_and_not_copied(file: Path, tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path / "cache")
    result = features(modality(file), None, cache)
    assert isinstance(result, np.memmap)
    assert result.filename == str(file)
    assert result.dtype == np.float16
    np.testing.assert_array_equal(result, VALUES)
    assert not (tmp_path / "cache").exists()


def test_a_small_one_is_read_as_before(file: Path, tmp_path: Path) -> None:
    result = features(modality(file), None, FeatureCache(tmp_path / "cache"))
    assert result.dtype == np.float32
    assert not isinstance(result, np.memmap)


@pytest.mark.usefixtures("large")
def test_a_child_finds_out_if_the_file_has_changed_since(file: Path, tmp_path: Path) -> None:
    result = remembered(features(modality(file), None, FeatureCache(tmp_path / "cache")))
    assert result is not None
    again = StoredArray.of_plain(result.plain())
    np.testing.assert_array_equal(again.open(), VALUES)
    np.save(file, VALUES + 1)
    with pytest.raises(DataError, match=r"v\.npy.*checksum"):
        again.open()


@pytest.mark.usefixtures("large")
def test_what_is_not_finite_is_found_in_a_mapped_file_too(file: Path, tmp_path: Path) -> None:
    broken = VALUES.copy()
    broken[7, 1] = np.nan
    np.save(file, broken)
    with pytest.raises(DataError, match="subject P7, row 7"):
        features(modality(file, broken), None, FeatureCache(tmp_path / "cache"))


def stores(file: Path) -> tuple[SampleStore, SampleStore]:
    """Return the store of some rows, looked up and copied."""
    mapped = MappedRows(np.load(file, mmap_mode="r"), ROWS)
    copied = VALUES[ROWS].astype(np.float32)
    return (
        SampleStore({"v": (ROWS, mapped)}, scalings={"v": Scaling.of(mapped)}),
        SampleStore({"v": (ROWS, copied)}, scalings={"v": Scaling.of(copied)}),
    )


def test_a_store_of_mapped_rows_gives_what_one_of_copies_gives(file: Path) -> None:
    mapped, copied = stores(file)
    places = np.array([4, 0, 44, 4])
    np.testing.assert_allclose(mapped.take("v", places), copied.take("v", places), rtol=1e-6)
    assert mapped.shape("v") == (6,)


def test_it_gives_no_rows_of_another_part(file: Path) -> None:
    mapped, _ = stores(file)
    with pytest.raises(DataError, match="sample 3 does not belong to this part"):
        mapped.places(np.array([[3]]))
    with pytest.raises(IndexError):
        mapped.take("v", np.array([45]))


def test_a_model_that_passes_samples_on_predicts_the_same(
    file: Path, request: pytest.FixtureRequest
) -> None:
    def proba(store: SampleStore) -> np.ndarray:
        classifier = FusionClassifier(Logistic(), {"v": (6,)}, 2, store, device="cpu")
        classifier.fit(ROWS[:20, None], np.arange(20) % 2)
        return classifier.predict_proba(ROWS[:, None])

    mapped, copied = stores(file)
    expected = proba(copied)
    request.getfixturevalue("large")
    np.testing.assert_allclose(proba(mapped), expected, atol=1e-5)
