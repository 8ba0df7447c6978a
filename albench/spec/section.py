"""What all parts of a specification are made of: frozen tables, and names."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.functional_validators import AfterValidator

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"

Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=60)]


def _no_duplicates(values: list[Any]) -> list[Any]:  # of names, or of lists of names
    twice = [value for i, value in enumerate(values) if value in values[:i]]
    if twice:
        raise ValueError(f"names {twice[0]!r} twice")
    return values


Distinct = AfterValidator(_no_duplicates)


class Section(BaseModel):
    """A table of the specification; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
