"""When a strategy fell into a trap: a cohort on which the best behaviour is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StrictStr, model_validator

from albench.metrics.catalogue import COMPARABLE
from albench.spec.section import Name, SpecTable

if TYPE_CHECKING:
    ComparableMetric = str  # mypy cannot see which metrics are listed
else:
    ComparableMetric = Literal[COMPARABLE]


class Trap(SpecTable):
    """``[[traps]]``: when a strategy fell into a trap; no part of a cell's identity."""

    cohort: Name
    fall: Literal["buys-more", "buys-less", "misses", "learns-less", "labels-fewer-subjects"]
    """What a strategy that falls in does, compared with random; see docs/traps.md."""
    mark: StrictStr | None = None
    """Of the candidates that are bought more, bought less or missed."""
    metric: ComparableMetric | None = None
    """Of which a strategy that learns less reaches less."""
    tolerance: Annotated[float, Field(gt=0, lt=1)] = 0.05
    """The smallest difference to random that counts: a share of what is bought, or a score."""
    best: StrictStr
    """What is known to be best here, as a sentence."""

    @model_validator(mode="after")
    def _says_what_is_counted(self) -> Trap:
        wanted = {"learns-less": "metric", "labels-fewer-subjects": None}.get(self.fall, "mark")
        for key in ("mark", "metric"):
            given = getattr(self, key) is not None
            if given != (key == wanted):
                raise ValueError(f"{self.fall!r} {'takes no' if given else 'needs a'} {key}")
        return self

    @property
    def sign(self) -> int:
        """1 if strategies that fall in do more than random, -1 if less."""
        return 1 if self.fall == "buys-more" else -1
