"""The loader ``breast-cancer``: 569 real breast masses, three ways of summing up their nuclei.

W. N. Street, W. H. Wolberg and O. L. Mangasarian, Nuclear feature extraction for breast tumor
diagnosis, 1993: ten measures of the nuclei in a fine needle aspirate, as scikit-learn ships them.
"""

from functools import partial

import numpy as np
from sklearn.datasets import load_breast_cancer

from albench.api import Modality, fingerprint

VIEWS = ("mean", "error", "worst")
"""The mean over the nuclei, its standard error, and the mean of the three largest."""

N_MEASURES = 10


def load(*, view: str = "mean") -> Modality:
    """Return ten measures of the nuclei of each mass; a row is a subject.

    Parameters
    ----------
    view : str
        ``"mean"``, ``"error"`` or ``"worst"``: how a measure was taken over the nuclei.

    Returns
    -------
    Modality
        569 rows in the units of measurement; labels ``"malignant"`` and ``"benign"``.
    """
    bunch = load_breast_cancer()
    first = VIEWS.index(view) * N_MEASURES
    values = bunch.data[:, first : first + N_MEASURES].astype(np.float32)
    subjects = np.array([f"{number:04d}" for number in range(1, len(values) + 1)])
    classes = bunch.target_names[bunch.target].astype(np.str_)
    return Modality(
        subjects=subjects,
        shape=(N_MEASURES,),
        read=partial(np.take, values, axis=0),
        fingerprint=fingerprint("breast-cancer", subjects, values, classes),
        labels=dict(zip(subjects.tolist(), classes.tolist(), strict=True)),
        note="Real breast masses (Wisconsin diagnostic set, as scikit-learn ships it).",
    )
