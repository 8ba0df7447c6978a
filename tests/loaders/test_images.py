"""Images are read as the manifest says, or all problems of manifest and files are reported."""

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from albench.api import DataError
from albench.loaders import images
from albench.loaders.pictures import reason_of

WriteCsv = Callable[..., Path]
WritePicture = Callable[..., Path]


def complaints(manifest: Path, **options: object) -> list[str]:
    with pytest.raises(DataError) as caught:
        images.load(manifest=manifest, **options)  # type: ignore[arg-type]  # wrong on purpose
    return [str(complaint) for complaint in caught.value.complaints]


def test_a_modality_holds_its_own_rows_in_order(clinic: Path) -> None:
    modality = images.load(manifest=clinic, modality="LUS", size=6)
    assert modality.subjects.tolist() == ["P01", "P02", "P03"]
    assert modality.labels == {"P01": "F0", "P02": "F1", "P03": "F2"}
    assert modality.shape == (3, 6, 6)


def test_rows_are_read_in_any_order_and_again(clinic: Path) -> None:
    read = images.load(manifest=clinic, modality="LUS", size=6).read(np.array([2, 0, 2]))
    assert read.shape == (3, 3, 6, 6)
    assert read.dtype == np.uint8
    assert read[:, :, 0, 0].tolist() == [[20, 100, 200], [0, 100, 200], [20, 100, 200]]


def test_no_rows_are_no_pictures(clinic: Path) -> None:
    read = images.load(manifest=clinic, modality="LUS", size=6).read(np.array([], dtype=np.intp))
    assert read.shape == (0, 3, 6, 6)


def test_one_channel_is_grey(clinic: Path) -> None:
    read = images.load(manifest=clinic, modality="LUS", size=4, channels=1).read(np.array([0]))
    assert read.shape == (1, 1, 4, 4)
    assert np.ptp(read) == 0


def test_the_only_modality_needs_no_name(write_csv: WriteCsv, write_picture: WritePicture) -> None:
    write_picture("a.png")
    manifest = write_csv("subject,modality,path,label", "P1,LUS,a.png,1")
    assert images.load(manifest=manifest).labels == {"P1": 1}


def test_a_manifest_without_labels_leaves_them_to_another_modality(
    write_csv: WriteCsv, write_picture: WritePicture
) -> None:
    write_picture("a.png")
    assert images.load(manifest=write_csv("subject,modality,path", "P1,A,a.png")).labels is None


def test_of_several_modalities_one_must_be_named(clinic: Path) -> None:
    assert "'modality'; found are 'LSTE', 'LUS'" in complaints(clinic)[0]


def test_an_unknown_modality_is_answered_with_the_list(clinic: Path) -> None:
    assert (
        "no row of modality 'SSTE'; found are 'LSTE', 'LUS'"
        in complaints(clinic, modality="SSTE")[0]
    )


def test_columns_that_are_missing_are_named(write_csv: WriteCsv) -> None:
    problems = complaints(write_csv("subject,file", "P1,a.png"))
    assert [part.split("'")[1] for part in problems] == ["modality", "path"]


def test_all_that_is_wrong_is_said_at_once(
    tmp_path: Path, write_csv: WriteCsv, write_picture: WritePicture
) -> None:
    for name in ("a.png", "b.png", "c.png"):
        write_picture(name)
    (tmp_path / "text.png").write_text("not a picture")
    (tmp_path / "nothing.png").write_bytes(b"")
    whole = write_picture("cut.jpg", size=(200, 100)).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    manifest = write_csv(
        "subject,modality,path,label",
        "P1,A,a.png,F0",
        "P1,A,./a.png,F0",
        "P2,A,gone.png,F1",
        ",A,b.png,F1",
        "P3,A,text.png,",
        "P1,B,c.png,F4",
        "P4,A,../secret.png,F1",
        "P5,A,cut.jpg,F1",
        "P6,,c.png,F1",
        "P7,A,nothing.png,F1",
    )
    problems = complaints(manifest, modality="A")
    lines = sorted(int(part.split("line ")[1].split(":")[0].split(",")[0]) for part in problems)
    assert lines == [3, 4, 5, 6, 6, 7, 8, 9, 10, 11]


EXPECTED = {
    "missing": "does not exist",
    "text": "in no format that Pillow knows",
    "empty": "it is empty",
    "cut": "truncated",
    "folder": "Is a directory",
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_damaged_file_is_named_with_line_and_subject(
    tmp_path: Path, write_csv: WriteCsv, write_picture: WritePicture, kind: str
) -> None:
    file = write_picture("a.jpg", size=(300, 200))
    whole = file.read_bytes()
    file.unlink()
    contents = {"text": b"hello", "empty": b"", "cut": whole[:-100]}
    if kind == "folder":
        file.mkdir()
    elif kind != "missing":
        file.write_bytes(contents[kind])
    (problem,) = complaints(write_csv("subject,modality,path", "P7,A,a.jpg"))
    assert "line 2, subject 'P7'" in problem
    assert str(file) in problem
    assert EXPECTED[kind] in problem


FOREIGN = {
    "DICOM": (bytes(128) + b"DICM", "it is a DICOM file: the loader 'dicom'"),
    "video": (b"\0\0\0\x20ftypisom", "it is a video: take its frames out first"),
    "older video": (b"RIFF\0\0\0\0AVI LIST", "it is a video"),
    "telephone": (b"\0\0\0\x18ftypheic", "it is a HEIC picture: convert it"),
    "gzip": (b"\x1f\x8b\x08", "it is a gzip archive: unpack it"),
    "document": (b"%PDF-1.7", "it is a PDF document"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1", "it is a pointer of Git LFS"),
    "web page": (b"<!DOCTYPE html><p>Not found", "it is a web page: the download went wrong"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_that_is_no_picture_is_called_what_it_is(
    tmp_path: Path, write_csv: WriteCsv, kind: str
) -> None:
    content, expected = FOREIGN[kind]
    (tmp_path / "a.png").write_bytes(content)
    (problem,) = complaints(write_csv("subject,modality,path", "P7,A,a.png"))
    assert expected in problem


@pytest.mark.parametrize("error", [IndexError("index out of range"), EOFError(), SyntaxError("x")])
def test_a_decoder_that_stumbles_is_told_as_damage(error: Exception) -> None:
    assert reason_of(error).startswith("it is damaged; its decoder says ")


@pytest.fixture
def linked(tmp_path: Path, write_picture: WritePicture) -> Path:
    """Write a manifest whose one picture is a link to another folder."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "a.png").symlink_to(write_picture("elsewhere/a.png"))
    (tmp_path / "home" / "m.csv").write_text("subject,modality,path\nP1,A,home/a.png\n")
    return tmp_path


def test_a_root_above_the_manifest_allows_what_lies_in_it(linked: Path) -> None:
    assert len(images.load(manifest=linked / "home" / "m.csv", root=linked)) == 1


def test_a_link_that_leaves_the_root_is_refused(linked: Path) -> None:
    (linked / "home" / "home").symlink_to(linked / "home")
    (problem,) = complaints(linked / "home" / "m.csv")
    assert f"the path 'home/a.png' leaves {linked / 'home'}" in problem


def test_a_picture_over_the_pixel_limit_is_a_bomb(
    write_csv: WriteCsv, write_picture: WritePicture
) -> None:
    write_picture("a.png", size=(100, 60))
    manifest = write_csv("subject,modality,path", "P1,A,a.png")
    assert "100 x 60 = 6000 pixels, allowed are 5999" in complaints(manifest, max_pixels=5999)[0]
    assert len(images.load(manifest=manifest, max_pixels=6000)) == 1


@pytest.mark.parametrize("side", [9_500, 14_000])
def test_what_pillow_calls_a_bomb_is_a_complaint(
    write_csv: WriteCsv, write_picture: WritePicture, side: int
) -> None:
    write_picture("a.png", pixels=np.zeros((side, side), dtype=np.uint8))
    (problem,) = complaints(write_csv("subject,modality,path", "P1,A,a.png"))
    assert "pixels" in problem


def test_the_fingerprint_is_of_bytes_not_of_names(
    tmp_path: Path, write_csv: WriteCsv, write_picture: WritePicture
) -> None:
    shutil.copy(write_picture("a.png"), tmp_path / "b.png")
    header = "subject,modality,path"
    files = [write_csv(header, f"P1,A,{n}.png", name=f"{n}.csv") for n in "ab"]
    assert len({images.load(manifest=file).fingerprint for file in files}) == 1


CHANGES = {
    "bytes": ("P1,A,c.png,F0", "P2,A,b.png,F1"),
    "order": ("P2,A,b.png,F1", "P1,A,a.png,F0"),
    "subject": ("P3,A,a.png,F0", "P2,A,b.png,F1"),
    "label": ("P1,A,a.png,F2", "P2,A,b.png,F1"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_fingerprint_tells(
    write_csv: WriteCsv, write_picture: WritePicture, change: str
) -> None:
    for number, name in enumerate("abc"):
        write_picture(f"{name}.png", (number, 0, 0))
    header = "subject,modality,path,label"
    before = images.load(manifest=write_csv(header, "P1,A,a.png,F0", "P2,A,b.png,F1"))
    after = images.load(manifest=write_csv(header, *CHANGES[change]))
    assert before.fingerprint != after.fingerprint


@pytest.mark.parametrize("options", [{"size": 5}, {"channels": 1}])
def test_the_fingerprint_tells_options(clinic: Path, options: dict[str, int]) -> None:
    before = images.load(manifest=clinic, modality="LUS", size=4)
    after = images.load(**{"manifest": clinic, "modality": "LUS", "size": 4, **options})  # type: ignore[arg-type]  # mixed values
    assert before.fingerprint != after.fingerprint


def test_a_file_that_goes_bad_later_is_named_when_it_is_read(tmp_path: Path, clinic: Path) -> None:
    modality = images.load(manifest=clinic, modality="LUS")
    (tmp_path / "lus" / "P02.png").write_bytes(b"no more")
    assert len(modality.read(np.array([0, 2]))) == 2
    with pytest.raises(DataError, match=r"subject 'P02'.*P02\.png cannot be read"):
        modality.read(np.array([0, 1]))


def test_a_reader_can_be_sent_to_another_process(clinic: Path) -> None:
    read = images.load(manifest=clinic, modality="LUS", size=4).read
    rows = np.arange(3)
    assert np.array_equal(pickle.loads(pickle.dumps(read))(rows), read(rows))  # noqa: S301


def test_reading_holds_no_file_open(clinic: Path, recwarn: pytest.WarningsRecorder) -> None:
    images.load(manifest=clinic, modality="LUS").read(np.arange(3))
    assert not list(recwarn)


def test_two_channels_are_refused(clinic: Path) -> None:
    assert (
        "option 'channels': found 2, allowed are 1 and 3"
        in complaints(clinic, modality="LUS", channels=2)[0]
    )


def test_a_picture_keeps_its_place(write_csv: WriteCsv, write_picture: WritePicture) -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    write_picture("a.png", pixels=pixels)
    manifest = write_csv("subject,modality,path", "P1,A,a.png")
    read = images.load(manifest=manifest, size=4).read(np.array([0]))[0]
    assert np.array_equal(read, pixels.transpose(2, 0, 1))


def test_a_picture_is_turned_as_its_camera_says(
    write_csv: WriteCsv, write_picture: WritePicture
) -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    exif = Image.Exif()
    exif[0x0112] = 3  # orientation: upside down
    write_picture("a.png", pixels=pixels, exif=exif)
    manifest = write_csv("subject,modality,path", "P1,A,a.png")
    read = images.load(manifest=manifest, size=4).read(np.array([0]))[0]
    assert np.array_equal(read, pixels[::-1, ::-1].transpose(2, 0, 1))


@pytest.fixture
def framed(write_csv: WriteCsv, write_picture: WritePicture) -> Path:
    """Write a manifest of a picture with a yellow frame and one without."""
    pixels = np.full((60, 80, 3), 90, dtype=np.uint8)
    pixels[20:41, 30:61] = (255, 255, 0)
    pixels[21:40, 31:60] = (10, 20, 200)
    write_picture("framed.png", pixels=pixels)
    write_picture("plain.png", size=(80, 60))
    return write_csv(
        "subject,modality,path", "P1,framed,framed.png", "P1,both,framed.png", "P2,both,plain.png"
    )


def test_a_frame_is_cut_out_without_its_line(framed: Path) -> None:
    modality = images.load(manifest=framed, modality="framed", size=8, region="yellow-frame")
    assert np.unique(modality.read(np.array([0]))[0, 0]).tolist() == [10]


def test_a_missing_frame_is_named_with_file_and_subject(framed: Path) -> None:
    (problem,) = complaints(framed, modality="both", region="yellow-frame")
    assert "line 4, subject 'P2'" in problem
    assert "plain.png cannot be read: no frame of colour #ffff00 was found" in problem


def test_a_frame_of_another_colour_is_not_found(framed: Path) -> None:
    assert (
        "#ff0000" in complaints(framed, modality="framed", region="yellow-frame", colour="red")[0]
    )


def test_a_fixed_box_is_cut_out(framed: Path) -> None:
    box = [31, 21, 29, 19]
    modality = images.load(manifest=framed, modality="framed", size=8, region="box", box=box)
    assert np.unique(modality.read(np.array([0]))[0, 0]).tolist() == [10]


def test_a_box_outside_a_picture_is_named_with_file_and_subject(framed: Path) -> None:
    problems = complaints(framed, modality="both", region="box", box=[60, 0, 21, 10])
    assert len(problems) == 2
    assert "subject 'P2'" in problems[1]
    assert "reaches outside its 80 x 60 pixels" in problems[1]


def test_the_square_holds_the_region_at_its_own_scale(framed: Path) -> None:
    modality = images.load(manifest=framed, modality="framed", size=40, region="roi-square")
    red = modality.read(np.array([0]))[0, 0]
    assert (red == 10).sum() == 19 * 29
    assert (red == 90).sum() == 40 * 40 - 21 * 31


def test_the_fingerprint_tells_the_region(framed: Path) -> None:
    choices: list[dict[str, Any]] = [  # mixed values
        {},
        {"region": "yellow-frame"},
        {"region": "box", "box": [0, 0, 5, 5]},
    ]
    fingerprints = {
        images.load(manifest=framed, modality="framed", **choice).fingerprint for choice in choices
    }
    assert len(fingerprints) == 3


@pytest.mark.parametrize("word", ["NaN", "None"])
def test_a_word_for_nothing_is_refused_unless_it_is_meant(
    write_csv: WriteCsv, write_picture: WritePicture, word: str
) -> None:
    write_picture("a.png")
    write_picture("b.png", (1, 2, 3))
    manifest = write_csv("subject,modality,path,label", f"{word},A,a.png,F0", f"P2,A,b.png,{word}")
    first, second = complaints(manifest)
    assert f"line 2, column 'subject': found '{word}'" in first
    assert f"line 3, column 'label': found '{word}'" in second
    assert images.load(manifest=manifest, literal=[word]).labels == {word: "F0", "P2": word}


def test_subjects_without_a_label_can_be_dropped_and_are_counted(
    write_csv: WriteCsv, write_picture: WritePicture
) -> None:
    for name in "abc":
        write_picture(f"{name}.png")
    rows = ("P1,A,a.png,F0", "P2,A,b.png,", "P3,A,c.png,NA", "P1,B,b.png,F0")
    manifest = write_csv("subject,modality,path,label", *rows)
    modality = images.load(manifest=manifest, modality="A", unlabelled="drop")
    assert modality.subjects.tolist() == ["P1"]
    assert "2 subjects without a label are left out" in modality.note


def test_whole_floats_are_the_subjects_that_integers_are(
    write_csv: WriteCsv, write_picture: WritePicture
) -> None:
    write_picture("a.png")
    manifest = write_csv("subject,modality,path,label", "7.0,A,a.png,1.0")
    assert images.load(manifest=manifest).labels == {"7": 1}


def test_a_manifest_with_semicolons_is_said_to_be_one_and_can_be_read(
    write_csv: WriteCsv, write_picture: WritePicture
) -> None:
    write_picture("a.png")
    manifest = write_csv("subject;modality;path", "P1;A;a.png")
    (problem,) = complaints(manifest)
    assert "separated by ';', not by ','" in problem
    assert len(images.load(manifest=manifest, separator=";")) == 1
