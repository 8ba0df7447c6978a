"""What all parts of a specification are made of: frozen tables, and names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.functional_validators import AfterValidator, BeforeValidator

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"

Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=60)]


def _is_whole_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number")  # noqa: TRY004  # pydantic collects ValueErrors only
    return value


Count = Annotated[int, BeforeValidator(_is_whole_number)]


def _as_text(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ValueError("must be text or a whole number")  # noqa: TRY004  # pydantic collects ValueErrors only
    return value


Key = Annotated[str, BeforeValidator(_as_text)]
"""A label or a subject: 1 is written as text, and compared by value where the data are known."""


def _no_duplicates(values: Sequence[Any]) -> Sequence[Any]:  # of names, or of sets of names
    twice = [value for i, value in enumerate(values) if value in values[:i]]
    if twice:
        raise ValueError(f"names {twice[0]!r} twice")
    return values


Distinct = AfterValidator(_no_duplicates)


class SpecTable(BaseModel):
    """A table of the specification; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
