"""The names of plugins in a specification that cannot be read, so that one reading tells all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from albench.api.descriptors import Kind
from albench.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from albench.registry import Registry
    from albench.spec import Fault

    Place = tuple[str | int, ...]


def unknown_names(content: Mapping[str, Any], registry: Registry) -> list[Fault]:
    """Return a fault for each plugin that is named and cannot be used here.

    Parameters
    ----------
    content : mapping
        The TOML of a specification, whatever is wrong with it.
    registry : Registry
        What is installed.

    Returns
    -------
    list of (path, str)
        In the order of the kinds; without optional cohorts, which may be missing.
    """
    faults: list[Fault] = []
    for kind, path, name in (*_loaders(content), *_models(content), *_strategies(content)):
        try:
            registry.find(kind, name)
        except PluginError as error:
            faults.append((path, str(error)))
    return faults


def _loaders(content: Mapping[str, Any]) -> Iterator[tuple[Kind, Place, str]]:
    for cohort, section in _tables(content, "cohorts"):
        if section.get("optional") is True:
            continue
        for key, modality in _tables(section, "modalities"):
            if isinstance(loader := modality.get("loader"), str):
                yield Kind.LOADER, ("cohorts", cohort, "modalities", key, "loader"), loader


def _models(content: Mapping[str, Any]) -> Iterator[tuple[Kind, Place, str]]:
    for label, model in _tables(content, "models"):
        if isinstance(plugin := model.get("plugin"), str):
            yield Kind.MODEL, ("models", label, "plugin"), plugin


def _strategies(content: Mapping[str, Any]) -> Iterator[tuple[Kind, Place, str]]:
    defined = dict(_tables(content, "strategies"))
    for label, strategy in defined.items():
        if isinstance(plugin := strategy.get("plugin"), str):
            yield Kind.STRATEGY, ("strategies", label, "plugin"), plugin
    entries = content.get("matrix")
    for i, entry in enumerate(entries if isinstance(entries, list) else []):
        names = entry.get("strategies") if isinstance(entry, dict) else None
        for name in names if isinstance(names, list) else []:
            if isinstance(name, str) and name not in defined:
                yield Kind.STRATEGY, ("matrix", i, "strategies"), name


def _tables(content: Mapping[str, Any], key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    inside = content.get(key)
    for name, table in (inside if isinstance(inside, dict) else {}).items():
        if isinstance(table, dict):
            yield name, table
