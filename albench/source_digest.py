"""A digest of the source that makes a component: its module, and what that imports of its package.

Two versions of a module have one digest if they differ in comments, docstrings or formatting
alone. Nothing is imported: source is parsed.
"""

from __future__ import annotations

import hashlib
import site
import sys
import sysconfig
from dataclasses import dataclass
from functools import lru_cache
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING

from albench.parsed_source import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from albench.parsed_source import Import, ParsedSource

LENGTH = 16
"""Hexadecimal digits of a digest."""


@dataclass(frozen=True)
class SourceDigest:
    """The source of a component, as its results carry it.

    Parameters
    ----------
    value : str
        `LENGTH` hexadecimal digits; empty if no source was found.
    files : tuple of Path
        The component's own module, then what it imports from its package, sorted.
    is_working_copy : bool
        Whether the source lies outside the folders where packages are installed: an editable
        install, or a folder on ``sys.path``. An edit does not change its version.
    """

    value: str
    files: tuple[Path, ...]
    is_working_copy: bool


def source_digest(module: str) -> SourceDigest:
    """Return the digest of a module and of what it imports from its own distribution.

    That is its own top-level package; in a working copy also the packages that lie beside it.

    Imports inside functions count, those under ``if TYPE_CHECKING:`` do not. Of a package whose
    ``__init__.py`` only imports, at once or in a ``__getattr__`` of its own (PEP 562), the names
    that are used are followed and the rest is left out.
    What is imported by a computed name, and data files, are not seen.

    Parameters
    ----------
    module : str
        Its dotted name.

    Returns
    -------
    SourceDigest
        Equal on every Python that parses the source.
    """
    own = _file_of(module)
    if own is None:
        return SourceDigest("", (), is_working_copy=False)
    reached = _reached(module, own)
    digest = hashlib.sha256()
    for name, path in sorted(reached.items()):
        digest.update(f"{name} {_file_digest(path)}\n".encode())
    others = sorted(path for path in reached.values() if path != own)
    return SourceDigest(
        digest.hexdigest()[:LENGTH], (own, *others), is_working_copy=not _is_installed(own)
    )


Stamps = tuple[tuple[int, int], ...]


def stamps(digest: SourceDigest) -> Stamps:
    """Return time of change and size of each file behind a digest: equal ones need no new digest.

    Parameters
    ----------
    digest : SourceDigest
        Of a component.

    Returns
    -------
    tuple of (int, int)
        In nanoseconds and bytes; zeros where a file is gone.
    """
    return tuple(map(_stamp, digest.files))


def combined(digests: Iterable[str]) -> str:
    """Return one digest of several.

    Parameters
    ----------
    digests : iterable of str
        Their order does not matter.

    Returns
    -------
    str
        `LENGTH` hexadecimal digits.
    """
    return hashlib.sha256(" ".join(sorted(digests)).encode()).hexdigest()[:LENGTH]


def _reached(module: str, own: Path) -> dict[str, Path]:
    """Return the module and what it imports from its own distribution, by name."""
    tops = {module.partition(".")[0]} | _beside(module, own)
    reached: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = None if name in reached else _file_of(name)
        if path is not None:
            reached[name] = path
            waiting += [used for used in _imports(name, path) if used.partition(".")[0] in tops]
    return reached


def _beside(module: str, own: Path) -> set[str]:
    """Return the modules and packages in the folder that holds a working copy's own package."""
    if _is_installed(own):
        return set()
    depth = module.count(".") + (own.name == "__init__.py")
    entries = own.parents[depth].iterdir()
    return {entry.name.partition(".")[0] for entry in entries if _is_module(entry)}


def _is_module(entry: Path) -> bool:
    return entry.suffix == ".py" or (entry / "__init__.py").is_file()


def _imports(name: str, path: Path) -> Iterator[str]:
    """Yield the modules that a module needs, packages whose import runs code included."""
    source = _parsed(path, _stamp(path))
    if source is None:
        return
    is_package = path.name == "__init__.py"
    for statement in source.imports:
        if statement.module is None:
            for used, _ in statement.names:
                yield from _with_parents(used)
        else:
            base = _absolute(statement, name, is_package)
            for used, _ in statement.names:
                yield from _named(base, used)


def _named(module: str, name: str) -> Iterator[str]:
    """Yield what ``from module import name`` needs."""
    yield from _with_parents(module)
    path = _file_of(module)
    if _file_of(f"{module}.{name}") is not None:
        yield f"{module}.{name}"
    elif path is not None and _is_index(path):
        yield from _behind(module, path, name)


def _behind(module: str, path: Path, name: str) -> Iterator[str]:
    """Yield what a name is taken from by a package that only imports."""
    source = _parsed(path, _stamp(path))
    if source is None:
        return
    for statement in source.imports:
        bound = {alias: used for used, alias in statement.names}
        if statement.module is None:
            continue
        if name in bound or "*" in bound or name == "*":
            base = _absolute(statement, module, is_package=True)
            yield from _named(base, bound.get(name, name))
    for statement in source.on_demand:  # whichever of them brings the name
        base = _absolute(statement, module, is_package=True)
        for used, _ in statement.names:
            yield from _named(base, used)


def _with_parents(module: str) -> Iterator[str]:
    """Yield the module and its packages, without those that only import."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        path = _file_of(name)
        if path is not None and not _is_index(path):
            yield name


def _absolute(statement: Import, module: str, is_package: bool) -> str:
    if not statement.level:
        return statement.module or ""
    parts = module.split(".")
    kept = len(parts) - statement.level + is_package
    return ".".join([*parts[:kept], *([statement.module] if statement.module else [])])


def _is_index(path: Path) -> bool:
    """Return whether a file is a package's that only imports names for others to find."""
    source = _parsed(path, _stamp(path))
    return path.name == "__init__.py" and source is not None and source.only_imports


@lru_cache(maxsize=4096)
def _file_of(module: str) -> Path | None:
    """Return the file of a module, without importing any package; None if there is none."""
    top, *rest = module.split(".")
    # Editable installs bring finders of their own.
    specs = (finder.find_spec(top, None) for finder in sys.meta_path)
    spec = next((spec for spec in specs if spec is not None), None)
    if spec is None:
        return None
    if not rest:
        return Path(spec.origin) if spec.has_location and spec.origin else None
    folders = [Path(place) / Path(*rest) for place in spec.submodule_search_locations or ()]
    candidates = [place for folder in folders for place in _places(folder)]
    return next((place for place in candidates if place.is_file()), None)


def _places(path: Path) -> list[Path]:
    """Return where the file of a module may lie, as Python looks for it."""
    suffixes = [*EXTENSION_SUFFIXES, *SOURCE_SUFFIXES]
    return [path / "__init__.py", *(path.with_name(path.name + suffix) for suffix in suffixes)]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return status.st_mtime_ns, status.st_size


def _file_digest(path: Path) -> str:
    source = _parsed(path, _stamp(path))
    if source is not None:
        return source.digest
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()  # compiled, or not to be parsed
    except OSError:
        return ""


@lru_cache(maxsize=4096)
def _parsed(path: Path, stamp: tuple[int, int]) -> ParsedSource | None:  # noqa: ARG001  # of the cache
    if path.suffix != ".py":
        return None
    try:
        return parsed(path.read_bytes())
    except OSError:
        return None


def _is_installed(path: Path) -> bool:
    resolved = path.resolve()
    return any(resolved.is_relative_to(folder) for folder in _installed_folders())


@lru_cache(maxsize=1)
def _installed_folders() -> tuple[Path, ...]:
    named = {sysconfig.get_path(key) for key in ("purelib", "platlib", "stdlib", "platstdlib")}
    named |= {*site.getsitepackages(), site.getusersitepackages()}
    named |= {entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")}
    return tuple(Path(folder).resolve() for folder in named if folder)
