"""Walk the object graph: everything that references from an object lead to, with the path."""

from __future__ import annotations

import gc
import sys
import types
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ATOMS = (str, bytes, int, float, complex, bool, type(None), np.dtype, np.generic)
_LIBRARIES = frozenset(
    {"numpy", "torch", "scipy", "sklearn", "skorch", "pandas", "pydantic", "pydantic_core"}
)
_NAMED = (type, types.FunctionType, types.MethodType, types.BuiltinFunctionType)


def reachable(*roots: object) -> Iterator[tuple[str, object]]:
    """Yield every object that references lead to, once, nearest first, each with a path to it.

    Attributes, slots, items, closures, defaults, bound objects, bases of array views, and classes
    (except those of libraries) are followed. Modules and the globals of functions are not, since
    they lead to everything. The path is of the types along it.
    """
    queue = deque((type(root).__name__, root) for root in roots)
    seen: dict[int, object] = {}  # keeps them alive, so that no id is used again
    while queue:
        way, item = queue.popleft()
        if id(item) in seen or isinstance(item, _ATOMS):
            continue
        seen[id(item)] = item
        yield way, item
        queue.extend((f"{way} > {_name(part)}", part) for part in _parts(item))


def _name(part: object) -> str:
    # Of anything else nothing is asked: an attribute that is computed may raise what it likes.
    return part.__qualname__ if isinstance(part, _NAMED) else type(part).__name__


def _parts(item: Any) -> Iterable[object]:  # anything at all
    if isinstance(item, types.ModuleType):
        return ()
    if isinstance(item, types.FunctionType):
        cells = [cell.cell_contents for cell in item.__closure__ or () if _is_filled(cell)]
        return [*cells, item.__defaults__, item.__kwdefaults__, item.__dict__]
    if isinstance(item, type):
        return () if _is_of_a_library(item) else [*vars(item).values(), *item.__bases__]
    if isinstance(item, np.ndarray):
        items = item.ravel().tolist() if item.dtype == object else ()
        return [item.base, *items, *gc.get_referents(item)]
    if isinstance(item, weakref.ref):
        return (item(),)
    return gc.get_referents(item)


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # asking is the only way to know
    except ValueError:
        return False
    return True


def _is_of_a_library(cls: type) -> bool:
    package = cls.__module__.partition(".")[0]
    return package in sys.stdlib_module_names or package in _LIBRARIES
