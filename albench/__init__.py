"""albench: a plugin-based benchmark suite for active learning on one or many modalities.

From Python, `plan`, `run`, `load`, `compare` and `report` do what the commands of these names do;
see `albench.library`. What they need is imported when one of them is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from albench.library import compare, load, plan, report, run

__all__ = ["compare", "load", "plan", "report", "run"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # a function of the library
    if name not in __all__:
        raise AttributeError(f"module 'albench' has no attribute {name!r}")
    from albench import library

    return getattr(library, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
