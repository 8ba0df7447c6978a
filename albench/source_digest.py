"""A digest of the source that makes a component: its module, and what that imports of its package.

Two versions of a module have one digest if they differ in comments, docstrings or formatting
alone. Nothing is imported: source is parsed.
"""

from __future__ import annotations

import ast
import hashlib
import site
import sys
import sysconfig
from dataclasses import dataclass
from functools import lru_cache
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LENGTH = 16
"""Hexadecimal digits of a digest."""

_IGNORED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_params"})


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
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield from _with_parents(alias.name)
        else:
            base = _absolute(statement, name, is_package)
            for alias in statement.names:
                yield from _named(base, alias.name)


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
        bound = {alias.asname or alias.name: alias.name for alias in statement.names}
        if isinstance(statement, ast.Import):
            continue
        if name in bound or "*" in bound or name == "*":
            base = _absolute(statement, module, is_package=True)
            yield from _named(base, bound.get(name, name))
    for statement in source.on_demand:  # whichever of them brings the name
        base = _absolute(statement, module, is_package=True)
        for alias in statement.names:
            yield from _named(base, alias.name)


def _with_parents(module: str) -> Iterator[str]:
    """Yield the module and its packages, without those that only import."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        path = _file_of(name)
        if path is not None and not _is_index(path):
            yield name


def _absolute(statement: ast.ImportFrom, module: str, is_package: bool) -> str:
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


@dataclass(frozen=True)
class _Source:
    digest: str
    imports: tuple[ast.Import | ast.ImportFrom, ...]
    on_demand: tuple[ast.ImportFrom, ...]
    only_imports: bool


@lru_cache(maxsize=4096)
def _parsed(path: Path, stamp: tuple[int, int]) -> _Source | None:  # noqa: ARG001  # of the cache
    if path.suffix != ".py":
        return None
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    spelled: list[str] = []
    _spell(tree, spelled)
    return _Source(
        digest=hashlib.sha256("".join(spelled).encode("utf-8", "surrogatepass")).hexdigest(),
        imports=tuple(_imports_in(tree)),
        on_demand=tuple(
            statement
            for lazy in filter(_is_on_demand, tree.body)
            for statement in _imports_in(lazy)
            if isinstance(statement, ast.ImportFrom)
        ),
        only_imports=all(
            _says_nothing(s) or _is_import(s) or _is_label(s) or _is_on_demand(s) for s in tree.body
        ),
    )


def _imports_in(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and _is_for_types(child):
            yield from _imports_in(ast.Module(child.orelse, []))
        else:
            yield from _imports_in(child)


def _spell(node: ast.AST, out: list[str]) -> None:
    """Append one spelling of a tree: node types and values, without what has no effect.

    Empty fields are left out, so that fields which later Pythons added change nothing.
    """
    out.append(f"({type(node).__name__}")
    for name, value in ast.iter_fields(node):
        if value is None or value == [] or name in _IGNORED_FIELDS:
            continue
        out.append(f" {name}=")
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, ast.AST):
                out.append(f"{type(item).__name__}:{item!r},")
            elif not (name == "body" and isinstance(value, list) and _says_nothing(item)):
                _spell(item, out)
    out.append(")")


def _says_nothing(node: ast.AST) -> bool:
    """Return whether a statement has no effect: a docstring, ``pass``, ``__all__``, types alone."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        )
    if isinstance(node, ast.If):
        return _is_for_types(node) and not node.orelse
    return isinstance(node, ast.Pass)


def _is_label(node: ast.AST) -> bool:
    """Return whether a statement names a constant that albench never reads: ``__version__``."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and all(isinstance(t, ast.Name) and t.id.startswith("__") for t in node.targets)
    )


def _is_import(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_on_demand(node: ast.AST) -> bool:
    """Return whether a statement serves names of a package when they are first asked for."""
    return isinstance(node, ast.FunctionDef) and node.name in {"__getattr__", "__dir__"}


def _is_for_types(node: ast.If) -> bool:
    name = node.test.attr if isinstance(node.test, ast.Attribute) else getattr(node.test, "id", "")
    return name == "TYPE_CHECKING"


def _is_installed(path: Path) -> bool:
    resolved = path.resolve()
    return any(resolved.is_relative_to(folder) for folder in _installed_folders())


@lru_cache(maxsize=1)
def _installed_folders() -> tuple[Path, ...]:
    named = {sysconfig.get_path(key) for key in ("purelib", "platlib", "stdlib", "platstdlib")}
    named |= {*site.getsitepackages(), site.getusersitepackages()}
    named |= {entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")}
    return tuple(Path(folder).resolve() for folder in named if folder)
