"""An announcement that imports what it should not."""

from collections.abc import Iterable

from PIL import Image

from albench.api import Descriptor, hookimpl

OPEN = Image.open


@hookimpl
def albench_strategies() -> Iterable[Descriptor]:
    """Return nothing, heavily."""
    return ()
