"""Keeping pydicom quiet: its warnings, log and errors quote the header they stumble over."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


class Unusable(Exception):
    """A file cannot be used; the message is ours and quotes nothing of the file."""


@contextmanager
def quoting_nothing(action: str) -> Iterator[None]:
    """Turn whatever happens inside into an `Unusable` without a word of the file's content.

    Parameters
    ----------
    action : str
        What cannot be done if it fails: ``"its header cannot be read"``.

    Yields
    ------
    None
        Warnings and log are off inside.

    Raises
    ------
    Unusable
        With the kind of what went wrong, but not its message, nor the error as a cause: a
        traceback that is recorded would print both.
    """
    kind = ""
    logger = logging.getLogger("pydicom")
    was_disabled, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Unusable:
        raise
    # Any error of any decoder may quote a header; only its kind may leave.
    except Exception as error:  # noqa: BLE001
        kind = type(error).__name__
    finally:
        logger.disabled = was_disabled
    if kind:
        raise Unusable(f"{action} ({kind})") from None
