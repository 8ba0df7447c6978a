"""The loader ``bundled-tables``: real tables that scikit-learn and statsmodels ship.

S. Aeberhard and M. Forina, Wine, UCI Machine Learning Repository, 1992. American National Election
Studies, 1996 pre- and post-election study.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from albench.api import Modality, fingerprint

Read = Callable[[], tuple[NDArray[np.float64], NDArray[np.str_]]]


@dataclass(frozen=True)
class View:
    """Some columns of a table.

    Parameters
    ----------
    read : callable
        Returns the columns ``(n, features)`` and the label of each row.
    what : str
        A sentence for the report.
    """

    read: Read
    what: str


def _wine(columns: slice) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    from sklearn.datasets import load_wine

    bunch = load_wine()
    return bunch.data[:, columns], bunch.target_names[bunch.target].astype(np.str_)


def _election(columns: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    from statsmodels.datasets import anes96

    table = anes96.load_pandas().data
    votes = np.where(table["vote"].to_numpy() == 1, "Dole", "Clinton")
    return table[list(columns)].to_numpy(dtype=np.float64), votes


_WINE = "Real wines of three growers, by 13 chemical measures (as scikit-learn ships them)."
_ELECTION = "Real voters of the American election of 1996 (ANES, as statsmodels ships it)."

VIEWS = {
    "wine-basics": View(partial(_wine, slice(0, 5)), _WINE),
    "wine-phenols": View(partial(_wine, slice(5, 13)), _WINE),
    "voters-person": View(
        partial(_election, ("popul", "TVnews", "age", "educ", "income")), _ELECTION
    ),
    "voters-opinions": View(partial(_election, ("selfLR", "ClinLR", "DoleLR", "PID")), _ELECTION),
}


def load(*, view: str) -> Modality:
    """Return some columns of a table; a row is a subject.

    Parameters
    ----------
    view : str
        A name in `VIEWS`: its first part is the table.

    Returns
    -------
    Modality
        Vectors of float32 in the units of the table.
    """
    values, labels = VIEWS[view].read()
    samples = values.astype(np.float32)
    subjects = np.array([f"{number:04d}" for number in range(1, len(samples) + 1)])
    return Modality(
        subjects=subjects,
        shape=samples.shape[1:],
        read=partial(np.take, samples, axis=0),
        fingerprint=fingerprint("bundled-tables", samples, labels),
        labels=dict(zip(subjects.tolist(), labels.tolist(), strict=True)),
        note=VIEWS[view].what,
    )
