"""What a labelled set has cost, from the counts of a record and the prices of its cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.api.price_keys import LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.records.run_record import CohortRecord
    from albench.records.schema import Round


def spent(entry: Round, cohort: CohortRecord, modalities: str) -> float | None:
    """Return what the labelled subjects of a round have cost.

    Parameters
    ----------
    entry : Round
        Of a cell.
    cohort : CohortRecord
        Its cohort, with prices.
    modalities : str
        Those in use, joined by ``+``.

    Returns
    -------
    float or None
        Each subject pays for its label, and for each modality that it has; None if nobody says
        what these cost, or if the round was recorded before it was counted who has which.
    """
    if not cohort.cost or (modalities in cohort.incomplete and not entry.measured):
        return None
    everybody = dict.fromkeys(modalities.split("+"), entry.n_labelled_subjects)
    return _total(entry.measured or everybody, entry.n_labelled_subjects, cohort.cost)


def _total(measured: Mapping[str, int], n_labels: int, prices: Mapping[str, float]) -> float:
    of_modalities = sum(n * prices.get(name, 0.0) for name, n in measured.items())
    return of_modalities + n_labels * prices.get(LABEL, 0.0)
