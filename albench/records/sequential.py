"""The stopping rule of a run that adds repetitions until its comparisons are decided."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

LARGEST = 1000
"""No specification may have more repetitions."""


class Sequential(BaseModel):
    """Which comparisons a run was to decide, and within which bounds.

    Parameters
    ----------
    pairs : tuple of (str, str)
        Each strategy with the other that it is compared with.
    planned : int
        The repetitions that the specification asks for: their number owes nothing to results.
    most : int
        The most repetitions of a block.
    n_comparisons : int
        Pairs times blocks that have both: among these the 5 % are shared.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    pairs: Annotated[tuple[tuple[StrictStr, StrictStr], ...], Field(min_length=1)]
    planned: Annotated[StrictInt, Field(ge=1, le=LARGEST)]
    most: Annotated[StrictInt, Field(ge=1, le=LARGEST)]
    n_comparisons: Annotated[StrictInt, Field(ge=1)]

    @property
    def text(self) -> str:
        """The pairs as they are written: ``badge vs random, margin vs random``."""
        return ", ".join(" vs ".join(pair) for pair in self.pairs)
