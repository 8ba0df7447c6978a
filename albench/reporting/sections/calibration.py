"""Calibration of the predicted probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.metrics.catalogue import LABELS
from albench.references import ALL_LABELS, BASELINE
from albench.reporting import figures, panels, quality_figures
from albench.reporting.content import Figure, Section, Table
from albench.reporting.last_rounds import last_round_table
from albench.reporting.names import styles
from albench.reporting.plots import Plot

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


def section(derived: Derived) -> Section | None:
    """Return calibration in the last round and by labels; None if no block has a finding."""
    if not derived.findings:
        return None
    table = _calibration_table(derived.rounds, derived.named)
    return Section("Calibration", [*_calibration_figure(derived), table])


def _calibration_figure(derived: Derived) -> Iterator[Figure]:
    systems = derived.manifest.published.systems()
    shown = {system.strategy for system in systems} | {BASELINE}
    drawn = styles(shown - {ALL_LABELS})
    lines = quality_figures.calibration_lines(derived.rounds, systems)
    if lines is not None:
        caption = (
            "Calibration error by labels bought, of the systems of the published tables and of "
            "random: means over repetitions; the grey band is the 95 % interval of random's mean."
        )
        shown_lines = (lines, "calibration_error", derived.named, drawn)
        plot = Plot(figures.learning_curves, shown_lines, by_block=True)
        yield Figure("calibration", caption, plot, panels.curve_panels(*shown_lines))


def _calibration_table(rounds: pd.DataFrame, named: Namer) -> Table:
    """Return calibration error and Brier score in the last round."""
    shown = {name: LABELS[name] for name in ("calibration_error", "brier")}
    caption = (
        "Last round: mean over n repetitions ± half its 95 % interval; smaller is better. "
        "Calibration error: the gap between the predicted probability and the share of correct "
        "predictions, over ten bins (small test sets have some by chance alone). Brier score: the "
        "squared distance of all probabilities from the truth, 0 to 2."
    )
    empty = Table("calibration", "Calibration", caption, (), ())
    return last_round_table(rounds, shown, empty, named)
