"""The source that makes each cell: digests of its loaders, its model and its strategy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from albench.source_digest import combined, source_digest, stamps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from albench.planning.cells import Cell
    from albench.planning.resolve import Resolved
    from albench.registry import Component
    from albench.source_digest import SourceDigest, Stamps


@dataclass(frozen=True)
class Edit:
    """A component whose source is no longer what made a result.

    Parameters
    ----------
    name : str
        Its qualified name.
    recorded, current : str
        The digests; empty if there is none.
    file : str
        The component's own module, as its folder and name.
    is_working_copy : bool
        Whether the results are stale for it: a released distribution declares a version instead.
    """

    name: str
    recorded: str
    current: str
    file: str
    is_working_copy: bool


class Sources:
    """The digests of all components of a specification, taken when it was opened.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    """

    def __init__(self, resolved: Resolved) -> None:
        self._resolved = resolved
        self._digests: dict[str, SourceDigest] = {}
        self._stamps: dict[str, Stamps] = {}

    def of(self, cell: Cell) -> dict[str, str]:
        """Return the digest of each component that makes a cell, by qualified name, sorted.

        Components are its loaders, its model, its strategy and what these name.
        """
        parts = self._components(cell)
        return {name: self.digest(parts[name]).value for name in sorted(parts)}

    def files(self, cell: Cell) -> dict[str, str]:
        """Return the own file of each component that makes a cell, as `short` has it."""
        return {name: short(self.digest(part)) for name, part in self._components(cell).items()}

    def edits_since(self, cell: Cell, recorded: Mapping[str, str]) -> tuple[Edit, ...]:
        """Return the components of a cell that were edited since a result was recorded, by name.

        `recorded` are the digests that the result carries.
        """
        parts = self._components(cell)
        current = {name: self.digest(component) for name, component in sorted(parts.items())}
        return tuple(
            Edit(name, recorded.get(name, ""), digest.value, short(digest), digest.is_working_copy)
            for name, digest in current.items()
            if recorded.get(name, "") != digest.value
        )

    def edits_meanwhile(self, cell: Cell, *, round_zero: bool = False) -> tuple[Edit, ...]:
        """Return the components of a cell that were edited since the plan was made, by name.

        With `round_zero` only its round 0 is asked about, in which no strategy has a part.
        """
        asked = replace(cell, strategy=None) if round_zero else cell
        parts = self._components(asked).values()
        if all(stamps(self.digest(part)) == self._stamps[part.qualified] for part in parts):
            return ()  # a look at the files' times is a thousand times cheaper than at their text
        return Sources(self._resolved).edits_since(asked, self.of(asked))

    def tag(self, components: Iterable[Component]) -> str:
        """Return a digest of those components that are working copies.

        Parameters
        ----------
        components : iterable of Component
            Those that decide what is kept under the tag.

        Returns
        -------
        str
            Empty if all are released: their versions are part of every identity.
        """
        digests = [self.digest(component) for component in components]
        edited = [digest.value for digest in digests if digest.is_working_copy]
        return combined(edited) if edited else ""

    def digest(self, component: Component) -> SourceDigest:
        """Return the digest of a component as it was when it was first asked for."""
        digest = self._digests.get(component.qualified)
        if digest is None:
            digest = source_digest(component.descriptor.target.partition(":")[0])
            self._digests[component.qualified] = digest
            self._stamps[component.qualified] = stamps(digest)
        return digest

    def round_zero_tag(self, cell: Cell) -> str:
        """Return the tag of what round 0 of a cell depends on: its loaders and its model."""
        return self.tag([*self._loaders(cell), *self._models(cell)])

    def cell_tag(self, cell: Cell) -> str:
        """Return the tag of all that a cell depends on."""
        return self.tag(self._components(cell).values())

    def _components(self, cell: Cell) -> dict[str, Component]:
        parts = [*self._loaders(cell), *self._models(cell)]
        if cell.strategy is not None:
            strategy = self._resolved.strategies[cell.strategy.label]
            parts += [strategy.component, *strategy.wrapped]
        return {part.qualified: part for part in parts}

    def _loaders(self, cell: Cell) -> list[Component]:
        loaders = self._resolved.loaders[cell.cohort]
        return [loaders[key].component for key in cell.modalities]

    def _models(self, cell: Cell) -> tuple[Component, ...]:
        model = self._resolved.models[cell.model.label]
        return model.component, *model.imported


def short(digest: SourceDigest) -> str:
    """Return the component's own file as people know it, without where it lies.

    Parameters
    ----------
    digest : SourceDigest
        Of a component.

    Returns
    -------
    str
        Its folder and name: ``mylab/strategy.py``; empty without a file.
    """
    return "/".join(digest.files[0].parts[-2:]) if digest.files else ""
