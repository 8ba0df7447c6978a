"""UCI HAR is read by sensor; persons and the set's own parts are facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.api import DataError
from albench.loaders.public import uci_har as loader

if TYPE_CHECKING:
    from pathlib import Path

STEPS = 4


@pytest.fixture
def har(tmp_path: Path) -> Path:
    """Imitate the set: three windows of two persons, and one of a third for test."""
    home = tmp_path / "UCI HAR Dataset"
    home.mkdir()
    (home / "activity_labels.txt").write_text("1 WALKING\n2 WALKING_UPSTAIRS\n")
    for part, persons in (("train", (1, 1, 3)), ("test", (2,))):
        folder = home / part / "Inertial Signals"
        folder.mkdir(parents=True)
        (home / part / f"subject_{part}.txt").write_text("".join(f"{n}\n" for n in persons))
        (home / part / f"y_{part}.txt").write_text("".join(f"{1 + n % 2}\n" for n in persons))
        for height, signal in enumerate(("total_acc", "body_gyro", "body_acc")):
            for shift, axis in enumerate("xyz"):
                values = np.full((len(persons), STEPS), 10 * height + shift, dtype=float)
                np.savetxt(folder / f"{signal}_{axis}_{part}.txt", values, fmt="% .7e")
    return tmp_path


@pytest.mark.parametrize(("view", "first"), [("accelerometer", 0), ("gyroscope", 10), ("body", 20)])
def test_axes_stand_one_behind_the_other(har: Path, view: str, first: int) -> None:
    modality = loader.load(path=har, view=view)
    expected = np.repeat([first, first + 1, first + 2], STEPS)
    assert modality.read(np.array([3]))[0].tolist() == expected.tolist()


def test_windows_are_subjects_and_persons_are_a_fact(har: Path) -> None:
    modality = loader.load(path=har)
    assert modality.subjects.tolist() == ["train-00001", "train-00002", "train-00003", "test-00001"]
    assert list((modality.labels or {}).values()) == [*["WALKING_UPSTAIRS"] * 3, "WALKING"]
    assert list(modality.facts["person"].values()) == ["1", "1", "3", "2"]
    assert modality.facts["split"]["test-00001"] == "test"


def test_a_byte_order_mark_is_no_part_of_the_first_value(har: Path) -> None:
    for file in har.rglob("*.txt"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert "WALKING" in set((loader.load(path=har).labels or {}).values())


def test_files_that_differ_in_length_are_refused(har: Path) -> None:
    (har / "UCI HAR Dataset" / "train" / "subject_train.txt").write_text("1\n1\n")
    with pytest.raises(DataError, match="holds 4 windows, 4 activities and 3 persons"):
        loader.load(path=har)


def test_axes_of_different_lengths_are_refused(har: Path) -> None:
    axis = har / "UCI HAR Dataset" / "test" / "Inertial Signals" / "total_acc_y_test.txt"
    axis.write_text("1 2 3\n")
    with pytest.raises(DataError, match=r"total_acc_x_test\.txt: the files of its axes differ"):
        loader.load(path=har)


def test_an_activity_without_a_name_is_refused(har: Path) -> None:
    (har / "UCI HAR Dataset" / "test" / "y_test.txt").write_text("6\n")
    with pytest.raises(DataError, match=r"activity_labels\.txt: has no activity 6; it names 1, 2"):
        loader.load(path=har)


@pytest.mark.parametrize(
    ("content", "problem"), [("1 x 3 4\n", "is no table of numbers"), ("nan 1 1 1\n", "not finite")]
)
def test_a_damaged_file_is_named(har: Path, content: str, problem: str) -> None:
    file = har / "UCI HAR Dataset" / "train" / "Inertial Signals" / "body_gyro_z_train.txt"
    file.write_text(content)
    with pytest.raises(DataError, match=rf"body_gyro_z_train\.txt: .*{problem}"):
        loader.load(path=har, view="gyroscope")


def test_a_missing_file_is_named(har: Path) -> None:
    (har / "UCI HAR Dataset" / "test" / "y_test.txt").unlink()
    with pytest.raises(DataError, match=r"y_test\.txt: cannot be read"):
        loader.load(path=har)


def test_names_of_activities_that_are_none_are_refused(har: Path) -> None:
    (har / "UCI HAR Dataset" / "activity_labels.txt").write_text("WALKING\n")
    with pytest.raises(DataError, match="holds no lines of a number and an activity"):
        loader.load(path=har)
