"""Pictures are told by their paths: class, subject and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from albench.api import DataError
from albench.loaders import picture_folders as loader

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder a class, below it one a patient; beside it a mask and a text."""
    for number, place in enumerate(
        ("set/F0/p1/a.png", "set/F0/p1/b.png", "set/F3/p2/a.png", "masks/F0/p1_a.png")
    ):
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((6, 8), 10 * number, dtype=np.uint8)
        pixels[0, 0] = 255
        Image.fromarray(pixels).save(file)
    (tmp_path / "set" / "readme.txt").write_text("no picture")
    return tmp_path


def test_paths_tell_class_and_subject(home: Path) -> None:
    modality = loader.load(path=home, files="set/{label}/{subject}/*.png", size=4)
    assert modality.subjects.tolist() == ["p1", "p1", "p2"]
    assert modality.labels == {"p1": "F0", "p2": "F3"}
    assert modality.read(np.array([2]))[0, :, -1, -1].tolist() == [20, 20, 20]


def test_grey_pictures_have_one_channel(home: Path) -> None:
    assert loader.load(path=home, files="{label}/{subject}/*.png", channels=1).shape[0] == 1


def test_without_a_label_another_modality_has_them(home: Path) -> None:
    assert loader.load(path=home, files="{subject}/*.png").labels is None


def test_without_a_subject_each_picture_is_its_own_and_that_is_said(home: Path) -> None:
    modality = loader.load(path=home, files="{label}/p*/*.png")
    assert modality.subjects.tolist() == ["set/F0/p1/a", "set/F0/p1/b", "set/F3/p2/a"]
    assert "each picture is its own subject" in modality.note


def test_subjects_are_called_by_several_parts_and_join_with_another_view(home: Path) -> None:
    options: dict[str, Any] = {"path": home, "subject": "{label}:{who}-{n}"}
    pictures = loader.load(files="set/{label}/{who}/{n}.png", **options)
    masks = loader.load(files="masks/{label}/{who}_{n}.png", **options)
    assert masks.subjects.tolist() == ["F0:p1-a"]
    assert set(masks.subjects) < set(pictures.subjects)
    assert "own subject" not in pictures.note


def test_other_names_are_facts(home: Path) -> None:
    facts = loader.load(path=home, files="set/{stage}/{subject}/{n}.png").facts
    assert list(facts) == ["stage", "n"]
    with pytest.raises(DataError, match=r"picture 2, subject 'p1': has 'b' in column 'n'"):
        facts["n"]


def test_whole_numbers_are_numbers(tmp_path: Path) -> None:
    for name in ("1_0.png", "2_1.png"):
        Image.new("L", (2, 2)).save(tmp_path / name)
    labels = loader.load(path=tmp_path, files="{subject}_{label}.png").labels
    assert labels == {"1": 0, "2": 1}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no folder": ({"path": "gone", "files": "*.png"}, "gone: is not a folder"),
    "no match": (
        {"files": "{label}/*.jpg"},
        r"no picture like '\{label\}/\*\.jpg'; the first of 4 is 'masks/F0/p1_a.png'",
    ),
    "no picture": ({"path": "empty", "files": "*.png"}, r"holds no picture \(\.bmp, "),
    "two labels": ({"files": "set/{label}/*/{n}.png", "subject": "{n}"}, "subject 'a'"),
    "unknown name": (
        {"files": "{label}/*.png", "subject": "{who}"},
        r"option 'subject': names \{who\}, which 'files' has not; .* are \{label\}",
    ),
    "no name": ({"files": "{label}/*.png", "subject": "all"}, "has no placeholder"),
    "channels": ({"files": "{label}/*.png", "channels": 2}, "found 2, allowed are 1 and 3"),
    "a word for none": ({"files": "F0/{label}/*.png"}, "'NA', which software writes for a missing"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_with_its_place(
    home: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    (home / "empty").mkdir()
    if case == "a word for none":
        (home / "set" / "F0" / "p1").rename(home / "set" / "F0" / "NA")
    options, message = BAD[case]
    arguments: dict[str, Any] = {"path": home, **options}
    with pytest.raises(DataError, match=message):
        loader.load(**arguments)


def test_a_damaged_picture_is_named(home: Path) -> None:
    (home / "set" / "F3" / "p2" / "a.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"subject 'p2'.*a\.png"):
        loader.load(path=home, files="{label}/{subject}/*.png")
