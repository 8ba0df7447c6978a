"""The pluggy hooks by which a distribution announces its plugins."""

from collections.abc import Iterable

import pluggy

from albench.api.descriptors import Descriptor

ENTRY_POINT_GROUP = "albench"

hookspec = pluggy.HookspecMarker("albench")
hookimpl = pluggy.HookimplMarker("albench")


@hookspec
def albench_loaders() -> Iterable[Descriptor]:  # type: ignore[empty-body]  # a specification has no body
    """Return descriptors of modality loaders."""


@hookspec
def albench_models() -> Iterable[Descriptor]:  # type: ignore[empty-body]  # a specification has no body
    """Return descriptors of fusion models."""


@hookspec
def albench_strategies() -> Iterable[Descriptor]:  # type: ignore[empty-body]  # a specification has no body
    """Return descriptors of query strategies."""
