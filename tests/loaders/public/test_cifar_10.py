"""CIFAR-10 is read from its binary version, parts as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.api import DataError
from albench.loaders.public import cifar_10 as loader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def cifar(tmp_path: Path) -> Path:
    """Imitate the set: two pictures a batch, red, green and blue being 1, 2 and 3 more than it."""
    home = tmp_path / "cifar-10-batches-bin"
    home.mkdir()
    (home / "batches.meta.txt").write_text("airplane\nbird\n\n")
    for place, name in enumerate([*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]):
        colours = np.repeat(np.array([1, 2, 3], dtype=np.uint8) + 10 * place, 32 * 32)
        records = [np.concatenate([[label], colours]) for label in (0, 1)]
        np.array(records, dtype=np.uint8).tofile(home / f"{name}.bin")
    return tmp_path


def test_training_batches_come_first_and_the_split_is_a_fact(cifar: Path) -> None:
    modality = loader.load(path=cifar)
    assert modality.shape == (3, 32, 32)
    assert modality.read(np.array([0, 3, 11]))[:, :, 5, 5].tolist() == [
        [1, 2, 3],
        [11, 12, 13],
        [51, 52, 53],
    ]
    assert modality.subjects[[0, 9, 10, 11]].tolist() == [
        "train-00001",
        "train-00010",
        "test-00001",
        "test-00002",
    ]
    assert (modality.labels or {})["test-00002"] == "bird"
    assert set(modality.facts["split"].values()) == {"train", "test"}


def test_a_byte_order_mark_is_no_part_of_the_first_name(cifar: Path) -> None:
    (names,) = cifar.rglob("batches.meta.txt")
    plain = loader.load(path=cifar).labels
    names.write_bytes(b"\xef\xbb\xbf" + names.read_bytes())
    assert loader.load(path=cifar).labels == plain


def test_a_part_is_read_alone(cifar: Path) -> None:
    (cifar / "cifar-10-batches-bin" / "data_batch_3.bin").unlink()
    assert len(loader.load(path=cifar, split="test")) == 2
    with pytest.raises(DataError, match=r"holds no folder with .*data_batch_3\.bin"):
        loader.load(path=cifar)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content[:-1], "has 6145 bytes, no whole number of records of 3073"),
        (lambda _: b"", "has 0 bytes"),
        (lambda content: b"\x07" + content[1:], "holds class 7, but batches.meta.txt names 2"),
    ],
)
def test_a_damaged_batch_is_named(
    cifar: Path, change: Callable[[bytes], bytes], message: str
) -> None:
    batch = cifar / "cifar-10-batches-bin" / "data_batch_2.bin"
    batch.write_bytes(change(batch.read_bytes()))
    with pytest.raises(DataError, match=rf"data_batch_2\.bin: {message}"):
        loader.load(path=cifar)
