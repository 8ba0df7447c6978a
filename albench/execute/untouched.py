"""Whether albench's own functions are still albench's in the process that supervises a run.

Announcements and loaders of plugins run in that process. One that replaces a function of albench
there could change what is checked, scored or written; what a strategy or a model replaces stays in
its own child.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING

import albench
from albench.errors import AlbenchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_HOME = Path(albench.__file__).parent
_PLUGINS = ("albench.loaders", "albench.models", "albench.strategies", "albench.testing")
"""What ships as plugins do runs in children too, and nothing is checked by it."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def require_untouched() -> None:
    """Raise if a function or method of albench has been replaced since it was imported.

    Raises
    ------
    AlbenchError
        Names each function and the file of what has taken its place.
    """
    replaced = [
        f"{module.__name__}.{name} by {by}"
        for module in _own_modules()
        for name, by in _replaced(module)
    ]
    if replaced:
        raise AlbenchError(
            "a plugin has replaced functions of albench itself, so that no result could be "
            f"trusted: {'; '.join(replaced[:5])}; uninstall it, or tell its authors"
        )


def _own_modules() -> Iterator[ModuleType]:
    for name, module in sorted(sys.modules.items()):
        is_own = name.startswith("albench.") and not name.startswith(_PLUGINS)
        path = getattr(module, "__file__", None)
        if is_own and path is not None and Path(path).is_relative_to(_HOME):
            yield module


def _replaced(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield the names that do not stand for what the module's source says, and what they are."""
    source = _source(str(module.__file__))
    for owner, definition in source.definitions:
        holder = getattr(module, owner, None) if owner else module
        attribute = vars(holder).get(definition.name) if holder is not None else None
        if (by := _code_from_elsewhere(attribute, definition, str(module.__file__))) is not None:
            yield f"{owner}.{definition.name}" if owner else definition.name, by
    for origin, name, known_as in source.imports:
        attribute, original = vars(module).get(known_as), getattr(sys.modules[origin], name, None)
        if attribute is not original:
            yield known_as, _place(attribute)


def _code_from_elsewhere(attribute: object, definition: Definition, file: str) -> str | None:
    function = _function_of(attribute)
    if isinstance(function, FunctionType):
        return None if function.__code__.co_filename == file else _place(function)
    # A decorator may leave anything in a function's place.
    return None if definition.decorator_list else _place(attribute)


def _place(attribute: object) -> str:
    function = _function_of(attribute)
    if isinstance(function, FunctionType):
        return function.__code__.co_filename
    return type(attribute).__name__


@dataclass(frozen=True)
class _Source:
    """What a module's source defines and imports at its top level.

    Parameters
    ----------
    definitions : tuple of (str, Definition)
        Functions, with the class that they belong to, if any.
    imports : tuple of (str, str, str)
        Of albench's own: module, name there, name here.
    """

    definitions: tuple[tuple[str, Definition], ...]
    imports: tuple[tuple[str, str, str], ...]


@functools.cache
def _source(file: str) -> _Source:
    body = ast.parse(Path(file).read_bytes()).body
    definitions = [("", node) for node in body if isinstance(node, Definition)]
    for node in body:
        if isinstance(node, ast.ClassDef):
            definitions += [(node.name, part) for part in node.body if isinstance(part, Definition)]
    imports = [
        (str(node.module), name.name, name.asname or name.name)
        for node in body
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("albench.")
        for name in node.names
    ]
    return _Source(tuple(definitions), tuple(imports))


def _function_of(attribute: object) -> object:
    """Return the function behind a property, a class method or a decorator that says so."""
    if isinstance(attribute, property):
        return attribute.fget and inspect.unwrap(attribute.fget)
    if isinstance(attribute, classmethod | staticmethod):
        return inspect.unwrap(attribute.__func__)
    if isinstance(attribute, functools.cached_property):
        return attribute.func
    return inspect.unwrap(attribute) if callable(attribute) else attribute
