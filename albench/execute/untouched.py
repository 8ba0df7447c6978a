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
    from collections.abc import Iterator, Mapping
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
        if not _is_as_seen(module)
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
        if is_own and path is not None and _is_at_home(path):
            yield module


@functools.cache
def _is_at_home(file: str) -> bool:
    return Path(file).is_relative_to(_HOME)


@dataclass(frozen=True, eq=False)
class _Seen:
    """A name that stood for what the module's source says, when that was looked at.

    Parameters
    ----------
    space : mapping of str to object
        The names of a module or a class.
    name : str
        One of them.
    value : object
        What it stood for.
    function : FunctionType or None
        The function that it is, or that is behind it.
    code : CodeType or None
        Of that function, which could be given another.
    """

    space: Mapping[str, object]
    name: str
    value: object
    function: FunctionType | None
    code: object

    def is_there(self) -> bool:
        """Return whether the very same is there still."""
        is_same = self.space.get(self.name) is self.value
        return is_same and (self.function is None or self.function.__code__ is self.code)


_SEEN: dict[str, tuple[ModuleType, tuple[_Seen, ...]]] = {}
"""The modules that were found untouched: a look at identities is much cheaper than a second one."""


def _is_as_seen(module: ModuleType) -> bool:
    """Return whether a module is untouched since it was found so; else look at all of it again."""
    seen_module, seen = _SEEN.get(module.__name__, (None, ()))
    if seen_module is module and all(each.is_there() for each in seen):
        return True
    if not any(True for _ in _replaced(module)):
        _SEEN[module.__name__] = module, tuple(_names_of(module))
        return True
    return False


def _names_of(module: ModuleType) -> Iterator[_Seen]:
    """Yield the names that `_replaced` looks at, with what they stand for."""
    source = _source(str(module.__file__))
    for owner, definition in source.definitions:
        holder = getattr(module, owner, None) if owner else module
        if owner:
            yield _seen(vars(module), owner)
        if holder is not None:
            yield _seen(vars(holder), definition.name)
    for origin, name, known_as in source.imports:
        yield _seen(vars(module), known_as)
        yield _seen(vars(sys.modules[origin]), name)


def _seen(space: Mapping[str, object], name: str) -> _Seen:
    value = space.get(name)
    function = _function_of(value)
    if not isinstance(function, FunctionType):
        return _Seen(space, name, value, None, None)
    return _Seen(space, name, value, function, function.__code__)


def _replaced(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield each name that is not what the module's source defines, and its present value."""
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
