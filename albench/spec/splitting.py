"""``[cohorts.C.split]``: how subjects are divided, where more is said than a number."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt, StrictStr, model_validator

from albench.spec.section import Count, Distinct, SpecTable

SplitPart = Literal["train", "validation", "test"]
Values = Annotated[list[StrictStr | StrictInt], Field(min_length=1), Distinct]


class SplitSpec(SpecTable):
    """``[cohorts.C.split]``: a given split, folds, or how parts are drawn."""

    column: StrictStr | None = None
    """A fact of subjects that names their part, or their fold."""
    test: Values | None = None
    """The values of `column` that are tested on; None lets the repetition choose one."""
    validation: Values | None = None
    """The values of `column` that training is stopped by."""
    train: Values | None = None
    """The values of `column` that are trained on; None takes all others."""
    files: dict[SplitPart, StrictStr] | None = None
    """A file of subject ids for each part."""
    folds: Annotated[Count, Field(ge=2)] | None = None
    """Folds to be drawn, of which the repetition chooses one."""
    stratify: Annotated[list[StrictStr], Distinct] = Field(default_factory=list)
    """Facts that parts are balanced by beside the class."""
    group: StrictStr | None = None
    """A fact whose subjects are never divided."""

    @property
    def is_given(self) -> bool:
        """Whether nothing is drawn."""
        return self.column is not None or self.files is not None

    @property
    def has_validation(self) -> bool:
        """Whether it names a validation part."""
        return self.validation is not None or "validation" in (self.files or {})

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> SplitSpec:
        kinds = [key for key in ("column", "files", "folds") if getattr(self, key) is not None]
        if len(kinds) > 1:
            raise ValueError(f"{kinds[0]} and {kinds[1]} are two splits: leave one")
        if not kinds and not self.stratify and self.group is None:
            raise ValueError("says nothing: set column, files, folds, stratify or group")
        if self.is_given and self.stratify:
            raise ValueError("stratify has no effect on a split that is given")
        return self

    @model_validator(mode="after")
    def _has_its_parts(self) -> SplitSpec:
        listed = [part for part in ("train", "validation", "test") if getattr(self, part)]
        if listed and self.column is None:
            raise ValueError(f"{listed[0]} lists values of a column: name it with the key column")
        if listed and self.test is None:
            raise ValueError(f"{listed[0]} needs test, the values that are tested on")
        if self.files is not None and "test" not in self.files:
            raise ValueError("files has no test: a file with the ids of the test subjects")
        values = [str(x) for part in listed for x in getattr(self, part)]
        twice = [value for value in values if values.count(value) > 1]
        if twice:
            raise ValueError(f"{twice[0]!r} is in two parts")
        return self
