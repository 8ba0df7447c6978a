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
from operator import attrgetter, is_
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
    names = [name for name in sys.modules if name.startswith("albench.")]
    for name in sorted(names):
        module = sys.modules[name]
        path = getattr(module, "__file__", None)
        if not name.startswith(_PLUGINS) and path is not None and _is_at_home(path):
            yield module


@functools.cache
def _is_at_home(file: str) -> bool:
    return Path(file).is_relative_to(_HOME)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Names that stood for what a module's source says, when that was looked at.

    Held as columns, since all are compared again after every cell.

    Parameters
    ----------
    module : ModuleType
        Whose.
    spaces : tuple of mapping of str to object
        The names of the module or a class, for each name.
    names : tuple of str
        What is looked up there.
    values : tuple of object
        What they stood for.
    functions : tuple of FunctionType
        The functions that they are, or that are behind them.
    codes : tuple of CodeType
        Of those functions, which could be given another.
    """

    module: ModuleType
    spaces: tuple[Mapping[str, object], ...]
    names: tuple[str, ...]
    values: tuple[object, ...]
    functions: tuple[FunctionType, ...]
    codes: tuple[object, ...]

    @classmethod
    def of(cls, module: ModuleType) -> _Seen:
        """Record a module's names, values and code, for `_replaced` to compare."""
        places = tuple(_names_of(module))
        spaces = tuple(space for space, _ in places)
        names = tuple(name for _, name in places)
        values = tuple(map(_value_of, spaces, names))
        behind = map(_function_of, values)
        functions = tuple(each for each in behind if isinstance(each, FunctionType))
        return cls(module, spaces, names, values, functions, tuple(map(_code_of, functions)))

    def is_there(self) -> bool:
        """Return whether nothing has been replaced."""
        values, codes = map(_value_of, self.spaces, self.names), map(_code_of, self.functions)
        return all(map(is_, values, self.values)) and all(map(is_, codes, self.codes))


def _value_of(space: Mapping[str, object], name: str) -> object:
    return space.get(name)


_code_of = attrgetter("__code__")

_SEEN: dict[str, _Seen] = {}
"""The modules that were found untouched: a look at identities is much cheaper than a second one."""


def _is_as_seen(module: ModuleType) -> bool:
    """Return whether a module is untouched since it was found so; else look at all of it again."""
    seen = _SEEN.get(module.__name__)
    if seen is not None and seen.module is module and seen.is_there():
        return True
    if not any(True for _ in _replaced(module)):
        _SEEN[module.__name__] = _Seen.of(module)
        return True
    return False


def _names_of(module: ModuleType) -> Iterator[tuple[Mapping[str, object], str]]:
    """Yield the names that `_replaced` looks at, and where."""
    source = _source(str(module.__file__))
    for owner, definition in source.definitions:
        holder = getattr(module, owner, None) if owner else module
        if owner:
            yield vars(module), owner
        if holder is not None:
            yield vars(holder), definition.name
    for origin, name, known_as in source.imports:
        yield vars(module), known_as
        yield vars(sys.modules[origin]), name


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
