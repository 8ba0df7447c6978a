"""The files of installed packages, found without importing what they belong to."""

import importlib.util
from pathlib import Path

from albench.api import Complaint, DataError


def folder_of(package: str, install: str) -> Path:
    """Return the folder of a package.

    Parameters
    ----------
    package : str
        As it is imported; only its parents are.
    install : str
        What ``pip install`` takes to get it.

    Returns
    -------
    Path
        Its folder.

    Raises
    ------
    DataError
        If it is not installed.
    """
    try:
        found = importlib.util.find_spec(package)
    except ModuleNotFoundError:  # not even its parent is there
        found = None
    if found is None or not found.submodule_search_locations:
        raise DataError(f"needs the files of {package}: pip install {install}")
    return Path(next(iter(found.submodule_search_locations)))


def text_of(file: Path, install: str) -> str:
    """Return the content of a file of a package.

    Parameters
    ----------
    file : Path
        In UTF-8.
    install : str
        What ``pip install`` takes to get it again.

    Returns
    -------
    str
        With newlines as they are read everywhere.

    Raises
    ------
    DataError
        If it is missing, or no text.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"cannot be read ({error}): pip install --force-reinstall {install}"
        raise DataError([Complaint(str(file), problem)]) from error
