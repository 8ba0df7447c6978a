"""Tables that scikit-learn ships, read without it."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits

from albench.errors import DataError
from albench.loaders import breast_cancer, digits
from albench.loaders.bundled import bundled_table

if TYPE_CHECKING:
    from pathlib import Path


def test_digits_are_those_that_scikit_learn_gives() -> None:
    bunch = load_digits()
    modality = digits.load(view="pixels")
    assert modality.labels is not None
    assert np.array_equal(digits._images()[0], bunch.images)
    assert [modality.labels[name] for name in modality.subjects] == bunch.target.tolist()


@pytest.mark.parametrize(("view", "first"), [("mean", 0), ("error", 10), ("worst", 20)])
def test_masses_are_those_that_scikit_learn_gives(view: str, first: int) -> None:
    bunch = load_breast_cancer()
    modality = breast_cancer.load(view=view)
    assert modality.labels is not None
    values = modality.read(np.arange(len(modality)))
    assert np.array_equal(values, bunch.data[:, first : first + 10].astype(np.float32))
    names = bunch.target_names[bunch.target].tolist()
    assert [modality.labels[name] for name in modality.subjects] == names


@pytest.mark.parametrize("content", [None, b"", b"no,numbers\n"])
def test_a_file_that_is_not_there_or_damaged_is_named(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = ModuleSpec("sklearn", None, is_package=True)
    package.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: package)
    folder = tmp_path / "datasets" / "data"
    folder.mkdir(parents=True)
    if content is not None:
        (folder / "digits.csv.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"digits\.csv\.gz: cannot be read: .*; install scikit"):
        bundled_table("digits.csv.gz")


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(DataError, match="scikit-learn, which ships these data, is not installed"):
        bundled_table("digits.csv.gz")
