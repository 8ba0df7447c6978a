"""The loader ``breast-cancer``: 569 real breast masses, three ways of summing up their nuclei.

W. N. Street, W. H. Wolberg and O. L. Mangasarian, Nuclear feature extraction for breast tumor
diagnosis, 1993: ten measures of the nuclei in a fine needle aspirate, as scikit-learn ships them.
"""

from functools import partial

import numpy as np

from albench.api import Modality, fingerprint
from albench.loaders.bundled import bundled_table

VIEWS = ("mean", "error", "worst")
"""The mean over the nuclei, its standard error, and the mean of the three largest."""

CLASSES = np.array(["malignant", "benign"])
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
    table = bundled_table("breast_cancer.csv", skip=1)  # 30 measures and the class
    first = VIEWS.index(view) * N_MEASURES
    values = table[:, first : first + N_MEASURES].astype(np.float32)
    subjects = np.array([f"{number:04d}" for number in range(1, len(values) + 1)])
    classes = CLASSES[table[:, -1].astype(int)]
    return Modality(
        subjects=subjects,
        shape=(N_MEASURES,),
        read=partial(np.take, values, axis=0),
        fingerprint=fingerprint("breast-cancer", subjects, values, classes),
        labels=dict(zip(subjects.tolist(), classes.tolist(), strict=True)),
        note="Real breast masses (Wisconsin diagnostic set, as scikit-learn ships it).",
    )
