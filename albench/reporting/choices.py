"""What readers of a page can choose: blocks, metrics and strategies.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from albench.metrics.catalogue import LABELS, SHOWN
from albench.reporting.content import Figure, Table
from albench.reporting.panels import Curves, Intervals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from albench.reporting.content import Section
    from albench.reporting.panels import Panel, PanelBlock
    from albench.reporting.table_cells import Value

KEYS = ("cohort", "modalities", "model", "budget")
STRATEGY = "strategy"
CURVE_COLUMNS = ("labelled", "mean", "low", "high", "n")
INTERVAL_COLUMNS = (
    *("difference", "low", "high", "low of all at once", "high of all at once", "verdict"),
)


@dataclass(frozen=True)
class PanelValues:
    """What a panel draws, as a table.

    Parameters
    ----------
    place : PanelBlock
        Of the panel.
    first : str
        The heading of the first column: *strategy*, in which strategies have their numbers.
    columns : tuple of str
        The headings of the others.
    rows : tuple of tuple of str, int or float
        NaN is unknown.
    """

    place: PanelBlock
    first: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Choices:
    """What there is to choose among.

    Parameters
    ----------
    strategies : tuple of str
        As tables write them; elements of the page refer to them by number.
    blocks : tuple of PanelBlock
        Likewise.
    metrics : tuple of str
        Those that figures or tables are about.
    """

    strategies: tuple[str, ...]
    blocks: tuple[PanelBlock, ...]
    metrics: tuple[str, ...]

    @property
    def selects(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each thing with more than one value, and its values with their labels."""
        values = {
            key: list({place.block[i]: _label(place, i) for place in self.blocks}.items())
            for i, key in enumerate(KEYS)
        }
        values["metric"] = [(name, LABELS[name]) for name in self.metrics]
        return [(key, listed) for key, listed in values.items() if len(listed) > 1]

    @property
    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        blocks = [{"name": place.name, "block": place.block} for place in self.blocks]
        return {"strategies": self.strategies, "blocks": blocks, "metrics": self.metrics}


def _label(place: PanelBlock, i: int) -> str:
    """Return what the i-th part of a block is called; simulated cohorts always are."""
    simulated = f"{place.block[i]} (simulated)"
    is_simulated = i == 0 and place.name.startswith(simulated)
    return simulated if is_simulated else place.block[i].replace("+", " + ")


def choices_of(sections: Sequence[Section], metrics: Sequence[str] = SHOWN) -> Choices:
    """Return what a report's panels have to choose among, in a fixed order.

    `metrics` are those that it is about. Without panels there is nothing to choose.
    """
    panels = [panel for figure in figures_of(sections) for panel in figure.panels]
    strategies = {name for panel in panels for name in _strategies(panel)}
    blocks = {p.place.block: p.place for p in panels if not _is_matrix(p) and any(p.place.block)}
    parts = [part for section in sections for part in section.parts]
    about = {metric_of(part, metrics) for part in parts if isinstance(part, Figure | Table)}
    return Choices(
        tuple(sorted(strategies)),
        tuple(blocks[key] for key in sorted(blocks)),
        tuple(name for name in metrics if name in about),
    )


def figures_of(sections: Sequence[Section]) -> Iterator[Figure]:
    """Yield a report's figures in their order."""
    for section in sections:
        yield from (part for part in section.parts if isinstance(part, Figure))


def metric_of(piece: Figure | Table, metrics: Sequence[str] = SHOWN) -> str:
    """Return the metric that a figure or table is about: the end of its name; or nothing."""
    return next((name for name in metrics if piece.name.endswith(f"-{name}")), "")


def values_of(figure: Figure, choices: Choices) -> list[PanelValues]:
    """Return the values that a figure's panels draw.

    Parameters
    ----------
    figure : Figure
        With panels.
    choices : Choices
        Numbers the strategies.

    Returns
    -------
    list of PanelValues
        One a panel.
    """
    numbers = {name: i for i, name in enumerate(choices.strategies)}
    return [_values(panel, numbers) for panel in figure.panels]


def _values(panel: Panel, numbers: dict[str, int]) -> PanelValues:
    if isinstance(panel, Curves):
        points = [
            (numbers[line.strategy], *point)
            for line in panel.lines
            for point in zip(line.x, line.y, line.low, line.high, line.n, strict=True)
        ]
        return PanelValues(panel.place, STRATEGY, CURVE_COLUMNS, tuple(points))
    if isinstance(panel, Intervals):
        rows = [
            (numbers[r.strategy], r.value, r.low, r.high, r.all_low, r.all_high, r.verdict)
            for r in panel.rows
        ]
        return PanelValues(panel.place, STRATEGY, INTERVAL_COLUMNS, tuple(rows))
    shares = zip(panel.names, panel.shares.tolist(), strict=True)
    rows = [(name, *own) for name, own in shares]
    return PanelValues(panel.place, "true class", panel.names, tuple(rows))


def _strategies(panel: Panel) -> Iterable[str]:
    if isinstance(panel, Curves):
        return [line.strategy for line in panel.lines]
    return [row.strategy for row in panel.rows] if isinstance(panel, Intervals) else []


def _is_matrix(panel: Panel) -> bool:
    return not isinstance(panel, Curves | Intervals)
