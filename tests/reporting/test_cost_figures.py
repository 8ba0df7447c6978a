"""The figure of quality against query time can be read."""

from __future__ import annotations

import pandas as pd
import pytest

from albench.reporting.cost_figures import quality_against_time
from albench.reporting.names import styles


@pytest.mark.parametrize("seconds", [(0.004, 0.03), (0.002, 3.0), (1.1, 1.9)])
def test_times_are_plain_numbers(seconds: tuple[float, float]) -> None:
    points = pd.DataFrame(
        {
            "strategy": ["random", "margin"],
            "seconds": seconds,
            "difference": [0.0, 0.1],
            "low": [0.0, 0.05],
            "high": [0.0, 0.15],
            "is_on_frontier": True,
        }
    )
    figure = quality_against_time(points, "accuracy", styles(["random", "margin"]))
    figure.canvas.draw()
    axis = figure.axes[0].xaxis
    texts = [label.get_text() for label in axis.get_ticklabels(which="both")]
    assert sum(text != "" for text in texts) >= 2
    assert all(float(text) > 0 for text in texts if text)
