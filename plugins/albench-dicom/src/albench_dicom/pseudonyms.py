"""Pseudonyms of subjects: keyed hashes that only the holder of the salt can make again."""

import hashlib
import hmac
from codecs import BOM_UTF8
from pathlib import Path

from albench.api import Complaint, DataError

SHORTEST_SALT = 16
"""Characters. Hospitals number their patients, so that a guessable salt would undo the hash."""


def pseudonym(subject: str, salt: bytes) -> str:
    """Return the pseudonym of a subject: the same for the same salt, on every machine.

    Parameters
    ----------
    subject : str
        A manifest's subject, or a header's patient id.
    salt : bytes
        The secret.

    Returns
    -------
    str
        16 hexadecimal digits.

    Examples
    --------
    >>> pseudonym("P01", b"only for this example")
    '72fcb75db03a6f01'
    """
    return hmac.new(salt, subject.encode(), hashlib.sha256).hexdigest()[:16]


def read_salt(file: Path) -> bytes:
    """Return the secret that a file holds.

    Parameters
    ----------
    file : Path
        Text; blanks and line ends around it do not count.

    Returns
    -------
    bytes
        At least `SHORTEST_SALT` of them.

    Raises
    ------
    DataError
        If the file cannot be read or the secret is too short; it is not shown.
    """
    remedy = "python -c 'import secrets; print(secrets.token_hex(32))' writes one"
    try:
        salt = file.read_bytes().removeprefix(BOM_UTF8).strip()  # editors of Windows write one
    except OSError as error:
        problem = f"the salt cannot be read: {error.strerror}; {remedy}"
        raise DataError([Complaint(str(file), problem)]) from error
    if len(salt) < SHORTEST_SALT:
        problem = f"the salt has {len(salt)} characters, needed are {SHORTEST_SALT}; {remedy}"
        raise DataError([Complaint(str(file), problem)])
    return salt
