"""Panels as HTML and inline SVG that styles, scripts and screen readers can take hold of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup, escape
from matplotlib.ticker import MaxNLocator

from albench.reporting.formats import signed, span
from albench.reporting.names import in_figures
from albench.reporting.panels import BASE, FAINT, Curves, Intervals, Matrix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from albench.reporting.panels import Interval, Panel, StrategyCurve

WIDTH, HEIGHT = 420, 270
TOP, BOTTOM, LEFT = 8, 40, 46
CHARACTER = 6.3
"""Width of a character of a label, in pixels."""
LONGEST_NAME = 22
LINE_GAP = 13.0
"""Between the names of two lines."""
SHIFT = 2.2
"""By which the bars of two strategies are set apart."""
EDGE = 8
"""Percent of a column of intervals in which no value is written, at either end."""
MOST_SPOKEN = 8
"""Values of a panel that its description reads out."""
HEIGHTS = 1.08
"""The height of a picture's values, with some air above and below."""


def panel_html(panel: Panel, identifier: str, numbers: Mapping[str, int]) -> Markup:
    """Return what a page shows of a panel.

    Parameters
    ----------
    panel : Panel
        Any.
    identifier : str
        Unique in the page.
    numbers : mapping of str to int
        Of each strategy: elements that belong to one have it as ``data-s``.

    Returns
    -------
    Markup
        All texts in it are escaped.
    """
    if isinstance(panel, Curves):
        return _curves(panel, identifier, numbers)
    if isinstance(panel, Intervals):
        return _intervals(panel, numbers)
    return _matrix(panel, identifier)


@dataclass(frozen=True)
class AxisScale:
    """A straight line from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return where a value lies."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def line(self) -> tuple[float, float]:
        """Where 0 lies, and how far from it 1."""
        return self(0.0), self(1.0) - self(0.0)

    def ticks(self, n: int, *, whole: bool = False) -> list[float]:
        """Return round values between the ends, about as many as asked for."""
        locator = MaxNLocator(n, steps=[1, 2, 2.5, 5, 10], integer=whole)
        slack = 1e-9 * (self.high - self.low)
        values = locator.tick_values(self.low, self.high)
        return [float(v) for v in values if self.low - slack <= v <= self.high + slack]


def _curves(panel: Curves, identifier: str, numbers: Mapping[str, int]) -> Markup:
    named = [line for line in panel.lines if line.look != FAINT and line.x]
    longest = max((len(short_name(line.strategy)) for line in named), default=0)
    right = WIDTH - 20 - CHARACTER * longest
    xs = [x for line in panel.lines for x in line.x]
    x_scale = AxisScale(*_widened(min(xs), max(xs)), LEFT + 6, right)
    y_scale = AxisScale(*_heights(panel), HEIGHT - BOTTOM, TOP)
    shifts = {line.strategy: (i - (len(named) - 1) / 2) * SHIFT for i, line in enumerate(named)}
    # Differences of faint strategies are never seen unless followed: the script draws them then.
    lines = named if panel.has_bars else panel.lines
    drawn = [
        *_axes(panel, x_scale, y_scale),
        *_level(panel, x_scale, y_scale),
        *(
            _line(line, panel, (x_scale, y_scale), shifts.get(line.strategy, 0.0), numbers)
            for line in lines
        ),
        *_line_names(named, x_scale, y_scale, numbers),
    ]
    scales = (x_scale, y_scale) if len(lines) < len(panel.lines) else ()
    return _svg(panel, identifier, _spoken(panel, named), drawn, HEIGHT, scales)


def _svg(
    panel: Panel,
    identifier: str,
    spoken: tuple[str, str],
    drawn: Iterable[str],
    height: float,
    scales: Sequence[AxisScale] = (),
) -> Markup:
    title, description = (escape(text) for text in spoken)
    kind = type(panel).__name__.lower()
    if isinstance(panel, Curves) and panel.has_bars:
        kind += " differences"
    lines = " ".join(f"{number:.6g}" for scale in scales for number in scale.line)
    scale = f' data-scale="{lines}"' if scales else ""
    return Markup(  # noqa: S704  # every text in it is escaped where it is written
        f'<svg class="{kind}"{scale} viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
        f'height="{height:g}" role="img" aria-labelledby="{identifier}-t {identifier}-d">'
        f'<title id="{identifier}-t">{title}</title><desc id="{identifier}-d">{description}</desc>'
        f"{''.join(drawn)}</svg>"
    )


def _spoken(panel: Curves, named: Sequence[StrategyCurve]) -> tuple[str, str]:
    """Return a panel's title and description, as they are read aloud."""
    title = f"{panel.y_label} by {panel.x_label}, {panel.place.name}"
    best = sorted(named, key=lambda line: line.y[-1], reverse=True)[:MOST_SPOKEN]
    ends = ", ".join(f"{in_figures(line.strategy)} {line.y[-1]:.3f}" for line in best)
    level = f" Trained on all labels: {panel.level:.3f}." if panel.level is not None else ""
    return title, f"In the last round: {ends}.{level}"


def _widened(low: float, high: float) -> tuple[float, float]:
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _heights(panel: Curves) -> tuple[float, float]:
    values = [y for line in panel.lines for y in line.y]
    for line in panel.lines:
        if line.look != FAINT and (panel.has_bars or line.look == BASE):
            values += [v for v in (*line.low, *line.high) if not math.isnan(v)]
    values += [panel.level] if panel.level is not None else []
    values += [0.0] if panel.has_bars else []
    low, high = _widened(min(values), max(values))
    room = (HEIGHTS - 1) / 2 * (high - low)
    if panel.has_bars:
        return low - room, high + room
    return max(low - room, -0.01), min(high + room, 1.01)  # no score is outside 0 to 1


def _axes(panel: Curves, x_scale: AxisScale, y_scale: AxisScale) -> Iterator[str]:
    y_ticks, x_ticks = y_scale.ticks(5), x_scale.ticks(5, whole=True)
    grid = "".join(f"M{LEFT} {y_scale(y):.1f}H{x_scale.end:.0f}" for y in y_ticks)
    yield f'<path class="grid" d="{grid}"/>'
    if panel.has_bars:
        yield f'<path class="zero" d="M{LEFT} {y_scale(0.0):.1f}H{x_scale.end:.0f}"/>'
    digits = _digits(y_ticks)
    for y in y_ticks:
        text = f"{y + 0.0:.{digits}f}".replace("-", "−")
        yield f'<text class="tick y" x="{LEFT - 6}" y="{y_scale(y) + 4:.1f}">{text}</text>'
    for x in x_ticks:
        yield f'<text class="tick" x="{x_scale(x):.1f}" y="{HEIGHT - BOTTOM + 16}">{x:.0f}</text>'
    middle = (x_scale.start + x_scale.end) / 2
    label = escape(panel.x_label)
    yield f'<text class="tick" x="{middle:.0f}" y="{HEIGHT - 6}">{label}</text>'


def _digits(ticks: Sequence[float]) -> int:
    """Return the decimals that distinguish ticks."""
    step = min(np.diff(ticks)) if len(ticks) > 1 else 1.0
    return max(0, min(6, next((n for n in range(7) if abs(round(step, n) - step) < step / 100), 6)))


def _level(panel: Curves, x_scale: AxisScale, y_scale: AxisScale) -> Iterator[str]:
    if panel.level is not None:
        y = y_scale(panel.level)
        yield f'<path class="level" d="M{LEFT} {y:.1f}H{x_scale.end:.0f}"/>'
        yield f'<text class="tick level" x="{LEFT + 4}" y="{y - 4:.1f}">all labels</text>'


def _line(
    line: StrategyCurve,
    panel: Curves,
    scales: tuple[AxisScale, AxisScale],
    shift: float,
    numbers: Mapping[str, int],
) -> str:
    x_scale, y_scale = scales
    moved = shift if panel.has_bars else 0.0
    xs = [x_scale(x) + moved for x in line.x]
    mean = "L".join(f"{_px(x)} {_px(y_scale(y))}" for x, y in zip(xs, line.y, strict=True))
    intervals = [
        (x, y_scale(low), y_scale(high))
        for x, low, high in zip(xs, line.low, line.high, strict=True)
        if not math.isnan(low)
    ]
    spread = ""
    if panel.has_bars:
        bars = "".join(f"M{_px(x)} {_px(low)}V{_px(high)}" for x, low, high in intervals)
        spread = f'<path class="bars" d="{bars}"/>'
    elif line.look == BASE and intervals:
        there = "L".join(f"{_px(x)} {_px(low)}" for x, low, _ in intervals)
        back = "L".join(f"{_px(x)} {_px(high)}" for x, _, high in reversed(intervals))
        spread = f'<path class="band" d="M{there}L{back}Z"/>'
    number = numbers[line.strategy]
    curve = f'{spread}<path class="mean" d="M{mean}"/>'
    return f'<g class="line {line.look}" data-s="{number}">{curve}</g>'


def _px(value: float) -> str:
    """Return a coordinate to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def _line_names(
    named: Sequence[StrategyCurve],
    x_scale: AxisScale,
    y_scale: AxisScale,
    numbers: Mapping[str, int],
) -> Iterator[str]:
    """Yield the names of lines at their ends, moved apart so that none hides another."""
    ends = sorted(named, key=lambda line: y_scale(line.y[-1]))
    places = _apart([y_scale(line.y[-1]) for line in ends], TOP + 2, HEIGHT - BOTTOM + 6)
    for line, y in zip(ends, places, strict=True):
        x, number = x_scale.end, numbers[line.strategy]
        key = f"M{x + 3:.1f} {y:.1f}h9" if line.look == BASE else f"M{x + 8:.1f} {y:.1f}h0"
        yield (
            f'<g class="line name {line.look}" data-s="{number}"><path class="mean" d="{key}"/>'
            f'<text x="{x + 15:.1f}" y="{y + 4:.1f}">{escape(short_name(line.strategy))}</text></g>'
        )


def _apart(heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return sorted heights moved as little as needed for a line of text between each two."""
    gap = min(LINE_GAP, (bottom - top) / max(1, len(heights) - 1))
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _centre(groups[-2], gap, top, bottom) + gap * (
            len(groups[-2]) + len(groups[-1])
        ) / 2 > _centre(groups[-1], gap, top, bottom):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [
        _centre(group, gap, top, bottom) + gap * (i - (len(group) - 1) / 2)
        for group in groups
        for i in range(len(group))
    ]


def _centre(group: Sequence[float], gap: float, top: float, bottom: float) -> float:
    half = gap * (len(group) - 1) / 2
    return min(max(sum(group) / len(group), top + half), bottom - half)


def short_name(strategy: str) -> str:
    """Return a strategy's name where there is little room: 22 characters at most."""
    name = in_figures(strategy)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _intervals(panel: Intervals, numbers: Mapping[str, int]) -> Markup:
    scale = AxisScale(*_reach(panel), 0.0, 100.0)
    shown, folded = panel.rows[: panel.n_shown], panel.rows[panel.n_shown :]
    tables = _interval_table(panel, shown, scale, numbers)
    if folded:
        summary = f"The other {len(folded)}, to the worst"
        inner = _interval_table(panel, folded, scale, numbers)
        tables += f"<details><summary>{summary}</summary>{inner}</details>"
    return Markup(tables)  # noqa: S704  # every text in it is escaped where it is written


def _reach(panel: Intervals) -> tuple[float, float]:
    values = [0.0]
    for row in panel.rows:
        values += [row.value, *(v for v in _outer(row) if not math.isnan(v))]
    low, high = _widened(min(values), max(values))
    room = 0.03 * (high - low)
    return low - room, high + room


def _outer(row: Interval) -> tuple[float, float]:
    """Return the widest interval that a row has."""
    return (row.low, row.high) if math.isnan(row.all_low) else (row.all_low, row.all_high)


def _interval_table(
    panel: Intervals, rows: Sequence[Interval], scale: AxisScale, numbers: Mapping[str, int]
) -> str:
    marks = "".join(_interval_ticks(scale))
    body = "".join(_interval_row(row, scale, numbers[row.strategy]) for row in rows)
    label = escape(f"{panel.place.name}: {panel.x_label}")
    is_own = all(math.isnan(row.all_low) for row in panel.rows)
    interval = "95 %" if is_own else "95 %, all at once"
    return (
        f'<table class="intervals" style="--zero:{_px(scale(0.0))}%" aria-label="{label}"><thead>'
        f"<tr><th>strategy<th>{marks}<th>difference<th>{interval}<th>verdict</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _interval_ticks(scale: AxisScale) -> Iterator[str]:
    """Yield the values above a column of intervals, without those that would leave it."""
    ticks = scale.ticks(4)
    digits = _digits(ticks)
    for tick in ticks:
        if EDGE < scale(tick) < 100 - EDGE:
            left = f'style="left:{_px(scale(tick))}%"'
            is_origin = abs(tick) < 1e-12  # what adding steps leaves of 0
            yield (
                f'<i class="origin" {left}>0</i>'
                if is_origin
                else f"<i {left}>{signed(tick, digits)}</i>"
            )


def _interval_row(row: Interval, scale: AxisScale, number: int) -> str:
    """Return a row, whose second cell tells its style where the bars and the value lie."""
    outer = _outer(row)
    places = [*_bar(*outer, scale), *_bar(row.low, row.high, scale), _px(scale(row.value))]
    style = ";".join(f"--{name}:{at}" for name, at in zip("abcde", places, strict=True) if at)
    colour = f' class="{row.verdict}"' if row.verdict in {"better", "worse"} else ""
    return (
        f'<tr{colour} data-s="{number}"><th>{escape(short_name(row.strategy))}'
        f'<td style="{style}"><i></i><td>{signed(row.value)}<td>{span(*outer)}'
        f"<td>{escape(row.verdict)}</tr>"
    )


def _bar(low: float, high: float, scale: AxisScale) -> tuple[str, str]:
    """Return where a bar begins and how long it is, in percent; nothing if it is unknown."""
    if math.isnan(low) or math.isnan(high):
        return "", ""
    return _px(scale(low)), _px(scale(high) - scale(low))


def _matrix(panel: Matrix, identifier: str) -> Markup:
    n = len(panel.names)
    side = min(46.0, (WIDTH - 130) / max(n, 1))
    left = 90.0
    cells = [
        f'<rect x="{left + answer * side:.1f}" y="{TOP + truth * side:.1f}" width="{side:.1f}" '
        f'height="{side:.1f}" fill-opacity="{0.6 * share:.2f}"/>'
        f'<text x="{left + (answer + 0.5) * side:.1f}" y="{TOP + (truth + 0.5) * side + 4:.1f}">'
        f"{100 * share:.0f}</text>"
        for (truth, answer), share in np.ndenumerate(panel.shares)
    ]
    for i, name in enumerate(panel.names):
        text, middle = escape(name[:12]), (i + 0.5) * side
        cells.append(f'<text class="y" x="{left - 6}" y="{TOP + middle + 4:.1f}">{text}</text>')
        cells.append(f'<text x="{left + middle:.1f}" y="{TOP + n * side + 15:.1f}">{text}</text>')
    foot = TOP + n * side + 32
    cells.append(f'<text x="{left + n * side / 2:.1f}" y="{foot:.1f}">answered</text>')
    cells.append(f'<text class="y" x="28" y="{TOP + n * side / 2 + 4:.1f}">true</text>')
    right = ", ".join(
        f"{name} {100 * share:.0f} %"
        for name, share in zip(panel.names, np.diag(panel.shares), strict=True)
    )
    title = f"Shares of each true class by the answer, {panel.place.name}"
    return _svg(panel, identifier, (title, f"Answered right: {right}."), cells, foot + 8)
