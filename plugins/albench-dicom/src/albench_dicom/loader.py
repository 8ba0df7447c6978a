"""The loader ``dicom``: ultrasound stills and videos, with subjects under pseudonyms."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from albench.api import (
    MISSING_WORDS,
    Complaint,
    DataError,
    Label,
    Modality,
    fingerprint,
    is_whole_number,
)
from albench_dicom.greys import is_shown_by_later_rules, spreads_all_bits
from albench_dicom.header import content_of, dataset_of
from albench_dicom.manifest import Row, read_manifest
from albench_dicom.pixels import frames as decoded_frames
from albench_dicom.pixels import n_frames, spread
from albench_dicom.pseudonyms import pseudonym, read_salt
from albench_dicom.regions import crop
from albench_dicom.scans import Scan, ScanReader, cut, digest
from albench_dicom.silence import Unusable, quoting_nothing

FEW_LEVELS = 64
"""Of 256. Values that reach over no more were most likely stored with fewer bits."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to take of each file, and how to name its subject."""

    salt: bytes
    literal: Sequence[str]
    frames: int
    region: str
    box: Sequence[int] | None
    burned_in: bool
    max_pixels: int
    bits: int | None


def load(  # noqa: PLR0913  # one argument an option of the benchmark
    *,
    manifest: Path,
    salt: Path,
    modality: str | None = None,
    unlabelled: str = "refuse",
    literal: Sequence[str] | None = None,
    separator: str = ",",
    size: int = 224,
    channels: int = 3,
    frames: int = 1,
    region: str = "ultrasound",
    box: Sequence[int] | None = None,
    burned_in: bool = False,
    root: Path | None = None,
    max_pixels: int = 50_000_000,
    bits: int | None = None,
) -> Modality:
    """Return the frames of one modality of a manifest, in its order, under pseudonyms.

    Every file is opened now and its last wanted frame decoded, so that a damaged one is known
    before training starts. No message, note or record quotes a header, a path or a subject.

    Parameters
    ----------
    manifest : Path
        A CSV file with the column path and, if it has them, subject, modality and label.
    salt : Path
        A file with the secret that pseudonyms are made with.
    modality : str or None
        Whose rows to take; None if the manifest has but one.
    unlabelled : str
        ``"refuse"`` rows without a label, or ``"drop"`` subjects of which no row has one.
    literal : sequence of str or None
        Words such as ``"NA"`` that are not missing values here.
    separator : str
        What stands between the fields of the manifest.
    size : int
        Pixels a side of the square that each region is stretched to.
    channels : int
        3 for RGB, 1 for grey.
    frames : int
        How many frames of a video to take, evenly spaced.
    region : str
        ``"ultrasound"``, ``"box"`` or ``"whole"``; see `crop`.
    box : sequence of int or None
        x, y, width and height of the region.
    burned_in : bool
        Whether a whole picture may be taken that says it has text burned in.
    root : Path or None
        The folder that paths are relative to and may not leave; None is the manifest's.
    max_pixels : int
        A frame with more is refused as a decompression bomb.
    bits : int or None
        How many bits the grey values of files without a window use; None is what the header says.

    Returns
    -------
    Modality
        Of uint8 pictures, a row a frame; subjects are pseudonyms. Its warning counts files whose
        picture has one single value.

    Raises
    ------
    DataError
        With all that is wrong with options, or with manifest and files, each with its line.
    """
    wrong = _about_options(channels, region, box)
    if wrong:
        raise DataError(wrong)
    wanted = Wanted(
        salt=read_salt(Path(salt)),
        literal=literal or (),
        frames=frames,
        region=region,
        box=box,
        burned_in=burned_in,
        max_pixels=max_pixels,
        bits=bits,
    )
    rows, has_labels, complaints = read_manifest(
        Path(manifest),
        modality,
        root,
        unlabelled=unlabelled,
        literal=literal or (),
        separator=separator,
    )
    if unlabelled == "drop" and not has_labels:
        problem = "found \"drop\", but the manifest has no column 'label': leave it out"
        complaints.append(Complaint("option 'unlabelled'", problem))
    scans, unusable = _scans(rows, wanted)
    labels, contradictions = _labels(zip(scans, rows, strict=True))
    complaints += unusable + contradictions
    if complaints:
        raise DataError(complaints)
    readable = [scan for scan in scans if scan is not None]
    kept = (
        readable
        if unlabelled == "refuse"
        else [scan for scan in readable if scan.subject in labels]
    )
    if not kept:
        raise DataError([Complaint(str(manifest), "no row that is read has a label")])
    n_left_out = len({scan.subject for scan in readable} - {scan.subject for scan in kept})
    reader = ScanReader(tuple(kept), size, channels, bits)
    return _modality(kept, labels if has_labels else None, reader, n_left_out)


def _about_options(channels: int, region: str, box: Sequence[int] | None) -> list[Complaint]:
    complaints = []
    if channels not in (1, 3):
        complaints.append(Complaint("option 'channels'", f"found {channels}, allowed are 1 and 3"))
    if (region == "box") != (box is not None):
        problem = 'goes with region = "box", and region = "box" with it'
        complaints.append(Complaint("option 'box'", problem))
    elif box is not None and not (len(box) == 4 and all(type(value) is int for value in box)):
        problem = f"found {list(box)}, allowed is [x, y, width, height] in whole pixels"
        complaints.append(Complaint("option 'box'", problem))
    return complaints


def _scans(rows: Sequence[Row], wanted: Wanted) -> tuple[list[Scan | None], list[Complaint]]:
    scans: list[Scan | None] = []
    complaints = []
    for row in rows:
        subject = pseudonym(row.subject, wanted.salt) if row.subject else ""
        try:
            # Elements are converted when they are looked at, so that any look may fail.
            with quoting_nothing("its header cannot be read"):
                scans.append(_scan(row, subject, wanted))
        except Unusable as error:
            scans.append(None)
            whose = f", subject {subject}" if subject else ""
            complaints.append(Complaint(f"{row.where}{whose}", str(error)))
    return scans, complaints


def _scan(row: Row, subject: str, wanted: Wanted) -> Scan:
    content = content_of(row.file)
    dataset = dataset_of(content, whose=not subject)
    if not subject:
        patient = str(dataset.get("PatientID") or "").strip()
        if not patient or patient in MISSING_WORDS.difference(wanted.literal):
            raise Unusable("its header has no Patient ID: add a column 'subject' to the manifest")
        subject = pseudonym(patient, wanted.salt)
    n_pixels = int(dataset.Rows) * int(dataset.Columns)
    if n_pixels > wanted.max_pixels:
        problem = f"a frame has {n_pixels} pixels, allowed are {wanted.max_pixels}"
        raise Unusable(f"{problem} (option 'max_pixels')")
    numbers = spread(n_frames(dataset), wanted.frames)
    part = crop(dataset, wanted.region, wanted.box, wanted.burned_in)
    with quoting_nothing("its pixels cannot be decoded"):
        (last,) = decoded_frames(dataset, numbers[-1:], wanted.bits)
    return Scan(
        row.file,
        row.where,
        subject,
        digest(content),
        numbers,
        part,
        is_blank=not np.ptp(cut(last, part), axis=(0, 1)).any(),
        n_levels=int(np.ptp(last)) + 1 if spreads_all_bits(dataset) else None,
        by_later_rules=is_shown_by_later_rules(dataset),
    )


def _labels(
    pairs: Iterable[tuple[Scan | None, Row]],
) -> tuple[dict[str, Label], list[Complaint]]:
    first: dict[str, tuple[str, str]] = {}
    complaints = []
    for scan, row in pairs:
        if scan is None or not row.label:
            continue
        earlier, place = first.setdefault(scan.subject, (row.label, row.where))
        if earlier != row.label:
            problem = f"has the label {row.label!r}, but {earlier!r} in {place}"
            complaints.append(Complaint(f"{row.where}, subject {scan.subject}", problem))
    labels = {subject: label for subject, (label, _) in first.items()}
    if all(is_whole_number(label) for label in labels.values()):
        return {subject: int(label) for subject, label in labels.items()}, complaints
    return dict(labels), complaints


def _modality(
    scans: Sequence[Scan], labels: dict[str, Label] | None, reader: ScanReader, n_left_out: int
) -> Modality:
    subjects = np.repeat(
        np.array([scan.subject for scan in scans], dtype=np.str_),
        [len(scan.frames) for scan in scans],
    )
    parts = [
        f"{scan.digest} {scan.frames} {scan.crop}" + (", greys 2" if scan.by_later_rules else "")
        for scan in scans
    ]
    labels_text = json.dumps(labels, sort_keys=True)
    shape = (reader.channels, reader.size, reader.size)
    left_out = f" Subjects without a label, left out: {n_left_out}." if n_left_out else ""
    # What came later than the first results is named only where it is used: they stay valid.
    form = str(shape) if reader.bits is None else f"{shape}, {reader.bits} bits"
    return Modality(
        subjects=subjects,
        shape=shape,
        read=reader,
        fingerprint=fingerprint("dicom", form, subjects, labels_text, *parts),
        labels=labels,
        note=f"{len(scans)} DICOM files; subjects are pseudonyms.{left_out}",
        warnings=_warnings(scans),
    )


def _warnings(scans: Sequence[Scan]) -> tuple[str, ...]:
    return (*_about_blanks(scans), *_about_unused_bits(scans))


def _about_blanks(scans: Sequence[Scan]) -> tuple[str, ...]:
    blank = [scan.where for scan in scans if scan.is_blank]
    if not blank:
        return ()
    verb = "has" if len(blank) == 1 else "have"
    return (
        f"{len(blank)} of {len(scans)} files {verb} one single value in all pixels of the (last) "
        f"frame that is taken (first: {blank[0]}): check their windows, and whether they belong "
        "here.",
    )


def _about_unused_bits(scans: Sequence[Scan]) -> tuple[str, ...]:
    levels = [scan.n_levels for scan in scans if scan.n_levels is not None]
    if not levels or max(levels) > FEW_LEVELS:
        return ()
    return (
        f"The grey values of {len(levels)} files without a window reach over {max(levels)} of 256 "
        "levels: if fewer bits are used than their headers say, set the option bits (12 for "
        "values up to 4095).",
    )
