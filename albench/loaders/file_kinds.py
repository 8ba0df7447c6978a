"""Files that are not pictures, told by their first bytes, and what to do with them."""

_DICOM_MARK = slice(128, 132)
_BOX_TYPE, _BOX_BRAND = slice(4, 8), slice(8, 12)  # of the ISO base media format

_VIDEO = "a video: take its frames out first, `ffmpeg -i VIDEO frame_%04d.png` does it"
_BY_START = {
    b"\x1f\x8b": "a gzip archive: unpack it",
    b"PK\x03\x04": "a zip archive: unpack it",
    b"%PDF": "a PDF document: export its pictures as PNG",
    b"\x1aE\xdf\xa3": _VIDEO,
    b"\x00\x00\x01\xba": _VIDEO,
    b"\x93NUMPY": "a NumPy array: write it as pictures",
    b"version https://git-lfs": "a pointer of Git LFS: fetch the file with `git lfs pull`",
    b"<svg": "a drawing (SVG): export it as PNG",
    b"<?xml": "an XML document",
    b"<!DOCTYPE html": "a web page: the download went wrong",
    b"<html": "a web page: the download went wrong",
}


def kind_of(content: bytes) -> str:
    """Return what a file is that Pillow does not know, and what to do.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    str
        The end of a sentence: "it is ...".
    """
    if content[_DICOM_MARK] == b"DICM":
        return "it is a DICOM file: the loader 'dicom' of albench-dicom reads it"
    if content[_BOX_TYPE] == b"ftyp":
        is_still = content[_BOX_BRAND] in (b"heic", b"heix", b"mif1", b"msf1")
        return f"it is {'a HEIC picture: convert it to PNG or JPEG' if is_still else _VIDEO}"
    if content[:4] == b"RIFF" and content[8:12] == b"AVI ":
        return f"it is {_VIDEO}"
    for start, kind in _BY_START.items():
        if content.startswith(start):
            return f"it is {kind}"
    return "it is in no format that Pillow knows"
