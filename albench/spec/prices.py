"""What a cohort's measurements and labels cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from albench.api.price_keys import LABEL
from albench.spec.section import Name

if TYPE_CHECKING:
    from collections.abc import Sequence


def _prices_something(prices: dict[str, float]) -> dict[str, float]:
    if prices and not any(prices.values()):
        raise ValueError("at least one price must be above 0, or cost is left out")
    return prices


Price = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Prices = Annotated[dict[Name, Price], AfterValidator(_prices_something)]
"""By modality, what it costs to measure it for one subject; by ``label``, what the label costs."""


def about_prices(prices: dict[str, float], modalities: Sequence[str]) -> str | None:
    """Return what is wrong with the keys of a cohort's prices, or None.

    Parameters
    ----------
    prices : dict of str to float
        As the specification gives them.
    modalities : sequence of str
        The cohort's modalities.

    Returns
    -------
    str or None
        A sentence.
    """
    if prices and LABEL in modalities:
        return f"a modality called {LABEL!r} cannot be priced beside the label: call it otherwise"
    unknown = [key for key in prices if key != LABEL and key not in modalities]
    if not unknown:
        return None
    return f"cost prices {unknown[0]!r}; there are {', '.join([*modalities, LABEL])}"
