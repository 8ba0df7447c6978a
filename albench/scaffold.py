"""Write a new package for a strategy, a model or a loader, from a copier template."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from albench.errors import Complaint, InputError

if TYPE_CHECKING:
    from albench.api import Kind
    from albench.registry import Registry

TEMPLATE = Path(__file__).parent / "templates" / "plugin"
"""The template, installed with albench."""

EXTRA = "albench[new]"
"""The extra that installs copier: optional, since a dependency of copier is under the GPL."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class NewPackage:
    """The names of a new package.

    Parameters
    ----------
    kind : Kind
        The kind of plugin that it announces.
    name : str
        The short name of the plugin, as benchmarks write it.
    folder : Path
        Where the package is written.
    """

    kind: Kind
    name: str
    folder: Path

    @property
    def distribution(self) -> str:
        """The name of the distribution."""
        return f"albench-{self.name}"

    @property
    def qualified(self) -> str:
        """The unique name of the plugin, which benchmarks may use too."""
        return f"{self.name}/{self.name}"


def new_package(kind: Kind, name: str, folder: Path | None, registry: Registry) -> NewPackage:
    """Write a package that installs, announces a working plugin and passes its own tests.

    Parameters
    ----------
    kind : Kind
        The kind of plugin that it announces.
    name : str
        Its short name: ``rare-doubt``; ``albench-rare-doubt`` means the same.
    folder : Path or None
        Where to write it: a new or empty folder; None is ``albench-NAME`` in the working
        directory.
    registry : Registry
        The installed plugins, whose names are taken.

    Returns
    -------
    NewPackage
        The names and the folder.

    Raises
    ------
    InputError
        If the name is not allowed or is taken, the folder is not empty, or copier is missing.
        Nothing has been written then.
    """
    name = name.removeprefix("albench-")
    package = NewPackage(kind=kind, name=name, folder=folder or Path(f"albench-{name}"))
    complaints = [*_about_name(package, registry), *_about_folder(package.folder)]
    if complaints:
        raise InputError(complaints)
    _render(package)
    return package


def _about_name(package: NewPackage, registry: Registry) -> list[Complaint]:
    where, name = "NAME", package.name
    if not _NAME.fullmatch(name):
        problem = "allowed are lower case, digits and hyphens, beginning with a letter: rare-doubt"
        return [Complaint(where, f"found {name!r}, {problem}")]
    # Its class is named after it, and None, True and False cannot be.
    if keyword.iskeyword(name.capitalize()):
        return [Complaint(where, f"{name!r} is a Python keyword; choose another name")]
    own = [part.qualified for part in registry.of(package.kind) if part.name == name]
    taken = [other for other in own if other in (f"core/{name}", package.qualified)]
    what = f"{name!r} is taken by the {package.kind} {', '.join(taken)}; choose another name"
    return [Complaint(where, what)] if taken else []


def _about_folder(folder: Path) -> list[Complaint]:
    if folder.is_dir() and not any(folder.iterdir()):
        return []
    if not folder.exists():
        return []
    what = "a folder that is not empty" if folder.is_dir() else "a file"
    return [Complaint(str(folder), f"is {what}; name a new or empty folder with --output")]


def _render(package: NewPackage) -> None:
    try:
        from copier import run_copy
    except ModuleNotFoundError as error:
        problem = f"needs {error.name}, not installed: python -m pip install {EXTRA!r}"
        raise InputError([Complaint("albench plugins new", problem)]) from error
    answers = {"kind": package.kind.value, "name": package.name}
    try:
        run_copy(str(TEMPLATE), package.folder, answers, defaults=True, quiet=True)
    except OSError as error:
        problem = f"cannot be written: {error.strerror or error}"
        raise InputError([Complaint(str(package.folder), problem)]) from error
