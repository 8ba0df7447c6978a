"""What a file of Python source says and imports, parsed once and then remembered in the cache.

What is remembered is filed under a hash of the source's own bytes, of this module and of Python's
version: it cannot be out of date.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.atomic_file import write_atomically
from albench.cache_folder import default_folder
from albench.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FOLDER = "sources"
_IGNORED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_params"})


@dataclass(frozen=True)
class Import:
    """A statement that imports.

    Parameters
    ----------
    names : tuple of (str, str)
        What is imported, and what it is called here.
    module : str or None
        Behind ``from``, perhaps empty; None of a plain ``import``.
    level : int
        How many dots stand before it.
    """

    names: tuple[tuple[str, str], ...]
    module: str | None
    level: int


@dataclass(frozen=True)
class ParsedSource:
    """A file of source.

    Parameters
    ----------
    digest : str
        Of all that has an effect: not of comments, docstrings, formatting and types.
    imports : tuple of Import
        All, but for those under ``if TYPE_CHECKING:``.
    on_demand : tuple of Import
        Those in a ``__getattr__`` of the module's own (PEP 562) that take names from modules.
    only_imports : bool
        Whether it does nothing else than import.
    """

    digest: str
    imports: tuple[Import, ...]
    on_demand: tuple[Import, ...]
    only_imports: bool


def parsed(content: bytes) -> ParsedSource | None:
    """Return what a file of source says.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    ParsedSource or None
        None if it is no source.
    """
    file = _file_of(content)
    source = None if file is None else _read(file)
    if source is None:
        source = _parsed(content)
        if source is not None and file is not None:
            _keep(file, source)
    return source


# -- what is remembered ---------------------------------------------------------------------------


def _file_of(content: bytes) -> Path | None:
    """Return where what is known of a source is kept; None without a cache."""
    try:
        folder = default_folder() / _FOLDER
    except DataError:
        return None
    return folder / f"{hashlib.sha256(_kind() + content).hexdigest()}.json"


@cache
def _kind() -> bytes:
    """Return what else decides the answer: Python's grammar, and this module."""
    return f"{sys.version_info[:2]}".encode() + Path(__file__).read_bytes()


def _read(file: Path) -> ParsedSource | None:
    with suppress(OSError, ValueError, TypeError, KeyError):
        plain = json.loads(file.read_bytes())
        return ParsedSource(
            digest=str(plain["digest"]),
            imports=_imports_of(plain["imports"]),
            on_demand=_imports_of(plain["on_demand"]),
            only_imports=bool(plain["only_imports"]),
        )
    return None


def _imports_of(plain: Iterable[dict[str, Any]]) -> tuple[Import, ...]:  # what `asdict` gave
    return tuple(
        Import(tuple((name, alias) for name, alias in each["names"]), each["module"], each["level"])
        for each in plain
    )


def _keep(file: Path, source: ParsedSource) -> None:
    with suppress(OSError):  # a cache that cannot be written to costs the next look some seconds
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps(asdict(source)).encode())


# -- what is parsed -------------------------------------------------------------------------------


def _parsed(content: bytes) -> ParsedSource | None:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return None
    spelled: list[str] = []
    _spell(tree, spelled)
    return ParsedSource(
        digest=hashlib.sha256("".join(spelled).encode("utf-8", "surrogatepass")).hexdigest(),
        imports=tuple(map(_told, _imports_in(tree))),
        on_demand=tuple(
            _told(statement)
            for lazy in filter(_is_on_demand, tree.body)
            for statement in _imports_in(lazy)
            if isinstance(statement, ast.ImportFrom)
        ),
        only_imports=all(
            _says_nothing(s) or _is_import(s) or _is_label(s) or _is_on_demand(s) for s in tree.body
        ),
    )


def _told(statement: ast.Import | ast.ImportFrom) -> Import:
    names = tuple((alias.name, alias.asname or alias.name) for alias in statement.names)
    if isinstance(statement, ast.Import):
        return Import(names, None, 0)
    return Import(names, statement.module or "", statement.level)


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
