"""What a network said of a pool, in the clothes of a scikit-activeml classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from skactiveml.base import SkactivemlClassifier

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Rows:
    """Finds rows of an array by their content; equal rows are the same candidate to a network.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, D)
        Finite vectors.
    """

    def __init__(self, rows: NDArray[np.float64]) -> None:
        self.position = {row.tobytes(): i for i, row in enumerate(np.ascontiguousarray(rows))}

    def find(self, rows: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return where each row stands.

        Parameters
        ----------
        rows : ndarray of float64, shape (m, D)
            Some of the rows, in any order.

        Returns
        -------
        ndarray of int, shape (m,)
            Positions.
        """
        rows = np.ascontiguousarray(rows, dtype=np.float64)
        return np.array([self.position[row.tobytes()] for row in rows], dtype=np.intp)


class Recorded(SkactivemlClassifier):  # type: ignore[misc]  # scikit-activeml has no types
    """Gives probabilities that were computed before; it cannot be fitted to anything else.

    Parameters
    ----------
    rows : Rows
        The vectors it may be asked for.
    proba : ndarray, shape (n, n_classes)
        Their probabilities.
    classes : list of int
        All class numbers.
    missing_label : float
        How scikit-activeml writes that there is no label.
    cost_matrix : None
        Not used.
    random_state : None
        Not used.
    """

    def __init__(  # the names that scikit-activeml's base class has
        self,
        rows: Rows | None = None,
        proba: Any = None,
        classes: list[int] | None = None,
        missing_label: float = np.nan,
        cost_matrix: Any = None,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            classes=classes,
            missing_label=missing_label,
            cost_matrix=cost_matrix,
            random_state=random_state,
        )
        self.rows = rows
        self.proba = proba

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Recorded:  # noqa: N803  # theirs
        """Note the classes; what it says has been computed before.

        Parameters
        ----------
        X : ndarray, shape (n, D)
            Vectors.
        y : ndarray, shape (n,)
            Class numbers, NaN where there is none.
        sample_weight : None
            Not used.

        Returns
        -------
        Recorded
            Itself.
        """
        self._validate_data(X, y, sample_weight)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803  # scikit-learn's word
        """Return the recorded probabilities of some vectors.

        Parameters
        ----------
        X : ndarray, shape (m, D)
            Vectors that were recorded.

        Returns
        -------
        ndarray of float64, shape (m, n_classes)
            A copy, since some strategies clip it in place; rows sum to one.

        Raises
        ------
        TypeError
            It was built without rows.
        """
        if self.rows is None:
            raise TypeError("a Recorded classifier is built with the rows it knows")
        proba = np.array(self.proba[self.rows.find(X)], dtype=np.float64)
        # Some strategies check the sums of rows more closely than float32 keeps them.
        return np.asarray(proba / proba.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> NDArray[np.intp]:  # noqa: N803  # scikit-learn's word
        """Return the most likely class of some vectors.

        Parameters
        ----------
        X : ndarray, shape (m, D)
            Vectors that were recorded.

        Returns
        -------
        ndarray of int, shape (m,)
            Class numbers; of equals the first.
        """
        return np.asarray(self.predict_proba(X).argmax(axis=1))
