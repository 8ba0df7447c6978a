"""Whose picks models were trained on, as the record of a run holds it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictStr

Area = Annotated[float, Field(strict=True)]


class Replayed(BaseModel):
    """Results whose picks were replayed.

    Parameters
    ----------
    name : str
        Of their benchmark.
    albench, commit : str
        The version and the commit that made them.
    models : dict of str to (str, str)
        By the name of a model here: the model that was trained, and the one with which was picked.
    metric : str
        What `areas` are of.
    areas : dict of str to float
        By cell: the score over the labels bought of the cell whose picks it replays.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    name: StrictStr
    albench: StrictStr
    commit: StrictStr
    models: dict[str, tuple[StrictStr, StrictStr]]
    metric: StrictStr
    areas: dict[str, Area]
