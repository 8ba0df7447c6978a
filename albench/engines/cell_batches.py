"""Which cells share a child, in which they learn in lockstep.

What a child knows, all that runs in it may find. Strategies that ship with albench are known to
look at nothing but their pool, and share a child. One that somebody else has written gets a child
of its own, in which there is no label that it has not bought; so does one that is told the pool's
labels. Where the model is somebody else's, cells of one repetition alone share a child, since
labels of another repetition's training part are labels of this one's test part.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from albench.api.needs import COMMITTEE_PROBA
from albench.cache_folder import default_folder
from albench.execute.stacking_verdicts import Make, code_of
from albench.execute.trials import Trials
from albench.learn.committee_sizes import MOST_AHEAD
from albench.usable_memory import free_memory

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from albench.api.modality import Modality
    from albench.cohort.join import Cohort
    from albench.execute.prepare import Prepared
    from albench.execute.run import RunSettings
    from albench.planning import Cell, Plan, Resolved
    from albench.registry import Component

MOST = 128
"""The most cells of a batch: more would gain nothing, and an ended child would cost more."""

TRUSTED = frozenset({"albench"})
"""The distributions whose strategies may share a child, and whose models may see repetitions."""

_BASE_BYTES = 600 * 2**20
"""What a child needs before it has opened anything: torch, and what batches are gathered into."""

_SMALL_BYTES = 2**26
"""Samples of which a child may hold a copy for each of several repetitions."""

_STATES = 12
"""Copies of a cell's weights at the worst: its own, the stack's with optimiser, its checkpoints."""

_MEMBER_STATES = 8
"""Copies of a member's weights, of a committee that is trained ahead: its own, and the stack's."""

_CELL_BYTES = 2**20
"""What a cell needs beside its weights: a learner, and what a query leaves."""


class OpenedBlocks(Protocol):
    """What is asked of a specification that has been opened; see `session.OpenedSpecification`."""

    @property
    def resolved(self) -> Resolved:
        """Names and options."""
        ...

    @property
    def modalities(self) -> Mapping[str, Mapping[str, Modality]]:
        """What the loaders returned, by cohort and name."""
        ...

    @property
    def cohorts(self) -> Mapping[tuple[str, tuple[str, ...]], Cohort]:
        """The joined cohorts, by name and modalities."""
        ...

    @property
    def plan(self) -> Plan:
        """The cells."""
        ...


class CellBatches:
    """Divides cells into batches.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    prepared : mapping
        What `prepare_all` gave: which networks can be stacked, and how large they are.
    settings : RunSettings
        Whether there are batches at all, how many children there are, and their memory.
    """

    def __init__(
        self,
        resolved: Resolved,
        prepared: Mapping[tuple[str, tuple[str, ...], str], Prepared],
        settings: RunSettings,
    ) -> None:
        self._resolved, self._prepared, self._settings = resolved, prepared, settings
        self._memory = _memory(settings)

    def of(self, cells: Sequence[Cell]) -> list[tuple[Cell, ...]]:
        """Return cells in batches of about equal size; alone where a cell shares no child.

        Parameters
        ----------
        cells : sequence of Cell
            That may begin now; those of one repetition in succession.

        Returns
        -------
        list of tuple of Cell
            Each of one block, in their order.
        """
        groups: dict[Hashable, list[Cell]] = {}
        for cell in cells:
            groups.setdefault(self._group(cell), []).append(cell)
        return [batch for group in groups.values() for batch in self._divided(group, len(cells))]

    def _group(self, cell: Cell) -> Hashable:
        if not self._settings.lockstep or self._block(cell).stackable.reason:
            return cell.id
        strategy = None if cell.strategy is None else cell.strategy.label
        if strategy is not None and why_alone(self._resolved, strategy):
            return cell.id
        model = self._resolved.models[cell.model.label].component
        spans = _is_trusted(model) and _sample_bytes(self._block(cell)) <= _SMALL_BYTES
        return cell.block, strategy is None, None if spans else cell.repetition

    def _divided(self, group: list[Cell], n_cells: int) -> list[tuple[Cell, ...]]:
        # As many batches as it takes to keep every child busy, if other groups do not.
        n_children = math.ceil(self._settings.jobs * len(group) / n_cells)
        n_batches = max(math.ceil(len(group) / self._width(group)), n_children)
        size = math.ceil(len(group) / min(n_batches, len(group)))
        return [tuple(group[start : start + size]) for start in range(0, len(group), size)]

    def _width(self, group: list[Cell]) -> int:
        block = self._block(group[0])
        samples = _sample_bytes(block)
        at_once = Counter(cell.repetition for cell in group).most_common(1)[0][1]
        n_states = _STATES + _MEMBER_STATES * max(map(self._members_ahead, group))
        # Each repetition has its own copy of the samples, in training part and test part.
        each = n_states * block.stackable.state_bytes + _CELL_BYTES + samples / at_once
        return max(1, min(MOST, int((self._memory - _BASE_BYTES - samples) / each)))

    def _members_ahead(self, cell: Cell) -> int:
        """Return how many members of a committee are likely to be held for a cell's next query."""
        if cell.strategy is None:
            return 0
        strategy = self._resolved.strategies[cell.strategy.label]
        given = _members(strategy.component, cell.strategy.options)
        wrapped = (
            _members(part, {option.name: option.default for option in part.descriptor.options})
            for part in strategy.wrapped
        )
        return max(given, *wrapped, 0)

    def _block(self, cell: Cell) -> Prepared:
        return self._prepared[cell.cohort, cell.modalities, cell.model.label]


def why_alone(resolved: Resolved, strategy: str) -> str:
    """Return why a strategy shares no child, as the end of a sentence; empty if it does."""
    resolved_strategy = resolved.strategies[strategy]
    parts = (resolved_strategy.component, *resolved_strategy.wrapped)
    if any(part.descriptor.is_oracle for part in parts):
        return "is told labels that others must not know"
    if not all(map(_is_trusted, parts)):
        return "is no part of albench, and must not be able to find labels that others have bought"
    return ""


def told_apart(opened: OpenedBlocks) -> list[str]:
    """Return which cells of a plan share no child, and why, in sentences.

    Networks are built for it, in a process of their own, unless an earlier plan has tried the same.

    Parameters
    ----------
    opened : OpenedBlocks
        A specification with its data opened and its cells planned.

    Returns
    -------
    list of str
        One for each block that learns one by one, and one for each reason of strategies.
    """
    resolved = opened.resolved
    makes: dict[tuple[str, tuple[str, ...], str], Make] = {}
    for cell in opened.plan.cells:
        key = cell.cohort, cell.modalities, cell.model.label
        if key not in makes:
            modalities = opened.modalities[cell.cohort]
            component = resolved.models[cell.model.label].component
            makes[key] = Make(
                component,
                cell.model,
                {name: modalities[name].shape for name in cell.modalities},
                len(opened.cohorts[cell.cohort, cell.modalities].classes),
                code_of(resolved.sources.digest(component).value),
            )
    trials = Trials(default_folder())
    lines = [
        f"one by one: {cohort} · {'+'.join(modalities)} · {model}: {reason}"
        for (cohort, modalities, model), reason in zip(
            makes, trials.reasons(list(makes.values())), strict=True
        )
        if reason
    ]
    labels = {cell.strategy.label for cell in opened.plan.cells if cell.strategy is not None}
    alone: dict[str, list[str]] = {}
    for label in sorted(labels):
        if reason := why_alone(resolved, label):
            alone.setdefault(reason, []).append(label)
    return lines + [
        f"in a process of its own: {', '.join(names)}: {reason}" for reason, names in alone.items()
    ]


def _members(component: Component, options: Mapping[str, object]) -> int:
    if COMMITTEE_PROBA not in component.descriptor.needs:
        return 0
    members = options.get("members")
    return min(MOST_AHEAD, members) if isinstance(members, int) else MOST_AHEAD


def _sample_bytes(block: Prepared) -> int:
    return sum(array.description.n_bytes for array in block.arrays.values())


def _is_trusted(component: Component) -> bool:
    return component.distribution in TRUSTED


def _memory(settings: RunSettings) -> float:
    """Return the bytes that a child may use."""
    available = free_memory() / max(1, settings.jobs)
    if settings.memory_mb is None:
        return available
    return min(available, settings.memory_mb * 2**20)
