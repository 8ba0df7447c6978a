"""``[[cohorts.C.annotators]]``: who answers when labels of the training part are bought."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from albench.spec.section import Count, Key, SpecTable

Share = Annotated[float, Field(ge=0, le=1)]


class AnnotatorSpec(SpecTable):
    """One annotator, or several who err alike but on their own."""

    number: Annotated[Count, Field(ge=1, le=100)] = 1
    """How many there are of this kind."""
    wrong: Share = 0.0
    """The share of answers that are any of the other classes, each equally often."""
    confusion: dict[str, dict[str, Share]] = Field(default_factory=dict)
    """By true class, the share of answers that are each other class."""
    pairs: list[tuple[Key, Key, Share]] = Field(default_factory=list)
    """Two classes and the share of either that is taken for the other."""
    difficulty: Share = 0.0
    """How unequally errors fall on samples: at 1, from never to twice the share."""
    abstain: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of samples on which there is no answer."""

    @model_validator(mode="after")
    def _spreads_errors_that_there_are(self) -> AnnotatorSpec:
        if self.difficulty and not (self.wrong or self.confusion or self.pairs):
            raise ValueError("difficulty has no effect without wrong, confusion or pairs")
        return self

    def terms(self) -> dict[str, Any]:  # counts, shares, tables of shares
        """Return what it says, for the identity of cells.

        Returns
        -------
        dict
            Plain data, without keys at their defaults.
        """
        return self.model_dump(mode="json", exclude_defaults=True)
