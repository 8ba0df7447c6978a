from __future__ import annotations

import importlib.util
from pathlib import Path

from albench.strategies import catalogue

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "strategies.md"


def rewritten(page: str) -> str:  # by a script: no module that can be imported by name
    spec = importlib.util.spec_from_file_location(
        "strategy_tables", ROOT / "benchmarks" / "strategy_tables.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text: str = module.rewritten(page)
    return text


def test_the_tables_are_those_of_the_registry() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewritten(page) == page, "run benchmarks/strategy_tables.py"


def test_every_family_has_a_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [each.name for each in catalogue.every() if f"\n| `{each.name}` | " not in page]
    assert missing == []
