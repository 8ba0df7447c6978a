"""What the names of models and budgets stand for, and the plugins in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.reporting.content import Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.records.manifest import Manifest
    from albench.reporting.derived import Derived


def section(derived: Derived) -> Section:
    """Return a table of models and budgets, and one of plugins."""
    return Section("Plugins", list(_settings_tables(derived.manifest)))


def _settings_tables(manifest: Manifest) -> Iterator[Table]:
    """Yield what the names of models and budgets stand for, and the plugins in use."""
    rows = [("model", *item) for item in manifest.models.items()]
    rows += [("budget", *item) for item in manifest.budgets.items()]
    yield Table("settings", "Models and budgets", "", ("kind", "name", "what"), tuple(rows))
    plugins = tuple(
        (part.kind, part.name, f"{part.distribution} {part.version}", part.summary, part.citation)
        for part in sorted(manifest.plugins, key=lambda part: (part.kind, part.name))
    )
    columns = ("kind", "name", "package", "what", "source")
    yield Table("plugins", "Plugins in use", "", columns, plugins)
