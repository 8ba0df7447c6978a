"""What a file is that is no CSV in UTF-8, told by its first bytes."""

from pathlib import Path

_KINDS = (
    (b"PAR1", "a Parquet file: give it a name that ends in .parquet"),
    (b"PK\x03\x04", "a ZIP archive or a workbook of Excel: export the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old workbook of Excel: export the sheet as CSV"),
    (b"\x1f\x8b", "compressed by gzip: unpack it"),
    (b"\xff\xfe", "text in UTF-16, as Excel and PowerShell write it: save it in UTF-8"),
    (b"\xfe\xff", "text in UTF-16: save it in UTF-8"),
    (b"\x93NUMPY", "an array of NumPy: write it as a table with column names"),
)


def kind_of_file(file: Path) -> str | None:
    """Return what a file is and what to do about it, or None if nothing is known against it.

    Parameters
    ----------
    file : Path
        Any that exists.

    Returns
    -------
    str or None
        The end of a sentence. What cannot be opened is the `OSError` of the system.
    """
    with file.open("rb") as stream:
        head = stream.read(8)
    return next((kind for start, kind in _KINDS if head.startswith(start)), None)
