"""Panels of the page: what is unknown is left out, and whatever a name says is text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from albench.reporting.build import sections
from albench.reporting.choices import choices_of, figures_of, values_of
from albench.reporting.content import Figure, Headline
from albench.reporting.load import load
from albench.reporting.page import page
from albench.reporting.panel_html import panel_html
from albench.reporting.panels import Curves, Interval, Intervals, Matrix, PanelBlock, StrategyCurve
from albench.reporting.sections import answer, metric

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from albench.reporting.content import Section
    from albench.reporting.panels import Panel

pytestmark = pytest.mark.sections(answer, metric)

EVIL = "<script>alert(1)</script>"
NAN = float("nan")


def report(toy: Any) -> Sequence[Section]:
    """Return the report of a run."""
    return sections(load(toy.write()))


def headline(toy: Any) -> str:
    """Return the sentence that answers the question."""
    (text,) = [part for part in report(toy)[0].parts if isinstance(part, Headline)]
    return text.sentence


def figures(toy: Any) -> dict[str, Figure]:
    """Return a run's figures."""
    return {figure.name: figure for figure in figures_of(report(toy))}


def a_line(name: str, y: Sequence[float]) -> StrategyCurve:
    """Return a curve without intervals."""
    n = len(y)
    return StrategyCurve(
        name, "k0", tuple(map(float, range(n))), tuple(y), (NAN,) * n, (NAN,) * n, (1,) * n
    )


def test_a_gain_over_blocks_is_told_in_one_sentence(make_toy: Callable[..., Any]) -> None:
    sentence = headline(make_toy())
    assert re.fullmatch(
        r"margin beats random in accuracy, averaged over 2 blocks \(1 simulated\), "
        r"by \+0\.0\d\d\.",
        sentence,
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda toy: toy.end("error", "no"), "There is no answer yet: no cell has finished."),
        (
            lambda toy: toy.keep(strategy="random"),
            "There is no answer: no block has results of any strategy but random.",
        ),
        (
            lambda toy: toy.keep(repetition=0),
            "Nothing is claimed: no strategy has 6 repetitions that can be paired with random's "
            "in every block.",
        ),
    ],
    ids=["nothing finished", "one strategy", "one repetition"],
)
def test_where_nothing_can_be_said_the_reason_is_the_headline(
    make_toy: Callable[..., Any], change: Callable[[Any], None], expected: str
) -> None:
    toy = make_toy()
    change(toy)
    parts = report(toy)
    (text,) = [part for part in parts[0].parts if isinstance(part, Headline)]
    assert text.sentence == expected
    assert expected in page("t", "q", parts).replace("&#39;", "'")


@pytest.mark.sections(answer, metric, metrics=2)
def test_a_block_without_the_metric_has_no_panel(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    chosen = toy.cells.loc[toy.cells["cohort"] == "liver", "cell"]
    toy.scores.loc[toy.scores["cell"].isin(chosen), "auc"] = np.nan
    parts = report(toy)
    drawn = {figure.name: figure for figure in figures_of(parts)}
    assert {p.place.block[0] for p in drawn["curves-accuracy"].panels} == {"digits", "liver"}
    for name in ("curves-auc", "areas-auc", "differences-auc"):
        assert {p.place.block[0] for p in drawn[name].panels} == {"digits"}
    assert "curves-auc" in page("t", "q", parts)


def test_panels_hold_what_the_tables_hold(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    joined = toy.cells.merge(toy.scores, on="cell")
    mine = joined[(joined["strategy"] == "margin") & (joined["cohort"] == "digits")]
    panel = figures(toy)["curves-accuracy"].panels[0]
    assert isinstance(panel, Curves)
    (line,) = [line for line in panel.lines if line.strategy == "margin"]
    means = mine.groupby("n_labelled")["accuracy"].mean()
    assert line.x == tuple(map(float, means.index))
    np.testing.assert_allclose(line.y, means.to_numpy(), atol=1e-6)
    all_labels = joined[(joined["strategy"] == "all-labels") & (joined["cohort"] == "digits")]
    assert panel.level == pytest.approx(all_labels["accuracy"].mean(), abs=1e-6)


def test_the_best_is_on_top(make_toy: Callable[..., Any]) -> None:
    drawn = figures(make_toy())
    for name in ("overall-accuracy", "areas-accuracy"):
        for panel in drawn[name].panels:
            assert isinstance(panel, Intervals)
            values = pd.Series([row.value for row in panel.rows])
            assert values.is_monotonic_decreasing


PANELS: dict[str, Panel] = {
    "curves": Curves(PanelBlock(EVIL), (a_line(EVIL, (0.1, 0.2)),), EVIL, EVIL, 0.3),
    "a single point": Curves(PanelBlock(EVIL), (a_line(EVIL, (0.5,)),), EVIL, EVIL, has_bars=True),
    "intervals": Intervals(
        PanelBlock(EVIL), (Interval(EVIL, EVIL, 0.1, NAN, NAN, NAN, NAN),) * 3, EVIL, n_shown=1
    ),
    "nothing differs": Intervals(PanelBlock("p"), (Interval(EVIL, "equal", 0, 0, 0, 0, 0),), "x"),
    "matrix": Matrix(PanelBlock(EVIL), (EVIL, "b"), np.array([[1.0, 0.0], [0.5, 0.5]])),
}


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS.keys())
def test_no_panel_lets_code_or_nonsense_through(panel: Panel) -> None:
    html = str(panel_html(panel, "id", {EVIL: 0}))
    assert "<script" not in html
    assert not re.search(r"\bnan\b|\binf\b", html)


@pytest.mark.sections  # all of them
def test_no_value_or_name_ends_the_data_of_the_page(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    for name in ("strategy", "cohort", "budget"):
        old = "margin" if name == "strategy" else toy.cells[name].iloc[0]
        toy.cells[name] = toy.cells[name].replace(old, "</script><b>")
    toy.manifest["cohorts"]["</script><b>"] = toy.manifest["cohorts"]["digits"]
    html = page("t", "q", report(toy))
    assert "</script><b>" not in html
    assert len(re.findall(r"</script>", html)) == 3


def test_names_of_lines_are_apart_and_in_the_picture() -> None:
    lines = tuple(a_line(f"s{i}", (0.5, 0.5 + i * 1e-5)) for i in range(13))
    html = str(
        panel_html(Curves(PanelBlock("p"), lines, "x", "y"), "id", {f"s{i}": i for i in range(13)})
    )
    heights = sorted(float(y) for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)">s', html))
    assert len(heights) == 13
    assert min(np.diff(heights)) > 12
    assert heights[0] > 0
    assert heights[-1] < 270


@pytest.mark.sections(answer, metric, metrics=2)
def test_what_is_chosen_among_is_what_is_drawn(make_toy: Callable[..., Any]) -> None:
    parts = report(make_toy())
    choices = choices_of(parts)
    assert choices.strategies == ("all-labels", "esd", "margin", "random")[1:]
    assert [key for key, _ in choices.selects] == [
        *("cohort", "modalities", "model", "budget", "metric")
    ]
    assert dict(choices.selects)["cohort"] == [("digits", "digits"), ("liver", "liver (simulated)")]
    (figure,) = [figure for figure in figures_of(parts) if figure.name == "areas-auc"]
    values = values_of(figure, choices)
    assert [panel.place.block[0] for panel in values] == ["digits", "liver"]
    assert {row[0] for row in values[0].rows} == {0, 1}
